# SPDX-License-Identifier: BSD-2-Clause
"""TLS 1.2 to a small site whose certificate it shares with a big one, as on a content network.

The name that was asked for is in the SNI; the certificate, in clear, names www.netflix.com first.
"""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    block = shared.tls_block(lab, 'www.netflix.com', 'shop.example.org',
                             extra='ssl_protocols TLSv1.2;')
    client, server = lab.pair()
    shared.nginx(lab, server, block, port=443)
    client.hosts({'shop.example.org': '192.0.2.10'})
    with lab.capture(client):
        client.run(shared.curl(lab, 'https://shop.example.org/report.txt'))
    lab.truth('TCP', 443, 'TLS', host='shop.example.org', note='not Netflix')
