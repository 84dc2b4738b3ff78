# SPDX-License-Identifier: BSD-2-Clause
"""One VLAN: DNS and HTTP between hosts that tag their frames."""

import shared

NEEDS = {**shared.TALK_NEEDS, '/usr/bin/python3': 'python3'}


def run(lab):
    client, server = lab.node('client'), lab.node('server')
    lab.link(client, server)
    for node, address in (client, '192.0.2.2/24'), (server, '192.0.2.10/24'):
        shared.tool(node, 'vlan', 'lan0', 'eth0', '100', device='lan0')
        node.ip('link', 'set', 'lan0', 'mtu', '1480')
        node.address('lan0', address)
    shared.talk_servers(lab, server, '192.0.2.10')
    with lab.capture(client):
        shared.talk(lab, client, '192.0.2.10')
