# SPDX-License-Identifier: BSD-2-Clause
"""SFTP: OpenSSH's sftp lists a folder, gets a file and puts one, over IPv4 and IPv6."""

import shared

NEEDS = shared.SSH_NEEDS


def run(lab):
    client, server = lab.pair(ipv6=True)
    options = shared.sshd(lab, server, 'Port 22\nSubsystem sftp internal-sftp\n')
    lab.file('tree/report.txt', 'a line of a report\n' * 500)
    words = 'ls %(dir)s/tree\nget %(dir)s/tree/report.txt %(dir)s/got\nput %(dir)s/got %(dir)s/tree/put\n' % {
        'dir': lab.dir}
    with lab.capture(client):
        for host in '192.0.2.10', '[2001:db8::10]':
            client.run(['sftp', '-b', lab.file('batch', words), *options, 'root@' + host])
    lab.truth('TCP', 22, 'SSH', note='SFTP inside')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
