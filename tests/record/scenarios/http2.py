# SPDX-License-Identifier: BSD-2-Clause
"""HTTP/2: curl and nginx, once in clear with prior knowledge, once inside TLS (ALPN h2)."""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    block = shared.tls_block(lab, 'www.example.com', listen='443 ssl http2',
                             extra='listen 8080 http2;')
    client, _ = shared.web(lab, 'www.example.com', block, port=443)
    with lab.capture(client):
        client.run(['curl', '-s', '--http2-prior-knowledge', 'http://www.example.com:8080/report.txt'])
        client.run(shared.curl(lab, '--http2', 'https://www.example.com/',
                               'https://www.example.com/report.txt'))
    lab.truth('UDP', 53, 'DNS', host='www.example.com')
    lab.truth('TCP', 8080, 'HTTP2', host='www.example.com', note='in clear')
    lab.truth('TCP', 443, 'TLS', host='www.example.com', note='HTTP/2 inside')
