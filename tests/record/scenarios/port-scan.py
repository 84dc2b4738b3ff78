# SPDX-License-Identifier: BSD-2-Clause
"""A port scan: nmap tries the 200 likeliest TCP ports with SYNs and ten UDP ports; two are open."""

import shared

NEEDS = {'nmap': 'nmap', 'nginx': 'nginx-light'}

# Where nmap knows what to say, its UDP probes are real questions.
PROBES = {53: 'DNS', 67: 'DHCP', 123: 'NTP', 135: 'DCE-RPC', 137: 'NetBIOS', 161: 'SNMP'}


def run(lab):
    client, server = lab.pair()
    shared.nginx(lab, server, 'listen 80; listen 8080;')
    with lab.capture(client):
        client.run(['nmap', '-n', '-sS', '--top-ports', '200', '--max-retries', '1', '192.0.2.10'])
        client.run(['nmap', '-n', '-Pn', '-sU', '--top-ports', '10', '--max-retries', '0',
                    '192.0.2.10'])
    lab.truth('TCP', protocol=None, note='a SYN and no data')
    for port, protocol in PROBES.items():
        lab.truth('UDP', port, protocol, note='a probe that nobody answers')
    lab.truth('UDP', protocol=None, server='192.0.2.10', note='a probe without data')
    lab.truth('ICMP', protocol='ICMP', note='port unreachable')
