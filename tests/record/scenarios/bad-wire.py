# SPDX-License-Identifier: BSD-2-Clause
"""TLS and HTTP over a wire that loses 4 % of the frames, delays 8 % behind the next and doubles 3 %."""

import shared

NEEDS = shared.WEB_NEEDS


def run(lab):
    client, server = shared.bad_wire(lab, 2)
    shared.nginx(lab, server, shared.tls_block(lab, 'www.example.com', extra='listen 80;'), port=443)
    lab.file('site/big.txt', 'a line of a long report\n' * 4000)
    client.hosts({'www.example.com': '192.0.2.10'})
    with lab.capture(client):
        for _ in range(3):
            client.run(shared.curl(lab, '-o', '/dev/null', 'https://www.example.com/report.txt'))
            client.run(shared.curl(lab, '-o', '/dev/null', 'http://www.example.com/big.txt'))
    lab.truth('TCP', 443, 'TLS', host='www.example.com')
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')
