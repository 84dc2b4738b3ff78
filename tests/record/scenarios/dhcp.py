# SPDX-License-Identifier: BSD-2-Clause
"""DHCP: udhcpc gets an address from dnsmasq, then gives it back."""

NEEDS = {'dnsmasq': 'dnsmasq-base', 'udhcpc': 'udhcpc'}


def run(lab):
    client, server = lab.node('client'), lab.node('server')
    lab.link(client, server)
    server.address('eth0', '192.0.2.10/24')
    server.spawn(['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--user=root',
                  '--port=0', '--pid-file=', '--no-ping', '--dhcp-broadcast',
                  '--dhcp-leasefile=%s' % (lab.dir / 'leases'),
                  '--dhcp-range=192.0.2.100,192.0.2.120,255.255.255.0,1h',
                  '--dhcp-option=option:router', '--dhcp-authoritative'], udp=67)
    script = lab.file('bound', '''#!/bin/sh
case "$1" in bound) ip addr add "$ip/$mask" dev "$interface";; deconfig) ip addr flush dev "$interface";; esac
''', 0o755)
    with lab.capture(server):
        client.run(['udhcpc', '-i', 'eth0', '-n', '-q', '-R', '-x', 'hostname:laptop', '-s', script])
    lab.truth('UDP', 67, 'DHCP')
