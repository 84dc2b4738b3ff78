# SPDX-License-Identifier: BSD-2-Clause
"""STUN and TURN: coturn's clients ask for their address and send messages through a relay."""

NEEDS = {'turnserver': 'coturn', 'turnutils_stunclient': 'coturn'}


def run(lab):
    client, server = lab.pair()
    server.spawn(['turnserver', '-n', '-L', '192.0.2.10', '-E', '192.0.2.10', '--lt-cred-mech', '-u',
                  'alice:secret', '-r', 'example.com', '--no-tls', '--no-dtls', '--no-cli',
                  '--allow-loopback-peers', '--userdb=%s' % (lab.dir / 'turndb'), '--log-file=stdout',
                  '--pidfile=%s' % (lab.dir / 'turn.pid')], udp=3478)
    with lab.capture(client):
        client.run(['turnutils_stunclient', '-p', '3478', '192.0.2.10'])
        client.run(['turnutils_uclient', '-u', 'alice', '-w', 'secret', '-y', '-m', '1', '-n', '5',
                    '-L', '192.0.2.2', '192.0.2.10'])
    lab.truth('UDP', 3478, 'STUN')
    lab.truth('ICMP', protocol='ICMP', note='a port that the client had closed', optional=True)
