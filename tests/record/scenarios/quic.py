# SPDX-License-Identifier: BSD-2-Clause
"""QUIC version 1 with HTTP/3: ngtcp2's client fetches pages by two names, one of them well known."""

import shared

NEEDS = {'gtlsserver': 'ngtcp2-server', 'gtlsclient': 'ngtcp2-client'}

NAMES = {'www.example.com': None, 'www.youtube.com': 'YouTube'}


def run(lab):
    client, server = lab.pair(server4=('192.0.2.10', '192.0.2.11'))
    cert, key = lab.certificate(*NAMES)
    for name, address in zip(NAMES, server.addresses):
        server.spawn(['gtlsserver', '-q', '-d', shared.site(lab), address, '443', key, cert], udp=443)
        client.hosts({name: address})
    with lab.capture(client):
        for name in NAMES:
            client.run(['gtlsclient', '-q', '--exit-on-all-streams-close', name, '443',
                        'https://%s/report.txt' % name], timeout=30)
    for (name, application), address in zip(NAMES.items(), server.addresses):
        lab.truth('UDP', 443, 'QUIC', server=address, application=application, host=name)
