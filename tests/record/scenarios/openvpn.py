# SPDX-License-Identifier: BSD-2-Clause
"""OpenVPN over UDP and over TCP: a tunnel comes up and carries a few echoes."""

NEEDS = {'openvpn': 'openvpn', 'ping': 'iputils-ping'}

COMMON = ['--dev-type', 'tun', '--verb', '3', '--topology', 'subnet', '--data-ciphers', 'AES-256-GCM']


def run(lab):
    client, server = lab.pair()
    cert, key = lab.certificate('vpn.example.com')
    for number, kind in enumerate(('udp', 'tcp')):
        keys = ['--ca', lab.ca(), '--cert', cert, '--key', key, '--dev', 'tun%d' % number]
        server.spawn(['openvpn', *COMMON, *keys, '--proto', kind + '-server' if kind == 'tcp' else kind,
                      '--local', '192.0.2.10', '--port', '1194', '--dh', 'none', '--server',
                      '198.51.%d.0' % (100 + number), '255.255.255.0'], **{kind: 1194})
    with lab.capture(client):
        for number, kind in enumerate(('udp', 'tcp')):
            keys = ['--ca', lab.ca(), '--cert', cert, '--key', key, '--dev', 'tun%d' % number]
            client.spawn(['openvpn', *COMMON, *keys, '--proto', kind + '-client' if kind == 'tcp' else kind,
                          '--remote', '192.0.2.10', '1194', '--client', '--nobind', '--writepid',
                          lab.dir / kind, '--route-noexec'])
            client.run(['sh', '-c', 'until ping -c 2 -i 0.2 -W 1 198.51.%d.1; do sleep 0.2; done'
                        % (100 + number)], timeout=30)
    lab.truth('UDP', 1194, 'OpenVPN')
    lab.truth('TCP', 1194, 'OpenVPN')
