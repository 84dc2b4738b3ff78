# SPDX-License-Identifier: BSD-2-Clause
"""A protocol on UDP that nothing can know: a sensor's readings and their acknowledgements."""

import lab as labs

NEEDS = {'/usr/bin/python3': 'python3'}


def run(lab):
    client, server = lab.pair()
    server.spawn(['/usr/bin/python3', labs.TOOLS / 'invented.py', 'serve', 'udp', '192.0.2.10', '47111'],
                 udp=47111)
    with lab.capture(client):
        for _ in range(3):
            client.run(['/usr/bin/python3', labs.TOOLS / 'invented.py', 'ask', 'udp', '192.0.2.10',
                        '47111'])
    lab.truth('UDP', 47111, None, note='see tests/record/tools/invented.py')
