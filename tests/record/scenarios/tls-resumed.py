# SPDX-License-Identifier: BSD-2-Clause
"""TLS resumed: openssl's client comes back with its ticket, with TLS 1.2, 1.3, and 1.3 with early data."""

import shared

NEEDS = {'nginx': 'nginx-light', 'openssl': 'openssl'}

ASK = 'GET / HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n'


def run(lab):
    client, server = lab.pair(ipv6=True)
    shared.nginx(lab, server, shared.tls_block(lab, 'www.example.com', listen='443 ssl', extra=(
        'listen [::]:443 ssl; ssl_early_data on; ssl_session_tickets on;')), port=443)
    talk = ['openssl', 's_client', '-ign_eof', '-CAfile', lab.ca(), '-servername', 'www.example.com', '-connect']
    early = lab.file('early', ASK)
    with lab.capture(client):
        for kind, host in (('-tls1_2', '192.0.2.10:443'), ('-tls1_3', '[2001:db8::10]:443')):
            session = lab.dir / ('session' + kind)
            client.run(talk + [host, kind, '-sess_out', session], stdin=ASK)
            client.run(talk + [host, kind, '-sess_in', session], stdin=ASK)
        client.run(talk + ['[2001:db8::10]:443', '-tls1_3', '-sess_in', session, '-early_data', early], stdin='\n',
                   ok=None)
    lab.truth('TCP', 443, 'TLS', host='www.example.com')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
