# SPDX-License-Identifier: BSD-2-Clause
"""Subversion: a checkout, a log and a listing from svnserve, over IPv4, IPv6 and on an unusual port."""

NEEDS = {'svnserve': 'subversion', 'svn': 'subversion', 'svnadmin': 'subversion'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    server.run(['svnadmin', 'create', lab.dir / 'repo'])
    server.run(['svn', 'import', '-q', '-m', 'The report', lab.file('tree/report.txt', 'a line\n' * 300).parent,
                'file://%s/repo' % lab.dir])
    for port, kind in ((3690, []), (8443, [])):
        server.spawn(['svnserve', '-d', '--foreground', '-r', lab.dir, '--listen-host', '::',
                      '--listen-port', port, *kind], tcp=port)
    with lab.capture(client):
        client.run(['svn', 'checkout', '-q', 'svn://192.0.2.10/repo', lab.dir / 'copy'])
        client.run(['svn', 'log', 'svn://[2001:db8::10]/repo'])
        client.run(['svn', 'ls', 'svn://192.0.2.10:8443/repo'])
    lab.truth('TCP', 3690, 'SVN')
    lab.truth('TCP', 8443, 'SVN', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
