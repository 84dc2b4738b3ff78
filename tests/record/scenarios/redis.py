# SPDX-License-Identifier: BSD-2-Clause
"""Redis: redis-cli stores and reads keys, one command a connection and a pipeline on one."""

NEEDS = {'redis-server': 'redis-server', 'redis-cli': 'redis-tools'}


def run(lab):
    client, server = lab.pair()
    server.spawn(['redis-server', '--bind', '192.0.2.10', '--protected-mode', 'no', '--save', '',
                  '--dir', lab.dir], tcp=6379)
    cli = ['redis-cli', '-h', '192.0.2.10']
    with lab.capture(client):
        client.run(cli + ['SET', 'colour', 'green'])
        client.run(cli, stdin=''.join('LPUSH list item%d\nGET colour\n' % n for n in range(20)))
        client.run(cli + ['LRANGE', 'list', '0', '-1'])
    lab.truth('TCP', 6379, 'Redis')
