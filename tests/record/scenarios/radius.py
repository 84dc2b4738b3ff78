# SPDX-License-Identifier: BSD-2-Clause
"""RADIUS: radclient asks FreeRADIUS for access (granted and refused) and reports the use of a line."""

NEEDS = {'freeradius': 'freeradius', 'radclient': 'freeradius-utils'}

CONFIG = '''
prefix = /usr
logdir = %(dir)s
raddbdir = %(dir)s
run_dir = %(dir)s
libdir = /usr/lib/freeradius
pidfile = %(dir)s/radiusd.pid
security {
 allow_vulnerable_openssl = yes
}
client lab {
 ipaddr = 192.0.2.0/24
 secret = sharedsecret
}
modules {
 always ok {
  rcode = ok
 }
 pap {
 }
 files {
  usersfile = %(dir)s/users
 }
}
server lab {
 listen {
  type = auth
  ipaddr = 192.0.2.10
  port = 1812
 }
 listen {
  type = acct
  ipaddr = 192.0.2.10
  port = 1813
 }
 authorize {
  files
  pap
 }
 authenticate {
  Auth-Type PAP {
   pap
  }
 }
 accounting {
  ok
 }
}
'''


def run(lab):
    client, server = lab.pair()
    lab.file('users', 'alice Cleartext-Password := "secret"\n\tReply-Message = "Hello"\n')
    lab.file('radiusd.conf', CONFIG % {'dir': lab.dir})
    server.spawn(['freeradius', '-f', '-l', 'stdout', '-d', lab.dir, '-n', 'radiusd'], udp=1813)
    ask = ['radclient', '-t', '2', '-r', '1']
    with lab.capture(client):
        for word in 'secret', 'guess':
            client.run(ask + ['192.0.2.10:1812', 'auth', 'sharedsecret'], ok=(0, 1),
                       stdin='User-Name = "alice"\nUser-Password = "%s"\nNAS-IP-Address = 192.0.2.2\n' % word)
        for state in 'Start', 'Stop':
            client.run(ask + ['192.0.2.10:1813', 'acct', 'sharedsecret'],
                       stdin='User-Name = "alice"\nAcct-Status-Type = %s\nAcct-Session-Id = "77"\n' % state)
    lab.truth('UDP', 1812, 'RADIUS')
    lab.truth('UDP', 1813, 'RADIUS', note='accounting')
