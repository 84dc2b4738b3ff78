# SPDX-License-Identifier: BSD-2-Clause
"""TLS 1.3: curl fetches a page from nginx, then one from port 31337, where nobody expects TLS."""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    block = shared.tls_block(lab, 'www.example.com',
                             extra='listen 31337 ssl; ssl_protocols TLSv1.3;')
    client, _ = shared.web(lab, 'www.example.com', block, port=443)
    with lab.capture(client):
        client.run(shared.curl(lab, '--http1.1', 'https://www.example.com/report.txt'))
        client.run(shared.curl(lab, '--http1.1', 'https://www.example.com:31337/'))
    lab.truth('UDP', 53, 'DNS', host='www.example.com')
    lab.truth('TCP', 443, 'TLS', host='www.example.com', note='TLS 1.3')
    lab.truth('TCP', 31337, 'TLS', host='www.example.com', note='TLS 1.3, unusual port')
