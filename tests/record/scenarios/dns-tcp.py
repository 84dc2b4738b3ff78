# SPDX-License-Identifier: BSD-2-Clause
"""DNS over TCP: dig asks twice on connections of their own and twice on one that it keeps."""

NEEDS = {'dnsmasq': 'dnsmasq-base', 'dig': 'bind9-dnsutils'}


def run(lab):
    client, server = lab.pair()
    lab.dns(server, {'www.example.com': '192.0.2.80', 'mail.example.com': '192.0.2.25'})
    with lab.capture(client):
        client.run(['dig', '+tcp', '@192.0.2.10', 'www.example.com', 'A'])
        client.run(['dig', '+tcp', '@192.0.2.10', 'mail.example.com', 'A'])
        client.run(['dig', '+tcp', '+keepopen', '@192.0.2.10', 'www.example.com', 'A',
                    'mail.example.com', 'A'])
    lab.truth('TCP', 53, 'DNS')
