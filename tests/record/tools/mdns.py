# SPDX-License-Identifier: BSD-2-Clause
"""mdns.py - registers a printer over mDNS, or browses until it has found one. Usage: mdns.py WHAT ADDRESS"""

import socket
import sys
import threading
import time

import zeroconf

KIND = '_ipp._tcp.local.'


class Finder:
    def __init__(self):
        self.found = threading.Event()

    def add_service(self, zero, kind, name):
        if zero.get_service_info(kind, name, timeout=3000):
            self.found.set()

    def update_service(self, zero, kind, name):
        pass

    def remove_service(self, zero, kind, name):
        pass


def main(what, address):
    zero = zeroconf.Zeroconf(interfaces=[address], ip_version=zeroconf.IPVersion.V4Only)
    if what == 'register':
        zero.register_service(zeroconf.ServiceInfo(
            KIND, 'Printer.' + KIND, addresses=[socket.inet_aton(address)], port=631,
            properties={'rp': 'ipp/print'}, server='printer.local.'))
        time.sleep(60)
        return 0
    finder = Finder()
    zeroconf.ServiceBrowser(zero, KIND, finder)
    found = finder.found.wait(20)
    zero.close()
    return 0 if found else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
