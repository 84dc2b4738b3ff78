# SPDX-License-Identifier: BSD-2-Clause
"""FTP: curl lists a folder and fetches a file from vsftpd; the client opens the data connections (EPSV)."""

import shared

NEEDS = shared.FTP_NEEDS


def run(lab):
    client, server = lab.pair()
    shared.vsftpd(lab, server)
    with lab.capture(client):
        client.run(['curl', '-s', 'ftp://192.0.2.10/'])
        client.run(['curl', '-s', 'ftp://192.0.2.10/report.txt'])
    lab.truth('TCP', 21, 'FTP')
    lab.truth('TCP', protocol='FTP-data', server='192.0.2.10')
