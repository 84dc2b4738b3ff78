# SPDX-License-Identifier: BSD-2-Clause
"""KNXnet/IP, which buildings are run with: one knxd tunnels group telegrams to another."""

NEEDS = {'knxd': 'knxd', 'knxtool': 'knxd-tools'}


def run(lab):
    client, server = lab.pair()
    for node in client, server:
        node.ip('route', 'add', '224.0.0.0/4', 'dev', 'eth0')
    server.spawn(['knxd', '-e', '1.1.1', '-E', '1.1.10:8', '-D', '-T', '-S', '-b', 'dummy:'], udp=3671)
    door = lab.dir / 'door'
    with lab.capture(client):
        client.spawn(['knxd', '-e', '1.2.1', '-E', '1.2.10:8', '-u', door, '-b', 'ipt:192.0.2.10'], file=door)
        client.run(['sleep', '2'])
        for number in range(6):
            client.run(['knxtool', 'groupswrite', 'local:%s' % door, '1/2/%d' % number, '1'])
        client.run(['sleep', '1'])
    lab.truth('UDP', 3671, 'KNXnet/IP')
    lab.truth('IGMP', protocol='IGMP', optional=True)
