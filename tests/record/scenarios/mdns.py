# SPDX-License-Identifier: BSD-2-Clause
"""mDNS: one host registers a printer, another browses for it and resolves it."""

import lab as labs

NEEDS = {'/usr/lib/python3/dist-packages/zeroconf/__init__.py': 'python3-zeroconf'}


def run(lab):
    client, server = lab.pair()
    for node in client, server:
        node.ip('route', 'add', '224.0.0.0/4', 'dev', 'eth0')
    with lab.capture(client):
        server.spawn(['/usr/bin/python3', labs.TOOLS / 'mdns.py', 'register', '192.0.2.10'])
        client.run(['/usr/bin/python3', labs.TOOLS / 'mdns.py', 'browse', '192.0.2.2'])
    lab.truth('UDP', 5353, 'mDNS')
    lab.truth('IGMP', protocol='IGMP')
