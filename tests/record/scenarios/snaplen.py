# SPDX-License-Identifier: BSD-2-Clause
"""Frames cut by the capture to 96 bytes each: DNS and HTTP."""

import shared

NEEDS = shared.TALK_NEEDS


def run(lab):
    client, server = lab.pair()
    shared.talk_servers(lab, server, '192.0.2.10')
    with lab.capture(client, args=['-s', '96']):
        shared.talk(lab, client, '192.0.2.10')
