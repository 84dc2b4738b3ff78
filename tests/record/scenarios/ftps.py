# SPDX-License-Identifier: BSD-2-Clause
"""FTP turned to TLS: curl logs in to vsftpd with AUTH TLS and gets a file over a passive connection with TLS too."""

import shared

NEEDS = shared.FTP_NEEDS


def run(lab):
    client, server = lab.pair()
    cert, key = lab.certificate('ftp.example.com')
    shared.vsftpd(lab, server, 'ssl_enable=YES\nallow_anon_ssl=YES\nrequire_ssl_reuse=NO\nrsa_cert_file=%s\n'
                  'rsa_private_key_file=%s\npasv_min_port=40000\npasv_max_port=40009\nssl_ciphers=HIGH\n' % (cert, key))
    client.hosts({'ftp.example.com': '192.0.2.10'})
    with lab.capture(client):
        client.run(shared.curl(lab, '--ssl-reqd', 'ftp://ftp.example.com/report.txt'))
        client.run(shared.curl(lab, '--ssl-reqd', 'ftp://ftp.example.com/'))
    lab.truth('TCP', 21, 'FTP', note='turns to TLS')
    lab.truth('TCP', protocol='TLS', host='ftp.example.com', note='a transfer')
