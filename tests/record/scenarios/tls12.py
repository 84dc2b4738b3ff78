# SPDX-License-Identifier: BSD-2-Clause
"""TLS 1.2: curl fetches a page from nginx, HTTP/1.1 inside."""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    block = shared.tls_block(lab, 'www.example.com', extra='ssl_protocols TLSv1.2;')
    client, _ = shared.web(lab, 'www.example.com', block, port=443)
    with lab.capture(client):
        client.run(shared.curl(lab, '--http1.1', 'https://www.example.com/report.txt'))
    lab.truth('UDP', 53, 'DNS', host='www.example.com')
    lab.truth('TCP', 443, 'TLS', host='www.example.com', note='TLS 1.2')
