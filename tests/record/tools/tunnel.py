# SPDX-License-Identifier: BSD-2-Clause
"""tunnel.py - a TUN device whose packets travel inside IP: IP in IP, 6in4 and GRE without the kernel's help.

Usage: tunnel.py TUN LOCAL REMOTE 4|6|gre
"""

import os
import select
import socket
import struct
import sys

import device

PROTOCOLS = {'4': 4, '6': 41, 'gre': 47}


def wrap(kind, packet):
    """GRE says what is inside (RFC 2784); the others say it with the protocol number."""
    return struct.pack('!HH', 0, 0x86DD if packet[0] >> 4 == 6 else 0x0800) + packet \
        if kind == 'gre' else packet


def main(tun_name, local, remote, kind):
    outer = socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTOCOLS[kind])
    outer.bind((local, 0))
    tun = device.open_tun(tun_name)
    while True:
        for ready in select.select([outer, tun], [], [])[0]:
            if ready is tun:
                outer.sendto(wrap(kind, os.read(tun, device.LARGEST)), (remote, 0))
            else:
                packet = outer.recv(device.LARGEST)
                packet = packet[(packet[0] & 15) * 4:]
                os.write(tun, packet[4:] if kind == 'gre' else packet)


if __name__ == '__main__':
    main(*sys.argv[1:])
