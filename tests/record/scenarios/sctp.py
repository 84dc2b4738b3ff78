# SPDX-License-Identifier: BSD-2-Clause
"""SCTP: an association of usrsctp's client and its echo server, both above raw sockets."""

import shared

BIN = '/usr/lib/usrsctp/'

NEEDS = {BIN + 'client': 'libusrsctp-examples', 'nft': 'nftables'}


def run(lab):
    client, server = lab.pair()
    for node in client, server:
        shared.no_protocol_unreachable(node)
    server.spawn([BIN + 'echo_server'])
    with lab.capture(client):
        client.run(['timeout', '6', 'sh', '-c', '(sleep 1; echo one; sleep 0.3; echo two; sleep 1) | '
                    '%sclient 192.0.2.10 7' % BIN], ok=None)
    lab.truth('SCTP', 7, 'SCTP', note='echo inside')
