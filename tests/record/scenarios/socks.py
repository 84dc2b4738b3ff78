# SPDX-License-Identifier: BSD-2-Clause
"""SOCKS: curl fetches pages through microsocks with versions 5 (by address and by name); HTTP and TLS inside."""

import shared

NEEDS = {**shared.WEB_NEEDS, 'microsocks': 'microsocks'}


def run(lab):
    block = shared.tls_block(lab, 'www.example.com', extra='listen 80;')
    client, server = shared.web(lab, 'www.example.com', block, port=443, server4=('192.0.2.10', '192.0.2.11'))
    server.resolver('192.0.2.10')
    server.spawn(['microsocks', '-i', '192.0.2.11', '-p', '1080'], tcp=1080)
    server.spawn(['microsocks', '-i', '192.0.2.11', '-p', '9999', '-u', 'alice', '-P', 'secret'], tcp=9999)
    with lab.capture(client):
        client.run(['curl', '-s', '--fail', '--socks5', '192.0.2.11:1080', 'http://192.0.2.10/report.txt'])
        client.run(shared.curl(lab, '--socks5-hostname', '192.0.2.11:1080', 'https://www.example.com/'))
        client.run(shared.curl(lab, '--socks5-hostname', 'alice:secret@192.0.2.11:9999', 'http://www.example.com/'))
    lab.truth('TCP', 1080, 'SOCKS')
    lab.truth('TCP', 9999, 'SOCKS', note='unusual port')
