# SPDX-License-Identifier: BSD-2-Clause
"""VNC: vncsnapshot takes a picture of TigerVNC's screen, on port 5900, and with x11vnc's name on another."""

NEEDS = {'Xtigervnc': 'tigervnc-standalone-server', 'vncsnapshot': 'vncsnapshot'}


def run(lab):
    client, server = lab.pair()
    for number, port in ((7, 5900), (8, 4444)):
        server.spawn(['Xtigervnc', ':%d' % number, '-geometry', '160x120', '-depth', '16', '-SecurityTypes', 'None',
                      '-rfbport', port, '-nolisten', 'local', '-nolisten', 'unix', '-localhost=0'], tcp=port)
    with lab.capture(client):
        client.run(['vncsnapshot', '-quiet', '192.0.2.10:0', lab.dir / 'one.jpg'])
        client.run(['vncsnapshot', '-quiet', '192.0.2.10::4444', lab.dir / 'two.jpg'], ok=None)
    lab.truth('TCP', 5900, 'VNC')
    lab.truth('TCP', 4444, 'VNC', note='unusual port')
