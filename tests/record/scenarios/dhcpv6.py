# SPDX-License-Identifier: BSD-2-Clause
"""DHCPv6: dhclient gets an address and a name server from dnsmasq, then gives the address back."""

NEEDS = {'dnsmasq': 'dnsmasq-base', 'dhclient': 'isc-dhcp-client'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    server.spawn(['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--user=root', '--port=0',
                  '--pid-file=', '--dhcp-leasefile=%s' % (lab.dir / 'leases'), '--dhcp-authoritative',
                  '--dhcp-range=2001:db8::100,2001:db8::120,64,1h',
                  '--dhcp-option=option6:dns-server,[2001:db8::10]'], udp=547)
    script = lab.file('bound', '#!/bin/sh\nexit 0\n', 0o755)
    ask = ['dhclient', '-6', '-v', '-cf', '/dev/null', '-sf', script, '-lf', lab.file('lease6', '', 0o666),
           '-pf', lab.dir / 'dhclient.pid']
    with lab.capture(server):
        client.run(ask + ['-1', 'eth0'])
        client.run(ask + ['-r', 'eth0'])
    lab.truth('UDP', 547, 'DHCPv6', server='ff02::1:2')
    lab.truth('UDP', 546, 'DHCPv6', note='the answers')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
