# SPDX-License-Identifier: BSD-2-Clause
"""XMPP: slixmpp logs in to Prosody, in clear and turned to TLS, and sends itself a message."""

import lab as labs

NEEDS = {'prosody': 'prosody', 'prosodyctl': 'prosody',
         '/usr/lib/python3/dist-packages/slixmpp': 'python3-slixmpp'}

CONFIG = '''
run_as_root = true
pidfile = "%(dir)s/prosody.pid"
data_path = "%(dir)s/data"
modules_enabled = { "roster", "saslauth", "tls", "disco" }
modules_disabled = { "s2s" }
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
c2s_ports = { 5222 }
log = { info = "*console" }
ssl = { certificate = "%(cert)s"; key = "%(key)s" }
VirtualHost "example.com"
'''


def run(lab):
    client, server = lab.pair()
    cert, key = lab.certificate('example.com')
    lab.folder('data')
    config = lab.file('prosody.cfg.lua', CONFIG % {'dir': lab.dir, 'cert': cert, 'key': key})
    lab.file('data/example%2ecom/accounts/alice.dat', 'return { ["password"] = "secret" };\n')
    server.spawn(['prosody', '-F', '--config', config], tcp=5222)
    program = ['/usr/bin/python3', labs.TOOLS / 'xmpp.py', '192.0.2.10', lab.ca()]
    with lab.capture(client):
        client.run(program + ['clear'])
        client.run(program + ['tls'])
    lab.truth('TCP', 5222, 'XMPP', host='example.com')
