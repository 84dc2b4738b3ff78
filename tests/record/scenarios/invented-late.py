# SPDX-License-Identifier: BSD-2-Clause
"""A protocol on TCP that nothing can know: the server speaks first, then both at once."""

import lab as labs

NEEDS = {'/usr/bin/python3': 'python3'}


def run(lab):
    client, server = lab.pair()
    program = ['/usr/bin/python3', labs.TOOLS / 'invented_more.py', 'late']
    server.spawn(program + ['serve', '192.0.2.10', '47122'], tcp=47122)
    with lab.capture(client):
        for _ in range(2):
            client.run(program + ['ask', '192.0.2.10', '47122'])
    lab.truth('TCP', 47122, None, note='see tests/record/tools/invented_more.py')
