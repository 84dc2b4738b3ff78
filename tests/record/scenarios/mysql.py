# SPDX-License-Identifier: BSD-2-Clause
"""MySQL: MariaDB's client makes a table and reads it, over IPv4, IPv6, an unusual port, and turned to TLS."""

NEEDS = {'mariadbd': 'mariadb-server', 'mariadb': 'mariadb-client', 'mariadb-install-db': 'mariadb-server'}

TALK = 'CREATE TABLE IF NOT EXISTS t (n INT, word TEXT); INSERT INTO t VALUES (1, "one"), (2, "two"); SELECT * FROM t;'


def run(lab):
    client, server = lab.pair(ipv6=True)
    cert, key = lab.certificate('db.example.com')
    data = lab.dir / 'db'
    server.run(['mariadb-install-db', '--no-defaults', '--datadir=%s' % data, '--user=root',
                '--auth-root-authentication-method=normal', '--skip-test-db'])
    serve = ['mariadbd', '--no-defaults', '--datadir=%s' % data, '--user=root', '--skip-name-resolve',
             '--socket=%s' % (lab.dir / 'db.sock'), '--pid-file=%s' % (lab.dir / 'db.pid'), '--bind-address=*',
             '--extra-port=8080', '--ssl-cert=%s' % cert, '--ssl-key=%s' % key]
    server.spawn(serve, tcp=3306)
    local = ['mariadb', '--no-defaults', '-S', lab.dir / 'db.sock', '-u', 'root', '-e']
    server.run(local + ['CREATE DATABASE lab; CREATE USER alice IDENTIFIED BY "secret"; GRANT ALL ON lab.* TO alice'])
    ask = ['mariadb', '--no-defaults', '-u', 'alice', '-psecret', '-e', TALK]
    with lab.capture(client):
        client.run(ask + ['-h', '192.0.2.10', 'lab'])
        client.run(ask + ['-h', '2001:db8::10', 'lab'])
        client.run(ask + ['-h', '192.0.2.10', '-P', '8080', 'lab'])
        client.run(ask + ['-h', '192.0.2.10', '--ssl', 'lab'])
    lab.truth('TCP', 3306, 'MySQL', note='one of them turns to TLS')
    lab.truth('TCP', 8080, 'MySQL', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
