# SPDX-License-Identifier: BSD-2-Clause
"""SSH: OpenSSH runs two commands with a key, once on port 22 and once on port 443."""

import shared

NEEDS = shared.SSH_NEEDS


def run(lab):
    client, server = lab.pair()
    login = ['ssh', *shared.sshd(lab, server, 'Port 22\nPort 443\n', port=443)]
    with lab.capture(client):
        client.run(login + ['root@192.0.2.10', 'echo done'])
        client.run(login + ['-p', '443', 'root@192.0.2.10', 'seq 1 2000'])
    lab.truth('TCP', 22, 'SSH')
    lab.truth('TCP', 443, 'SSH', note='unusual port')
