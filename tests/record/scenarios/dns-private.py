# SPDX-License-Identifier: BSD-2-Clause
"""DNS over TLS and over HTTPS: kdig asks unbound, over IPv4 and IPv6."""

NEEDS = {'unbound': 'unbound', 'kdig': 'knot-dnsutils'}

CONFIG = '''
server:
  interface: 0.0.0.0@853
  interface: ::0@853
  interface: 0.0.0.0@443
  tls-service-key: %(key)s
  tls-service-pem: %(cert)s
  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  chroot: ""
  username: ""
  directory: %(dir)s
  pidfile: %(dir)s/unbound.pid
  do-daemonize: no
  use-syslog: no
  module-config: "iterator"
  local-zone: "example.com." static
  local-data: "www.example.com. A 192.0.2.80"
  local-data: "mail.example.com. A 192.0.2.25"
'''


def run(lab):
    client, server = lab.pair(ipv6=True)
    cert, key = lab.certificate('dns.example.com')
    config = lab.file('unbound.conf', CONFIG % {'dir': lab.dir, 'cert': cert, 'key': key})
    server.spawn(['unbound', '-d', '-c', config], tcp=853)
    ask = ['kdig', '+tls-ca=%s' % lab.ca(), '+tls-hostname=dns.example.com', '+tls-sni=dns.example.com']
    with lab.capture(client):
        for address in '192.0.2.10', '2001:db8::10':
            client.run(ask + ['+tls', '@' + address, 'www.example.com', 'A'])
        client.run(ask + ['+https', '@192.0.2.10', 'www.example.com', 'A', 'mail.example.com', 'A'])
    lab.truth('TCP', 853, 'TLS', host='dns.example.com', note='DNS inside')
    lab.truth('TCP', 443, 'TLS', host='dns.example.com', note='DNS in HTTP/2 inside')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
