# SPDX-License-Identifier: BSD-2-Clause
"""Redis, MQTT, SNMP, NTP, SMTP and FTP over IPv6."""

import lab as labs
import shared

NEEDS = {**shared.FTP_NEEDS, 'redis-server': 'redis-server', 'redis-cli': 'redis-tools', 'mosquitto': 'mosquitto',
         'mosquitto_pub': 'mosquitto-clients', 'snmpd': 'snmpd', 'snmpwalk': 'snmp', 'chronyd': 'chrony',
         '/usr/lib/python3/dist-packages/aiosmtpd/__init__.py': 'python3-aiosmtpd'}

HERE = '2001:db8::10'
MAIL = 'From: <alice@example.com>\nTo: <bob@example.org>\nSubject: Figures\n\nAs promised.\n'


def serve(lab, server):
    server.spawn(['redis-server', '--bind', HERE, '--protected-mode', 'no', '--save', '', '--dir', lab.dir], tcp=6379)
    server.spawn(['mosquitto', '-c', lab.file(
        'mqtt.conf', 'listener 1883 %s\nallow_anonymous true\nuser root\n' % HERE)], tcp=1883)
    server.spawn(['snmpd', '-f', '-Lo', '-C', '-c', lab.file('snmpd.conf', 'agentAddress udp6:[%s]:161\n'
                                                              'rocommunity6 public\n' % HERE),
                  '-p', lab.dir / 'snmpd.pid'], udp=161,
                 env={'SNMP_PERSISTENT_DIR': str(lab.folder('snmp')), 'MIBS': ''})
    server.spawn(['chronyd', '-d', '-x', '-u', 'root', '-f', lab.file(
        'server.conf', 'local stratum 8\nallow all\nport 123\ncmdport 0\npidfile %s\nbindcmdaddress /\n'
        % (lab.dir / 'server.pid'))], udp=123)
    server.spawn(['/usr/bin/python3', labs.TOOLS / 'smtpd.py', '25', *lab.certificate('mail.example.com'), '::'],
                 tcp=25)
    shared.vsftpd(lab, server, 'listen=NO\nlisten_ipv6=YES\n')


def run(lab):
    client, server = lab.pair(ipv6=True)
    serve(lab, server)
    ask = lab.file('client.conf', 'server %s iburst maxsamples 4\ncmdport 0\npidfile %s\nbindcmdaddress /\n'
                   % (HERE, lab.dir / 'client.pid'))
    with lab.capture(client):
        client.run(['redis-cli', '-h', HERE], stdin='SET colour green\nGET colour\n')
        client.run(['mosquitto_pub', '-h', HERE, '-t', 'lab/reading', '-m', 'reading', '-q', '2'])
        client.run(['snmpwalk', '-v2c', '-c', 'public', 'udp6:[%s]:161' % HERE, '.1.3.6.1.2.1.1'], env={'MIBS': ''})
        client.run(['chronyd', '-Q', '-u', 'root', '-t', '12', '-f', ask], ok=(0, 1))
        client.run(['curl', '-s', '--mail-from', 'alice@example.com', '--mail-rcpt', 'bob@example.org', '-T', '-',
                    'smtp://[%s]/client.example.com' % HERE], stdin=MAIL)
        client.run(['curl', '-s', '--fail', 'ftp://[%s]/report.txt' % HERE])
    for kind, port, protocol in (('TCP', 6379, 'Redis'), ('TCP', 1883, 'MQTT'), ('UDP', 161, 'SNMP'),
                                 ('UDP', 123, 'NTP'), ('TCP', 25, 'SMTP'), ('TCP', 21, 'FTP')):
        lab.truth(kind, port, protocol)
    lab.truth('TCP', protocol='FTP-data')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
