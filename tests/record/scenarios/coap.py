# SPDX-License-Identifier: BSD-2-Clause
"""CoAP: libcoap's client reads, writes and watches a resource, over IPv4 and IPv6, UDP, and on an unusual port."""

NEEDS = {'coap-server-notls': 'libcoap3-bin', 'coap-client-notls': 'libcoap3-bin'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    for port in 5683, 7000:
        server.spawn(['coap-server-notls', '-p', port], udp=port)
    ask = ['coap-client-notls', '-B', '3']
    with lab.capture(client):
        for host in '192.0.2.10', '[2001:db8::10]', '192.0.2.10:7000':
            client.run(ask + ['-m', 'get', 'coap://%s/.well-known/core' % host])
            client.run(ask + ['-m', 'get', 'coap://%s/time' % host])
        client.run(ask + ['-m', 'get', '-s', '3', 'coap://192.0.2.10/time'])
        client.run(ask + ['-m', 'put', '-e', '1000', 'coap://192.0.2.10/time'])
    lab.truth('UDP', 5683, 'CoAP')
    lab.truth('UDP', 7000, 'CoAP', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
    lab.truth('ICMP', protocol='ICMP', optional=True)
