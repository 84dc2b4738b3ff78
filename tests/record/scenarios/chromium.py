# SPDX-License-Identifier: BSD-2-Clause
"""Chromium, headless, reads pages of two names over HTTP/2 in TLS, and one over HTTP in clear."""

import shared

NEEDS = {'chromium': 'chromium', 'nginx': 'nginx-light'}

NAMES = {'www.example.com': None, 'github.com': 'GitHub'}


def run(lab):
    client, server = lab.pair(server4=('192.0.2.10', '192.0.2.11'))
    shared.nginx(lab, server, *(shared.tls_block(lab, name, listen='%s:443 ssl http2' % address,
                                                 extra='listen %s:80;' % address)
                                for name, address in zip(NAMES, server.addresses)), port=443)
    visit = shared.chromium(lab, dict(zip(NAMES, server.addresses)))
    with lab.capture(client):
        for name in NAMES:
            client.run(visit + ['https://%s/' % name])
        client.run(visit + ['http://www.example.com/report.txt'])
    for (name, application), address in zip(NAMES.items(), server.addresses):
        lab.truth('TCP', 443, 'TLS', server=address, application=application, host=name)
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')
