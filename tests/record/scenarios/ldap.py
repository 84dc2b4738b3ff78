# SPDX-License-Identifier: BSD-2-Clause
"""LDAP: ldapsearch asks slapd over IPv4 and IPv6, in clear, with StartTLS, and over LDAPS."""

NEEDS = {'slapd': 'slapd', 'ldapsearch': 'ldap-utils', 'ldapadd': 'ldap-utils'}

CONFIG = '''
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile %(dir)s/slapd.pid
TLSCertificateFile %(cert)s
TLSCertificateKeyFile %(key)s
database mdb
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
rootpw secret
directory %(dir)s/db
'''

PEOPLE = 'dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n' + ''.join(
    '\ndn: cn=person%d,dc=example,dc=com\nobjectClass: inetOrgPerson\nsn: P%d\nmail: p%d@example.com\n' % (n, n, n)
    for n in range(20))


def run(lab):
    client, server = lab.pair(ipv6=True)
    cert, key = lab.certificate('ldap.example.com')
    lab.folder('db')
    config = lab.file('slapd.conf', CONFIG % {'dir': lab.dir, 'cert': cert, 'key': key})
    server.spawn(['slapd', '-d', '0', '-f', config, '-h', 'ldap:/// ldaps:///'], tcp=636)
    client.hosts({'ldap.example.com': '192.0.2.10', 'ldap6.example.com': '2001:db8::10'})
    env = {'LDAPTLS_CACERT': str(lab.ca())}
    search = ['ldapsearch', '-LLL', '-b', 'dc=example,dc=com']
    login = ['-x', '-D', 'cn=admin,dc=example,dc=com', '-w', 'secret']
    with lab.capture(client):
        client.run(['ldapadd', '-H', 'ldap://ldap.example.com', *login], stdin=PEOPLE)
        client.run(search + ['-x', '-H', 'ldap://ldap.example.com', '(mail=p7@example.com)'])
        client.run(search + ['-x', '-H', 'ldap://ldap6.example.com', '(sn=P*)', 'mail'])
        client.run(search + login + ['-ZZ', '-H', 'ldap://ldap.example.com'], env=env)
        client.run(search + login + ['-H', 'ldaps://ldap.example.com'], env=env)
    lab.truth('TCP', 389, 'LDAP', note='one of them turns to TLS')
    lab.truth('TCP', 636, 'TLS', host='ldap.example.com', note='LDAP inside')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
