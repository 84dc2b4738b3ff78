# SPDX-License-Identifier: BSD-2-Clause
"""smtpd.py - an SMTP server that takes every mail and offers STARTTLS. Usage: smtpd.py PORT CERT KEY [ADDRESS]"""

import ssl
import sys
import time

from aiosmtpd.controller import Controller


class Sink:
    async def handle_DATA(self, server, session, envelope):
        return '250 OK queued'


def main(port, cert, key, address='192.0.2.10'):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    Controller(Sink(), hostname=address, port=int(port), tls_context=context,
               server_hostname='mail.example.com').start()
    time.sleep(60)


if __name__ == '__main__':
    main(*sys.argv[1:])
