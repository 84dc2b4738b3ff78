# SPDX-License-Identifier: BSD-2-Clause
"""Classic pcap as a big-endian machine writes it (tcpdump's file, its headers turned round): DNS and HTTP."""

import pcapfile
import shared

NEEDS = shared.TALK_NEEDS


def run(lab):
    client, server = lab.pair()
    shared.talk_servers(lab, server, '192.0.2.10')
    with lab.capture(client, tool='tcpdump', kind='pcap'):
        shared.talk(lab, client, '192.0.2.10')
    lab.target.write_bytes(pcapfile.as_pcap(lab.target.read_bytes(), order='>'))
