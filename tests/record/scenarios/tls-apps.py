# SPDX-License-Identifier: BSD-2-Clause
"""Well-known names over TLS: curl (HTTP/2) and wget (HTTP/1.1) visit services that the lab plays."""

import shared

NEEDS = {**shared.WEB_NEEDS, 'wget': 'wget'}

SERVICES = {'www.netflix.com': 'Netflix', 'www.youtube.com': 'YouTube', 'github.com': 'GitHub',
            'web.whatsapp.com': 'WhatsApp', 'intranet.example.org': None}


def run(lab):
    addresses = {name: '192.0.2.%d' % (20 + n) for n, name in enumerate(SERVICES)}
    client, server = lab.pair(server4=('192.0.2.10', *addresses.values()))
    shared.nginx(lab, server, *(shared.tls_block(lab, name, listen='%s:443 ssl http2' % address)
                                for name, address in addresses.items()), port=443)
    lab.dns(server, addresses)
    client.resolver('192.0.2.10')
    with lab.capture(client):
        for name in SERVICES:
            client.run(shared.curl(lab, 'https://%s/' % name))
            client.run(['wget', '-q', '-O', '/dev/null', '--ca-certificate=%s' % lab.ca(),
                        'https://%s/report.txt' % name])
    for name, application in SERVICES.items():
        label = name.split('.')[-2].encode()
        lab.truth('UDP', 53, 'DNS', application=application, host=name,
                  containing=bytes([len(label)]) + label)
        lab.truth('TCP', 443, 'TLS', server=addresses[name], application=application, host=name)
