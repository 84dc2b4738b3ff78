# SPDX-License-Identifier: BSD-2-Clause
"""Telnet: inetutils' telnet and telnetd run a shell's commands, over IPv4 and on an unusual port over IPv6."""

NEEDS = {'telnet': 'inetutils-telnet', 'telnetd': 'inetutils-telnetd', 'socat': 'socat'}

SESSION = '''{ sleep 1; for n in 1 2 3; do echo "echo line $n"; sleep 0.3; done; echo exit; sleep 1; } |
telnet "$0" "$1"; true'''


def run(lab):
    client, server = lab.pair(ipv6=True)
    shell = lab.file('shell', '#!/bin/sh\nexec /bin/sh -i\n', 0o755)
    for port in 23, 8023:
        server.spawn(['socat', 'TCP6-LISTEN:%d,fork,ipv6only=0,reuseaddr' % port,
                      'EXEC:telnetd -h -E %s' % shell], tcp=port)
    with lab.capture(client):
        client.run(['sh', '-c', SESSION, '192.0.2.10', '23'])
        client.run(['sh', '-c', SESSION, '2001:db8::10', '8023'])
    lab.truth('TCP', 23, 'Telnet')
    lab.truth('TCP', 8023, 'Telnet', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
