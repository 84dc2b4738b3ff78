# SPDX-License-Identifier: BSD-2-Clause
"""Classic pcap with microseconds, written by tcpdump: DNS and HTTP."""

import shared

NEEDS = shared.TALK_NEEDS


def run(lab):
    client, server = lab.pair()
    shared.talk_servers(lab, server, '192.0.2.10')
    with lab.capture(client, tool='tcpdump', kind='pcap'):
        shared.talk(lab, client, '192.0.2.10')
