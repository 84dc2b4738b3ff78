# SPDX-License-Identifier: BSD-2-Clause
"""AMQP 1.0: Qpid Proton's peers send and receive messages, with its handshake of SASL, also on an unusual port."""

import lab as labs

NEEDS = {'/usr/lib/python3/dist-packages/proton': 'python3-qpid-proton'}


def run(lab):
    client, server = lab.pair()
    program = ['/usr/bin/python3', labs.TOOLS / 'amqp.py']
    for port in 5672, 1521:
        server.spawn(program + ['serve', '192.0.2.10:%d' % port], tcp=port)
    with lab.capture(client):
        client.run(program + ['ask', '192.0.2.10:5672'])
        client.run(program + ['ask', '192.0.2.10:1521'])
    lab.truth('TCP', 5672, 'AMQP')
    lab.truth('TCP', 1521, 'AMQP', note='unusual port')
