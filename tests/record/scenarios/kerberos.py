# SPDX-License-Identifier: BSD-2-Clause
"""Kerberos: kinit and kvno get tickets from MIT's KDC over UDP and over TCP."""

NEEDS = {'krb5kdc': 'krb5-kdc', 'kadmin.local': 'krb5-admin-server', 'kdb5_util': 'krb5-kdc',
         'kinit': 'krb5-user', 'kvno': 'krb5-user'}

CLIENT = '''
[libdefaults]
default_realm = EXAMPLE.COM
dns_lookup_kdc = false
dns_lookup_realm = false
rdns = false
dns_canonicalize_hostname = false
udp_preference_limit = %d
[realms]
EXAMPLE.COM = {
  kdc = 192.0.2.10
}
'''

KDC = '''
[kdcdefaults]
kdc_listen = 88
kdc_tcp_listen = 88
[realms]
EXAMPLE.COM = {
  database_name = %(dir)s/principal
  key_stash_file = %(dir)s/stash
  acl_file = /dev/null
}
'''


def run(lab):
    client, server = lab.pair()
    over = {kind: {'KRB5_CONFIG': str(lab.file(kind + '.conf', CLIENT % limit)),
                   'KRB5_KDC_PROFILE': str(lab.file('kdc.conf', KDC % {'dir': lab.dir})),
                   'KRB5CCNAME': 'FILE:%s' % (lab.dir / (kind + '.cc'))}
            for kind, limit in (('udp', 4000), ('tcp', 1))}
    server.run(['kdb5_util', 'create', '-s', '-P', 'master'], env=over['udp'])
    for words in 'addprinc -pw secret alice', 'addprinc -randkey host/www.example.com':
        server.run(['kadmin.local', '-q', words], env=over['udp'])
    server.spawn(['krb5kdc', '-n'], tcp=88, env=over['udp'])
    with lab.capture(client):
        for env in over.values():
            client.run(['kinit', 'alice'], stdin='secret\n', env=env)
            client.run(['kvno', 'host/www.example.com'], env=env)
    lab.truth('UDP', 88, 'Kerberos')
    lab.truth('TCP', 88, 'Kerberos')
