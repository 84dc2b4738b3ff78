# SPDX-License-Identifier: BSD-2-Clause
"""DNS over UDP: dig asks dnsmasq for addresses, a pointer and names that do not exist, over IPv4 and IPv6."""

NEEDS = {'dnsmasq': 'dnsmasq-base', 'dig': 'bind9-dnsutils'}

QUESTIONS = (('www.example.com', 'A'), ('www.example.com', 'AAAA'), ('mail.example.com', 'A'),
             ('nothing.example.com', 'A'), ('example.com', 'MX'), ('example.com', 'TXT'))


def run(lab):
    client, server = lab.pair(ipv6=True)
    lab.dns(server, {'www.example.com': ('192.0.2.80', '2001:db8::80'), 'mail.example.com': '192.0.2.25'})
    with lab.capture(client):
        for name, kind in QUESTIONS:
            client.run(['dig', '+tries=1', '@192.0.2.10', name, kind])
        client.run(['dig', '+tries=1', '@192.0.2.10', '-x', '192.0.2.80'])
        client.run(['dig', '+tries=1', '@2001:db8::10', 'www.example.com', 'AAAA'])
    lab.truth('UDP', 53, 'DNS')
    lab.truth('ICMPv6', protocol='ICMPv6')
