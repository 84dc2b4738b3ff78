# SPDX-License-Identifier: BSD-2-Clause
"""WebSocket: python3-websockets echoes texts and bytes, over IPv4, and over IPv6 on an unusual port."""

import lab as labs

NEEDS = {'/usr/lib/python3/dist-packages/websockets': 'python3-websockets'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    program = ['/usr/bin/python3', labs.TOOLS / 'websocket.py']
    for address, port in (('192.0.2.10', 80), ('2001:db8::10', 6379)):
        server.spawn(program + ['serve', address, port], tcp=port)
    with lab.capture(client):
        client.run(program + ['ask', '192.0.2.10', 80])
        client.run(program + ['ask', '2001:db8::10', 6379])
    lab.truth('TCP', 80, 'WebSocket', host='192.0.2.10')
    lab.truth('TCP', 6379, 'WebSocket', host='2001:db8::10', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
