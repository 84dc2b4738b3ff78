# SPDX-License-Identifier: BSD-2-Clause
"""git: a clone, a fetch and a listing from git daemon, over IPv4, IPv6 and on an unusual port."""

NEEDS = {'git': 'git', '/usr/lib/git-core/git-daemon': 'git'}

COMMIT = ['git', '-c', 'user.name=Lab', '-c', 'user.email=lab@example.com', 'commit', '-q', '--allow-empty']


def run(lab):
    client, server = lab.pair(ipv6=True)
    repo = lab.dir / 'tree'
    server.run(['git', 'init', '-q', repo])
    lab.file('tree/report.txt', ''.join('line %d\n' % n for n in range(500)))
    server.run(['git', '-C', repo, 'add', 'report.txt'])
    server.run(COMMIT[:1] + ['-C', repo] + COMMIT[1:] + ['-m', 'The report'])
    for port in 9418, 3306:
        server.spawn(['/usr/lib/git-core/git-daemon', '--reuseaddr', '--export-all', '--base-path=%s' % lab.dir,
                      '--port=%d' % port, lab.dir], tcp=port)
    with lab.capture(client):
        client.run(['git', 'clone', '-q', 'git://192.0.2.10/tree', lab.dir / 'clone'])
        client.run(['git', 'ls-remote', 'git://[2001:db8::10]/tree'])
        client.run(['git', 'clone', '-q', 'git://192.0.2.10:3306/tree', lab.dir / 'second'])
    lab.truth('TCP', 9418, 'Git')
    lab.truth('TCP', 3306, 'Git', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
