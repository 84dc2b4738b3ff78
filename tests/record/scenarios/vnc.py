# SPDX-License-Identifier: BSD-2-Clause
"""VNC: gvnccapture takes a picture of TigerVNC's screen, on port 5900 and on an unusual one."""

NEEDS = {'Xtigervnc': 'tigervnc-standalone-server', 'gvnccapture': 'gvncviewer'}


def run(lab):
    client, server = lab.pair()
    for number, port in ((7, 5900), (8, 8443)):
        server.spawn(['sh', '-c', 'mount -t tmpfs none /tmp && exec Xtigervnc "$@"', 'vnc', ':%d' % number,
                      '-geometry', '160x120', '-depth', '16', '-SecurityTypes', 'None', '-rfbport', port,
                      '-localhost=0'], tcp=port)
    with lab.capture(client):
        client.run(['gvnccapture', '-q', '192.0.2.10:0', lab.dir / 'one.png'])
        client.run(['gvnccapture', '-q', '192.0.2.10:2543', lab.dir / 'two.png'])
    lab.truth('TCP', 5900, 'VNC')
    lab.truth('TCP', 8443, 'VNC', note='unusual port')
