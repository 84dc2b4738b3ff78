# SPDX-License-Identifier: BSD-2-Clause
"""WireGuard: wireguard-go on both sides, echoes inside."""

NEEDS = {'wireguard-go': 'wireguard-go', 'wg': 'wireguard-tools', 'ping': 'iputils-ping'}


def run(lab):
    client, server = lab.pair()
    keys = {}
    for node in client, server:
        private = node.run(['wg', 'genkey'])
        keys[node] = private.strip(), node.run(['wg', 'pubkey'], stdin=private).strip()
    for node, peer, number, endpoint in ((client, server, 2, '192.0.2.10'),
                                         (server, client, 10, '192.0.2.2')):
        name = 'labwg%d' % number
        node.spawn(['wireguard-go', '-f', name], file='/var/run/wireguard/%s.sock' % name)
        config = lab.file(name + '.conf', '[Interface]\nPrivateKey = %s\nListenPort = 51820\n[Peer]\n'
                          'PublicKey = %s\nAllowedIPs = 198.51.100.0/24\nEndpoint = %s:51820\n'
                          % (keys[node][0], keys[peer][1], endpoint))
        node.run(['wg', 'setconf', name, config])
        node.ip('link', 'set', name, 'up')
        node.address(name, '198.51.100.%d/24' % number)
    with lab.capture(client):
        client.run(['ping', '-n', '-q', '-c', '4', '-i', '0.2', '198.51.100.10'])
    lab.truth('UDP', 51820, 'WireGuard')
