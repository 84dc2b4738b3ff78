# SPDX-License-Identifier: BSD-2-Clause
"""rsync: a client lists the modules of a daemon and copies one, over IPv4, IPv6 and on an unusual port."""

import shared

NEEDS = {'rsync': 'rsync'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    config = lab.file('rsyncd.conf', 'use chroot = no\nuid = root\ngid = root\n[pages]\npath = %s\n'
                      % shared.site(lab))
    for port in 873, 8080:
        server.spawn(['rsync', '--daemon', '--no-detach', '--config=%s' % config, '--port=%d' % port,
                      '--log-file=/dev/stderr'], tcp=port)
    with lab.capture(client):
        client.run(['rsync', 'rsync://192.0.2.10/'])
        for number, host in enumerate(('192.0.2.10', '[2001:db8::10]', '192.0.2.10:8080')):
            client.run(['rsync', '-a', 'rsync://%s/pages/' % host, lab.dir / ('copy%d' % number)])
    lab.truth('TCP', 873, 'rsync')
    lab.truth('TCP', 8080, 'rsync', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
