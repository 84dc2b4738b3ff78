# SPDX-License-Identifier: BSD-2-Clause
"""Memcached: keys stored and read over TCP in the text protocol, and asked for over UDP."""

import lab as labs

NEEDS = {'memcached': 'memcached'}


def run(lab):
    client, server = lab.pair()
    server.spawn(['memcached', '-u', 'nobody', '-l', '192.0.2.10', '-U', '11211'], tcp=11211)
    with lab.capture(client):
        client.run(['/usr/bin/python3', labs.TOOLS / 'memcache.py', '192.0.2.10'])
    lab.truth('TCP', 11211, 'Memcached')
    lab.truth('UDP', 11211, 'Memcached')
