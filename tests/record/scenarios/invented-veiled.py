# SPDX-License-Identifier: BSD-2-Clause
"""A protocol on TCP that nothing can know: masked bytes from the first one on, on the port of no service."""

import lab as labs

NEEDS = {'/usr/bin/python3': 'python3'}


def run(lab):
    client, server = lab.pair()
    program = ['/usr/bin/python3', labs.TOOLS / 'invented_more.py', 'veiled']
    server.spawn(program + ['serve', '192.0.2.10', '47121'], tcp=47121)
    with lab.capture(client):
        for _ in range(2):
            client.run(program + ['ask', '192.0.2.10', '47121'])
    lab.truth('TCP', 47121, None, note='see tests/record/tools/invented_more.py')
