# SPDX-License-Identifier: BSD-2-Clause
"""A download recorded where the card cuts segments and makes checksums: frames over the MTU, wrong sums."""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    client, server = lab.pair(offload=True)
    shared.nginx(lab, server, 'listen 80;')
    lab.file('site/big.bin', bytes(range(256)) * 1500)
    with lab.capture(server):
        client.run(['curl', '-s', '--fail', '-o', '/dev/null', 'http://192.0.2.10/big.bin'])
    lab.truth('TCP', 80, 'HTTP', host='192.0.2.10')
