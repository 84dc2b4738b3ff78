# SPDX-License-Identifier: BSD-2-Clause
"""LLMNR: llmnr-query asks the link for a neighbour's addresses, over IPv4 and IPv6; llmnrd answers."""

NEEDS = {'llmnrd': 'llmnrd', 'llmnr-query': 'llmnrd'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    server.spawn(['llmnrd', '-H', 'printer', '-i', 'eth0', '-6'], udp=5355)
    with lab.capture(client):
        client.run(['llmnr-query', '-c', '1', '-I', 'eth0', 'printer'])
        client.run(['llmnr-query', '-c', '1', '-I', 'eth0', '-6', '-T', 'ANY', 'printer'])
        client.run(['llmnr-query', '-c', '1', '-I', 'eth0', 'nobody'], ok=None)
    for group in '224.0.0.252', 'ff02::1:3':
        lab.truth('UDP', 5355, 'LLMNR', server=group)
    lab.truth('UDP', protocol='LLMNR', note='an answer')
    lab.truth('IGMP', protocol='IGMP', optional=True)
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
