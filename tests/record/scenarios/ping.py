# SPDX-License-Identifier: BSD-2-Clause
"""ICMP: echoes over IPv4 and IPv6, a closed port, a host that is not there, a time to live that runs out."""

NEEDS = {'ping': 'iputils-ping'}


def run(lab):
    client, router, server = lab.node('client'), lab.node('router'), lab.node('server')
    lab.link(client, router, names=('eth0', 'eth0'))
    lab.link(router, server, names=('eth1', 'eth0'))
    client.address('eth0', '192.0.2.2/24')
    client.address('eth0', '2001:db8::2/64')
    router.address('eth0', '192.0.2.1/24')
    router.address('eth0', '2001:db8::1/64')
    router.address('eth1', '198.51.100.1/24')
    server.address('eth0', '198.51.100.10/24')
    router.sysctl('net.ipv4.ip_forward', 1)
    client.ip('route', 'add', '198.51.100.0/24', 'via', '192.0.2.1')
    server.ip('route', 'add', '192.0.2.0/24', 'via', '198.51.100.1')
    ping = ['ping', '-n', '-q', '-i', '0.2', '-W', '1']
    with lab.capture(client):
        client.run(ping + ['-c', '3', '198.51.100.10'])
        client.run(ping + ['-c', '3', '2001:db8::1'])
        client.run(ping + ['-c', '1', '-t', '1', '198.51.100.10'], ok=None)
        client.run(ping + ['-c', '1', '-W', '5', '198.51.100.99'], ok=None)
        client.run(['bash', '-c', 'echo hello > /dev/udp/198.51.100.10/9999'])
    lab.truth('ICMP', protocol='ICMP')
    lab.truth('ICMPv6', protocol='ICMPv6')
    lab.truth('UDP', 9999, None, note='one datagram to a closed port')
