# SPDX-License-Identifier: BSD-2-Clause
"""SNMP: a walk with v2c, a get with v3 (authenticated and encrypted), and a trap."""

NEEDS = {'snmpd': 'snmpd', 'snmpget': 'snmp'}

CONFIG = '''
agentAddress udp:192.0.2.10:161
sysDescr Lab switch
sysContact lab@example.com
sysName switch.example.com
rocommunity public
createUser alice SHA "authentic words" AES "private words"
rouser alice priv
'''


def run(lab):
    client, server = lab.pair()
    state = {'SNMP_PERSISTENT_DIR': str(lab.folder('snmp')), 'MIBS': ''}
    server.spawn(['snmpd', '-f', '-Lo', '-C', '-c', lab.file('snmpd.conf', CONFIG), '-p',
                  lab.dir / 'snmpd.pid'], udp=161, env=state)
    with lab.capture(client):
        client.run(['snmpwalk', '-v2c', '-c', 'public', '192.0.2.10', '.1.3.6.1.2.1.1'], env=state)
        client.run(['snmpget', '-v3', '-u', 'alice', '-l', 'authPriv', '-a', 'SHA', '-A',
                    'authentic words', '-x', 'AES', '-X', 'private words', '192.0.2.10',
                    '.1.3.6.1.2.1.1.5.0'], env=state)
        client.run(['snmptrap', '-v2c', '-c', 'public', '192.0.2.10', '', '.1.3.6.1.6.3.1.1.5.3'],
                   env=state)
    lab.truth('UDP', 161, 'SNMP')
    lab.truth('UDP', 162, 'SNMP', note='trap')
    lab.truth('ICMP', protocol='ICMP', note='nobody listens for the trap')
