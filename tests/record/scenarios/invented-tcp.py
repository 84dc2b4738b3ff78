# SPDX-License-Identifier: BSD-2-Clause
"""A protocol on TCP that nothing can know: binary messages with a magic, a length and a checksum."""

import lab as labs

NEEDS = {'/usr/bin/python3': 'python3'}


def run(lab):
    client, server = lab.pair()
    server.spawn(['/usr/bin/python3', labs.TOOLS / 'invented.py', 'serve', 'tcp', '192.0.2.10', '47110'],
                 tcp=47110)
    with lab.capture(client):
        for _ in range(3):
            client.run(['/usr/bin/python3', labs.TOOLS / 'invented.py', 'ask', 'tcp', '192.0.2.10',
                        '47110'])
    lab.truth('TCP', 47110, None, note='see tests/record/tools/invented.py')
