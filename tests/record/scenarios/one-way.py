# SPDX-License-Identifier: BSD-2-Clause
"""Only what the client sends, as a tap on one fibre sees it: TLS 1.3, HTTP and DNS without answers."""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    block = shared.tls_block(lab, 'www.example.com', extra='listen 80;')
    client, _ = shared.web(lab, 'www.example.com', block, port=443)
    with lab.capture(client, args=['-f', 'ip src 192.0.2.2']):
        client.run(shared.curl(lab, 'https://www.example.com/'))
        client.run(shared.curl(lab, 'http://www.example.com/report.txt'))
    lab.truth('UDP', 53, 'DNS', host='www.example.com')
    lab.truth('TCP', 443, 'TLS', host='www.example.com')
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')
