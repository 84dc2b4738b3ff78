# SPDX-License-Identifier: BSD-2-Clause
"""POP3 and IMAP: curl reads a mailbox of Dovecot over both in clear, then over IMAPS."""

NEEDS = {'dovecot': 'dovecot-core', '/usr/lib/dovecot/imap': 'dovecot-imapd',
         '/usr/lib/dovecot/pop3': 'dovecot-pop3d', 'curl': 'curl'}

CONFIG = '''
base_dir = %(dir)s/run
state_dir = %(dir)s/state
log_path = /dev/stderr
protocols = imap pop3
disable_plaintext_auth = no
auth_mechanisms = plain login
ssl = yes
ssl_cert = <%(cert)s
ssl_key = <%(key)s
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
first_valid_uid = 1
mail_location = maildir:%(dir)s/mail
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service pop3-login {
  chroot =
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=%(dir)s/mail
}
'''

MAIL = 'From: <alice@example.com>\nTo: <bob@example.com>\nSubject: Figures\n\nAs promised.\n' * 3


def run(lab):
    client, server = lab.pair()
    cert, key = lab.certificate('mail.example.com')
    for folder in 'mail/new', 'mail/cur', 'mail/tmp':
        lab.folder(folder, 0o777)
    (lab.dir / 'mail').chmod(0o777)
    lab.file('mail/new/1.lab', MAIL, 0o666)
    config = lab.file('dovecot.conf', CONFIG % {'dir': lab.dir, 'cert': cert, 'key': key})
    server.spawn(['dovecot', '-F', '-c', config], tcp=993)
    client.hosts({'mail.example.com': '192.0.2.10'})
    fetch = ['curl', '-s', '--cacert', lab.ca(), '-u', 'bob:secret']
    with lab.capture(client):
        client.run(fetch + ['pop3://mail.example.com/1'])
        client.run(fetch + ['imap://mail.example.com/INBOX;MAILINDEX=1'])
        client.run(fetch + ['imaps://mail.example.com/INBOX;MAILINDEX=1'])
    lab.truth('TCP', 110, 'POP3')
    lab.truth('TCP', 143, 'IMAP')
    lab.truth('TCP', 993, 'TLS', host='mail.example.com', note='IMAP inside')
