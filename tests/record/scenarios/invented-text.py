# SPDX-License-Identifier: BSD-2-Clause
"""A protocol in text lines that nothing can know: questions to a weather station, and its answers."""

import lab as labs

NEEDS = {'/usr/bin/python3': 'python3'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    program = ['/usr/bin/python3', labs.TOOLS / 'invented_more.py', 'text']
    for address in '192.0.2.10', '2001:db8::10':
        server.spawn(program + ['serve', address, '47120'], tcp=47120)
    with lab.capture(client):
        for address in '192.0.2.10', '2001:db8::10':
            client.run(program + ['ask', address, '47120'])
    lab.truth('TCP', 47120, None, note='see tests/record/tools/invented_more.py')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
