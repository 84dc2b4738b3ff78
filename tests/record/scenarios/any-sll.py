# SPDX-License-Identifier: BSD-2-Clause
"""Linux cooked capture (SLL) on every interface of the server: DNS and HTTP."""

import shared

NEEDS = shared.TALK_NEEDS


def run(lab):
    client, server = lab.pair()
    shared.talk_servers(lab, server, '192.0.2.10')
    with lab.capture(server, 'any', tool='tcpdump', kind='pcap', args=['-y', 'LINUX_SLL']):
        shared.talk(lab, client, '192.0.2.10')
