# SPDX-License-Identifier: BSD-2-Clause
"""SSH: OpenSSH runs two commands with a key, once on port 22 and once on port 443."""

NEEDS = {'sshd': 'openssh-server', 'ssh': 'openssh-client', 'ssh-keygen': 'openssh-client'}


def run(lab):
    client, server = lab.pair()
    for name in 'host', 'user':
        server.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', lab.dir / name])
    config = lab.file('sshd_config', '''
Port 22
Port 443
HostKey %(dir)s/host
AuthorizedKeysFile %(dir)s/user.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
''' % {'dir': lab.dir})
    # Folders of its own, in its own mount namespace: the machine's lists of logins stay as they are.
    server.spawn(['sh', '-c', 'mount -t tmpfs none /run && mount -t tmpfs none /var/log && '
                  'mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f "$0"', config], tcp=443)
    login = ['ssh', '-F', 'none', '-i', lab.dir / 'user', '-o', 'StrictHostKeyChecking=no', '-o',
             'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR']
    with lab.capture(client):
        client.run(login + ['root@192.0.2.10', 'echo done'])
        client.run(login + ['-p', '443', 'root@192.0.2.10', 'seq 1 2000'])
    lab.truth('TCP', 22, 'SSH')
    lab.truth('TCP', 443, 'SSH', note='unusual port')
