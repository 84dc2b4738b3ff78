# SPDX-License-Identifier: BSD-2-Clause
"""GRE: DNS and HTTP through a tunnel of IPv4 in GRE."""

import shared

NEEDS = {**shared.TALK_NEEDS, 'nft': 'nftables'}


def run(lab):
    client, server = shared.tunnel(lab, 'gre', '198.51.100.2/24', '198.51.100.10/24')
    shared.talk_servers(lab, server, '198.51.100.10')
    with lab.capture(client):
        shared.talk(lab, client, '198.51.100.10')
