# SPDX-License-Identifier: BSD-2-Clause
"""SMB: smbclient lists a share of Samba, puts a file and reads one, with SMB 3, 2 and 1, and over IPv6."""

NEEDS = {'smbd': 'samba', 'smbclient': 'smbclient'}

CONFIG = '''
[global]
server role = standalone server
map to guest = Bad User
guest account = nobody
server min protocol = NT1
disable netbios = yes
smb ports = 445
load printers = no
log file = %(dir)s/smbd.log
lock directory = %(dir)s/lock
state directory = %(dir)s/lock
cache directory = %(dir)s/lock
private dir = %(dir)s/lock
pid directory = %(dir)s/lock
ncalrpc dir = %(dir)s/lock
[share]
path = %(dir)s/share
guest ok = yes
read only = no
force user = root
'''


def run(lab):
    client, server = lab.pair(ipv6=True)
    lab.folder('lock')
    lab.folder('share', 0o777)
    lab.file('share/report.txt', 'a line of a report\n' * 300)
    config = lab.file('smb.conf', CONFIG % {'dir': lab.dir})
    server.spawn(['smbd', '-F', '--no-process-group', '-s', config], tcp=445)
    with lab.capture(client):
        for kind, address in (('SMB3', '192.0.2.10'), ('SMB2', '2001:db8::10'), ('NT1', '192.0.2.10')):
            client.run(['smbclient', '-s', '/dev/null', '-N', '-U%', '-I', address, '-p', '445', '-m', kind,
                        '--option=client min protocol=NT1', '//server/share', '-c',
                        'ls; get report.txt /dev/null; put /etc/hosts hosts'])
    lab.truth('TCP', 445, 'SMB')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
