# SPDX-License-Identifier: BSD-2-Clause
"""BitTorrent: one aria2 fetches a file from another that it finds on the link (local peer discovery), in clear."""

NEEDS = {'aria2c': 'aria2', 'transmission-create': 'transmission-cli'}


def run(lab):
    client, server = lab.pair()
    lab.file('seed/report.bin', bytes(n * 7 % 251 for n in range(150000)))
    torrent = lab.dir / 'report.torrent'
    server.run(['transmission-create', '-o', torrent, lab.dir / 'seed/report.bin'])
    for node in client, server:
        node.ip('route', 'add', '224.0.0.0/4', 'dev', 'eth0')
    peer = ['aria2c', '--no-conf', '--enable-dht=false', '--bt-enable-lpd=true', '--enable-peer-exchange=false',
            '--bt-lpd-interface=eth0', '--listen-port=6881', '--console-log-level=warn']
    server.spawn(peer + ['--seed-ratio=0', '-V', '-d', lab.dir / 'seed', torrent], tcp=6881)
    with lab.capture(client):
        client.run(peer + ['--seed-time=0', '-d', lab.folder('got'), torrent], timeout=90)
    lab.truth('TCP', 6881, 'BitTorrent')
    lab.truth('UDP', 6771, 'BitTorrent', note='local peer discovery', optional=True)
    lab.truth('IGMP', protocol='IGMP', optional=True)
