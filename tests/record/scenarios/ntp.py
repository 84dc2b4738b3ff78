# SPDX-License-Identifier: BSD-2-Clause
"""NTP: chronyd asks another chronyd for the time, some samples in a row."""

NEEDS = {'chronyd': 'chrony'}


def run(lab):
    client, server = lab.pair()
    config = lab.file('server.conf', 'local stratum 8\nallow all\nport 123\ncmdport 0\npidfile %s\n'
                      'bindcmdaddress /\n' % (lab.dir / 'server.pid'))
    server.spawn(['chronyd', '-d', '-x', '-u', 'root', '-f', config], udp=123)
    ask = lab.file('client.conf', 'server 192.0.2.10 iburst maxsamples 4\ncmdport 0\npidfile %s\n'
                   'bindcmdaddress /\n' % (lab.dir / 'client.pid'))
    with lab.capture(client):
        client.run(['chronyd', '-Q', '-u', 'root', '-t', '12', '-f', ask], ok=(0, 1))
    lab.truth('UDP', 123, 'NTP')
