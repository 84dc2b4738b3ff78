# SPDX-License-Identifier: BSD-2-Clause
"""6in4: HTTP and echoes over IPv6 through a tunnel of IPv6 in IPv4."""

import shared

NEEDS = {'nginx': 'nginx-light', 'curl': 'curl', 'ping': 'iputils-ping', 'nft': 'nftables'}


def run(lab):
    client, server = shared.tunnel(lab, '6', '2001:db8:6::2/64', '2001:db8:6::10/64')
    shared.nginx(lab, server, 'listen [::]:80; server_name www.example.com;')
    client.hosts({'www.example.com': '2001:db8:6::10'})
    with lab.capture(client):
        client.run(['ping', '-n', '-q', '-c', '2', '-i', '0.2', '2001:db8:6::10'])
        client.run(['curl', '-s', '--fail', 'http://www.example.com/'])
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')
    lab.truth('ICMPv6', protocol='ICMPv6')
