# SPDX-License-Identifier: BSD-2-Clause
"""Syslog: logger sends lines to rsyslogd over UDP (RFC 3164 and RFC 5424) and over TCP."""

NEEDS = {'rsyslogd': 'rsyslog', 'logger': 'bsdutils'}

CONFIG = '''
module(load="imudp")
module(load="imtcp")
input(type="imudp" port="514")
input(type="imtcp" port="514")
action(type="omfile" file="%s")
'''


def run(lab):
    client, server = lab.pair()
    config = lab.file('rsyslog.conf', CONFIG % (lab.dir / 'messages'))
    server.spawn(['rsyslogd', '-n', '-f', config, '-i', lab.dir / 'rsyslog.pid'], tcp=514)
    send = ['logger', '-n', '192.0.2.10', '-P', '514', '-t', 'backup']
    with lab.capture(client):
        for number in range(4):
            client.run(send + ['-d', '--rfc3164', 'job %d done' % number])
        client.run(send + ['-d', '--rfc5424', '-p', 'auth.warning', 'login refused'])
        client.run(send + ['-T', '--rfc3164', 'job done over TCP'])
        client.run(send + ['-T', '--rfc5424', '-p', 'auth.warning', 'login refused over TCP'])
    lab.truth('UDP', 514, 'Syslog')
    lab.truth('TCP', 514, 'Syslog')
