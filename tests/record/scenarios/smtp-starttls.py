# SPDX-License-Identifier: BSD-2-Clause
"""SMTP: curl hands a mail to aiosmtpd in clear, then another after STARTTLS."""

import lab as labs

NEEDS = {'/usr/lib/python3/dist-packages/aiosmtpd/__init__.py': 'python3-aiosmtpd', 'curl': 'curl'}

MAIL = 'From: <alice@example.com>\nTo: <bob@example.org>\nSubject: Figures\n\nAs promised.\n'


def run(lab):
    client, server = lab.pair()
    cert, key = lab.certificate('mail.example.com')
    server.spawn(['/usr/bin/python3', labs.TOOLS / 'smtpd.py', '25', cert, key], tcp=25)
    client.hosts({'mail.example.com': '192.0.2.10'})
    send = ['curl', '-s', '--cacert', lab.ca(), '--mail-from', 'alice@example.com', '--mail-rcpt',
            'bob@example.org', '-T', '-', 'smtp://mail.example.com/client.example.com']
    with lab.capture(client):
        client.run(send, stdin=MAIL)
        client.run(send + ['--ssl-reqd'], stdin=MAIL)
    lab.truth('TCP', 25, 'SMTP', note='the second connection turns to TLS')
