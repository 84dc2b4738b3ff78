# SPDX-License-Identifier: BSD-2-Clause
"""IPsec: strongSwan's daemons agree on keys (IKEv2) and its own ESP in UDP carries echoes."""

NEEDS = {'/usr/lib/ipsec/charon': 'strongswan-charon', 'swanctl': 'strongswan-swanctl', 'ping': 'iputils-ping',
         '/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so': 'libcharon-extra-plugins'}

DAEMON = '''charon {
  load = random nonce aes sha1 sha2 gmp pem pkcs1 x509 pubkey hmac kdf kernel-libipsec kernel-netlink socket-default vici
  pid_file = %(dir)s/charon.pid
  install_virtual_ip = no
  plugins { vici { socket = unix://%(dir)s/%(name)s.vici
  }
  }
}
'''

CONNECTION = '''connections { lab {
  version = 2
  local_addrs = %(here)s
  remote_addrs = %(there)s
  local { auth = psk
    id = %(here)s
  }
  remote { auth = psk
    id = %(there)s
  }
  children { net {
    local_ts = %(inner)s
    remote_ts = %(other)s
    esp_proposals = aes128-sha256
  }
  }
}
}
secrets { ike-lab { secret = sharedsecret
}
}
'''

SIDES = {'client': ('192.0.2.2', '192.0.2.10', '198.51.100.2/32', '198.51.100.10/32'),
         'server': ('192.0.2.10', '192.0.2.2', '198.51.100.10/32', '198.51.100.2/32')}


def run(lab):
    client, server = lab.pair()
    control = {}
    for node in server, client:
        here, there, inner, other = SIDES[node.name]
        node.address('lo', inner)
        names = {'dir': lab.dir, 'name': node.name, 'here': here, 'there': there, 'inner': inner, 'other': other}
        config = lab.file(node.name + '.strongswan', DAEMON % names)
        wanted = lab.file(node.name + '.swanctl', CONNECTION % names)
        socket = lab.dir / (node.name + '.vici')
        node.spawn(['sh', '-c', 'mount -t tmpfs none /run && exec /usr/lib/ipsec/charon'], file=socket,
                   env={'STRONGSWAN_CONF': str(config)})
        control[node.name] = ['--uri', 'unix://%s' % socket]
        node.run(['sleep', '1'])
        node.run(['swanctl', '--load-all', '--file', wanted, *control[node.name], '--noprompt'])
    with lab.capture(client):
        client.run(['swanctl', '--initiate', '--child', 'net', *control['client']])
        client.run(['ping', '-c', '5', '-i', '0.2', '-I', '198.51.100.2', '198.51.100.10'])
        client.run(['swanctl', '--terminate', '--ike', 'lab', *control['client']])
    lab.truth('UDP', 500, 'IPsec', note='IKE')
    lab.truth('UDP', 4500, 'IPsec', note='IKE and ESP in UDP')
