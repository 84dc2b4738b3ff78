# SPDX-License-Identifier: BSD-2-Clause
"""Link type RAW: DNS and HTTP recorded on the TUN device at the end of a tunnel, in nanoseconds."""

import shared

NEEDS = {**shared.TALK_NEEDS, 'nft': 'nftables'}


def run(lab):
    client, server = shared.tunnel(lab, '4', '198.51.100.2/24', '198.51.100.10/24')
    shared.talk_servers(lab, server, '198.51.100.10')
    with lab.capture(client, 'tun0'):
        shared.talk(lab, client, '198.51.100.10')
