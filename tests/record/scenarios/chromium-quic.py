# SPDX-License-Identifier: BSD-2-Clause
"""Chromium, headless, reads pages of two names from ngtcp2's server over HTTP/3 in QUIC."""

import shared

NEEDS = {'chromium': 'chromium', 'gtlsserver': 'ngtcp2-server', 'openssl': 'openssl'}

NAMES = {'www.example.com': None, 'www.youtube.com': 'YouTube'}


def run(lab):
    client, server = lab.pair(server4=('192.0.2.10', '192.0.2.11'))
    cert, key = lab.certificate(*NAMES)
    for address in server.addresses:
        server.spawn(['gtlsserver', '-q', '-d', shared.site(lab), address, '443', key, cert], udp=443)
    visit = shared.chromium(lab, dict(zip(NAMES, server.addresses)), quic=True)
    with lab.capture(client):
        for name in NAMES:
            client.run(visit + ['https://%s/report.txt' % name])
    for (name, application), address in zip(NAMES.items(), server.addresses):
        lab.truth('UDP', 443, 'QUIC', server=address, application=application, host=name)
        lab.truth('TCP', 443, None, server=address, note='tried besides QUIC, nobody listens', optional=True)
