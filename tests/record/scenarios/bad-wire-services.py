# SPDX-License-Identifier: BSD-2-Clause
"""Redis, MQTT, SNMP and DNS over a wire that loses, reorders and doubles frames."""

import shared

NEEDS = {'redis-server': 'redis-server', 'redis-cli': 'redis-tools', 'mosquitto': 'mosquitto',
         'mosquitto_pub': 'mosquitto-clients', 'snmpd': 'snmpd', 'snmpwalk': 'snmp',
         'dnsmasq': 'dnsmasq-base', 'dig': 'bind9-dnsutils'}


def serve(lab, server):
    server.spawn(['redis-server', '--bind', '192.0.2.10', '--protected-mode', 'no', '--save', '', '--dir', lab.dir],
                 tcp=6379)
    server.spawn(['mosquitto', '-c', lab.file(
        'mqtt.conf', 'listener 1883 192.0.2.10\nallow_anonymous true\nuser root\n')], tcp=1883)
    server.spawn(['snmpd', '-f', '-Lo', '-C', '-c', lab.file('snmpd.conf', 'agentAddress udp:192.0.2.10:161\n'
                                                              'rocommunity public\n'), '-p', lab.dir / 'snmpd.pid'],
                 udp=161, env={'SNMP_PERSISTENT_DIR': str(lab.folder('snmp')), 'MIBS': ''})
    lab.dns(server, {'www.example.com': '192.0.2.80'})


def run(lab):
    client, server = shared.bad_wire(lab, 6)
    serve(lab, server)
    with lab.capture(client):
        client.run(['redis-cli', '-h', '192.0.2.10'], stdin=''.join('LPUSH list item%d\n' % n for n in range(40)))
        for number in range(3):
            client.run(['mosquitto_pub', '-h', '192.0.2.10', '-t', 'lab/reading', '-m', 'reading %d' % number, '-q',
                        '2'])
        client.run(['snmpwalk', '-v2c', '-c', 'public', '-r', '9', '-t', '0.5', '192.0.2.10', '.1.3.6.1.2.1.1'],
                   env={'MIBS': ''})
        for kind in 'A', 'AAAA', 'MX', 'TXT':
            client.run(['dig', '+tries=9', '+timeout=1', '@192.0.2.10', 'www.example.com', kind])
    lab.truth('TCP', 6379, 'Redis')
    lab.truth('TCP', 1883, 'MQTT')
    lab.truth('UDP', 161, 'SNMP')
    lab.truth('UDP', 53, 'DNS')
    lab.truth('ICMP', protocol='ICMP', note='an answer that came too late', optional=True)
