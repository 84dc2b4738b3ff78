# SPDX-License-Identifier: BSD-2-Clause
"""RDP: FreeRDP connects to xrdp, which turns to TLS, on port 3389 and on an unusual one."""

NEEDS = {'xrdp': 'xrdp', 'xfreerdp': 'freerdp2-x11', 'Xvfb': 'xvfb'}

CONFIG = '''[Globals]
ini_version=1
fork=true
port=3389 tcp://:8443
security_layer=negotiate
crypt_level=high
certificate=%(cert)s
key_file=%(key)s
max_bpp=16
[Logging]
LogFile=%(dir)s/xrdp.log
LogLevel=INFO
[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
'''


def run(lab):
    client, server = lab.pair()
    cert, key = lab.certificate('desk.example.com')
    config = lab.file('xrdp.ini', CONFIG % {'dir': lab.dir, 'cert': cert, 'key': key})
    server.spawn(['sh', '-c', 'mount -t tmpfs none /run && mount -t tmpfs none /var/log && exec xrdp --nodaemon '
                  '--config "$0"', config], tcp=8443)
    client.spawn(['sh', '-c', 'mount -t tmpfs none /tmp && exec Xvfb :5 -listen tcp -ac'],
                 tcp=6005)
    with lab.capture(client):
        for port in 3389, 8443:
            client.run(['timeout', '4', 'xfreerdp', '/v:192.0.2.10:%d' % port, '/u:alice', '/p:secret', '/cert:ignore',
                        '/sec:tls', '/bpp:16', '/size:320x240'], ok=None, env={'DISPLAY': '127.0.0.1:5'})
    lab.truth('TCP', 3389, 'RDP', note='turns to TLS')
    lab.truth('TCP', 8443, 'RDP', note='turns to TLS, unusual port')
