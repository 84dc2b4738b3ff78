# SPDX-License-Identifier: BSD-2-Clause
"""FTP, rsync, git and SSH over a wire that loses 4 % of the frames, delays 8 % behind the next and doubles 3 %."""

import shared

NEEDS = {**shared.FTP_NEEDS, **shared.SSH_NEEDS, 'rsync': 'rsync', 'git': 'git',
         '/usr/lib/git-core/git-daemon': 'git'}


def serve(lab, server):
    """What the client talks to; the options that ssh needs to log in."""
    shared.vsftpd(lab, server, 'pasv_min_port=40000\npasv_max_port=40009\n')
    config = lab.file('rsyncd.conf', 'use chroot = no\nuid = root\ngid = root\n[pages]\npath = %s\n'
                      % (lab.dir / 'site'))
    server.spawn(['rsync', '--daemon', '--no-detach', '--config=%s' % config, '--log-file=/dev/stderr'], tcp=873)
    server.run(['git', 'init', '-q', lab.dir / 'tree'])
    server.run(['git', '-C', lab.dir / 'tree', '-c', 'user.name=Lab', '-c', 'user.email=lab@example.com', 'commit',
                '-q', '--allow-empty', '-m', 'Nothing yet'])
    server.spawn(['/usr/lib/git-core/git-daemon', '--export-all', '--base-path=%s' % lab.dir, lab.dir], tcp=9418)
    return shared.sshd(lab, server, 'Port 22\n')


def run(lab):
    client, server = shared.bad_wire(lab, 5)
    options = serve(lab, server)
    with lab.capture(client):
        client.run(['curl', '-s', '--fail', 'ftp://192.0.2.10/report.txt'])
        client.run(['rsync', '-a', 'rsync://192.0.2.10/pages/', lab.dir / 'copy'])
        client.run(['git', 'clone', '-q', 'git://192.0.2.10/tree', lab.dir / 'clone'])
        client.run(['ssh', *options, 'root@192.0.2.10', 'seq 1 2000'])
    lab.truth('TCP', 21, 'FTP')
    lab.truth('TCP', 873, 'rsync')
    lab.truth('TCP', 9418, 'Git')
    lab.truth('TCP', 22, 'SSH')
    lab.truth('TCP', protocol='FTP-data')
