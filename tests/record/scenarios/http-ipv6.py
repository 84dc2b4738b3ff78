# SPDX-License-Identifier: BSD-2-Clause
"""HTTP/1.1 over IPv6, with the neighbour discovery around it."""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    client, server = lab.pair(ipv6=True)
    shared.nginx(lab, server, 'listen [::]:80; server_name www.example.com;')
    client.hosts({'www.example.com': '2001:db8::10'})
    with lab.capture(client):
        client.run(['curl', '-s', '--fail', 'http://www.example.com/report.txt'])
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')
    lab.truth('ICMPv6', protocol='ICMPv6')
