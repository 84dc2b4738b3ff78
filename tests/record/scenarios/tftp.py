# SPDX-License-Identifier: BSD-2-Clause
"""TFTP: a file is fetched and another is stored; the server answers from ports of its own choice."""

import shared

NEEDS = {'in.tftpd': 'tftpd-hpa', 'tftp': 'tftp-hpa'}


def run(lab):
    client, server = lab.pair()
    root = shared.site(lab)
    root.chmod(0o777)
    server.spawn(['in.tftpd', '-L', '-u', 'nobody', '-a', '192.0.2.10:69', '-c', '-s', root], udp=69)
    lab.file('notes.txt', 'some notes\n' * 200)
    with lab.capture(client):
        client.run(['tftp', '192.0.2.10', '-m', 'binary', '-c', 'get', 'report.txt'])
        client.run(['tftp', '192.0.2.10', '-m', 'binary', '-c', 'put', 'notes.txt'])
    lab.truth('UDP', 69, 'TFTP', note='the request')
    lab.truth('UDP', protocol='TFTP', note='the transfer')
