# SPDX-License-Identifier: BSD-2-Clause
"""VXLAN by the kernel: HTTP and DNS between two hosts of an overlay, recorded on the wire underneath."""

import shared

NEEDS = {**shared.WEB_NEEDS, 'dig': 'bind9-dnsutils'}


def run(lab):
    client, server = lab.pair()
    for node, own, peer, inner in ((client, 2, 10, '198.51.100.2/24'),
                                   (server, 10, 2, '198.51.100.10/24')):
        node.ip('link', 'add', 'vx0', 'type', 'vxlan', 'id', 42, 'local', '192.0.2.%d' % own, 'remote',
                '192.0.2.%d' % peer, 'dstport', 4789, 'dev', 'eth0')
        node.ip('link', 'set', 'vx0', 'address', '02:00:00:00:42:%02x' % own, 'up')
        node.address('vx0', inner)
    shared.nginx(lab, server, 'listen 80; server_name www.example.com;')
    lab.dns(server, {'www.example.com': '198.51.100.10'})
    client.resolver('198.51.100.10')
    with lab.capture(client):
        client.run(['curl', '-s', '--fail', 'http://www.example.com/report.txt'])
        client.run(['dig', '@198.51.100.10', 'www.example.com', 'A'])
    lab.truth('UDP', 53, 'DNS', host='www.example.com')
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')
    lab.truth('UDP', 4789, 'VXLAN', note='ARP between the hosts of the overlay')
