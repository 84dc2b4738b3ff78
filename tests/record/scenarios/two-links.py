# SPDX-License-Identifier: BSD-2-Clause
"""Two link types in one pcapng: a tunnel's outside (Ethernet) and its inside (RAW)."""

import shared

NEEDS = {**shared.TALK_NEEDS, 'nft': 'nftables'}


def run(lab):
    client, server = shared.tunnel(lab, '4', '198.51.100.2/24', '198.51.100.10/24')
    shared.talk_servers(lab, server, '198.51.100.10')
    with lab.capture(client, 'eth0', 'tun0'):
        shared.talk(lab, client, '198.51.100.10')
