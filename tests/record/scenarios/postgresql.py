# SPDX-License-Identifier: BSD-2-Clause
"""PostgreSQL: psql makes a table, fills it and reads it, in clear."""

BIN = '/usr/lib/postgresql/15/bin/'

NEEDS = {BIN + 'initdb': 'postgresql-15', BIN + 'psql': 'postgresql-client-15', 'setpriv': 'util-linux'}

SQL = '''
CREATE TABLE figures (id int PRIMARY KEY, name text);
INSERT INTO figures SELECT n, 'figure ' || n FROM generate_series(1, 200) AS n;
SELECT * FROM figures WHERE id < 50;
SELECT no_such_column FROM figures;
'''


def run(lab):
    client, server = lab.pair()
    data = lab.folder('data', 0o700)
    server.run(['chown', 'postgres:postgres', data])
    user = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
    server.run(user + [BIN + 'initdb', '-D', data, '-U', 'alice', '-A', 'trust'])
    lab.file('data/pg_hba.conf', 'host all all 192.0.2.0/24 trust\n')
    server.spawn(user + [BIN + 'postgres', '-D', data, '-c', 'listen_addresses=192.0.2.10', '-c',
                         'unix_socket_directories='], tcp=5432)
    with lab.capture(client):
        client.run([BIN + 'psql', '-h', '192.0.2.10', '-U', 'alice', 'postgres', '-q'], stdin=SQL)
    lab.truth('TCP', 5432, 'PostgreSQL')
