# SPDX-License-Identifier: BSD-2-Clause
"""ONC RPC: rpcinfo asks rpcbind what it serves, over UDP and TCP, IPv4 and IPv6."""

NEEDS = {'rpcbind': 'rpcbind', 'rpcinfo': 'rpcbind'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    server.spawn(['sh', '-c', 'mount -t tmpfs none /run && exec rpcbind -f'], tcp=111)
    with lab.capture(client):
        client.run(['rpcinfo', '-p', '192.0.2.10'])
        client.run(['rpcinfo', '192.0.2.10'])
        client.run(['rpcinfo', '2001:db8::10'])
        client.run(['rpcinfo', '-T', 'udp', '192.0.2.10', '100000'])
        client.run(['rpcinfo', '-T', 'tcp', '192.0.2.10', '100000', '4'])
        client.run(['rpcinfo', '-T', 'udp6', '2001:db8::10', '100000'])
    lab.truth('UDP', 111, 'RPC')
    lab.truth('TCP', 111, 'RPC')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
