# SPDX-License-Identifier: BSD-2-Clause
"""X11: xdpyinfo and xwininfo ask an X server (Xvfb) over TCP, IPv4 and IPv6."""

NEEDS = {'Xvfb': 'xvfb', 'xdpyinfo': 'x11-utils', 'xwininfo': 'x11-utils'}


def run(lab):
    client, server = lab.pair(ipv6=True)
    server.spawn(['sh', '-c', 'mount -t tmpfs none /tmp && exec Xvfb :0 -screen 0 320x240x16 -listen tcp '
                  '-ac'], tcp=6000)
    with lab.capture(client):
        client.run(['xdpyinfo', '-display', '192.0.2.10:0'])
        client.run(['xwininfo', '-root', '-tree', '-display', '192.0.2.10:0'])
        client.run(['xdpyinfo', '-display', '[2001:db8::10]:0'])
    lab.truth('TCP', 6000, 'X11')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
