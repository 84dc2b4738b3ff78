# SPDX-License-Identifier: BSD-2-Clause
"""HTTP where other protocols live: nginx on the ports of DNS, SSH and PostgreSQL."""

import shared

NEEDS = {'nginx': 'nginx-light', 'curl': 'curl'}

PORTS = 53, 22, 5432


def run(lab):
    client, server = lab.pair()
    listen = ' '.join('listen %d;' % port for port in PORTS)
    shared.nginx(lab, server, listen, port=22)
    with lab.capture(client):
        for port in PORTS:
            client.run(['curl', '-s', '--fail', 'http://192.0.2.10:%d/' % port])
    for port in PORTS:
        lab.truth('TCP', port, 'HTTP', host='192.0.2.10', note='unusual port')
