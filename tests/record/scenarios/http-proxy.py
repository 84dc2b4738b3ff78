# SPDX-License-Identifier: BSD-2-Clause
"""An HTTP proxy: curl fetches pages through tinyproxy, in clear by whole URL, TLS by CONNECT."""

import shared

NEEDS = {**shared.WEB_NEEDS, 'tinyproxy': 'tinyproxy'}


def run(lab):
    block = shared.tls_block(lab, 'www.example.com', extra='listen 80;')
    client, server = shared.web(lab, 'www.example.com', block, port=443, server4=('192.0.2.10', '192.0.2.11'))
    server.resolver('192.0.2.10')
    config = lab.file('tinyproxy.conf', 'User root\nGroup root\nListen 192.0.2.11\nPort 8888\nTimeout 60\n'
                      'Allow 192.0.2.0/24\nMaxClients 10\n')
    server.spawn(['tinyproxy', '-d', '-c', config], tcp=8888)
    proxy = ['--proxy', 'http://192.0.2.11:8888']
    with lab.capture(client):
        client.run(shared.curl(lab, *proxy, 'http://www.example.com/report.txt'))
        client.run(shared.curl(lab, *proxy, 'https://www.example.com/'))
    lab.truth('TCP', 8888, 'HTTP-proxy', host='www.example.com')
