# SPDX-License-Identifier: BSD-2-Clause
"""BitTorrent: one aria2 fetches a file from another found by local peer discovery; obfuscated (MSE)."""

NEEDS = {'aria2c': 'aria2', 'transmission-create': 'transmission-cli', 'nft': 'nftables'}

# Who has the whole file answers and calls nobody: a call to who has gone already would be a flow without data.
NO_CALLS = ('add table ip lab; add chain ip lab out { type filter hook output priority 0; }; '
            'add rule ip lab out tcp flags & (syn | ack) == syn drop')


def run(lab):
    client, server = lab.pair()
    lab.file('seed/report.bin', bytes(n * 7 % 251 for n in range(150000)))
    torrent = lab.dir / 'report.torrent'
    server.run(['transmission-create', '-o', torrent, lab.dir / 'seed/report.bin'])
    for node in client, server:
        node.ip('route', 'add', '224.0.0.0/4', 'dev', 'eth0')
    server.run(['nft', NO_CALLS])
    peer = ['aria2c', '--no-conf', '--enable-dht=false', '--bt-enable-lpd=true', '--enable-peer-exchange=false',
            '--bt-lpd-interface=eth0', '--listen-port=6881', '--console-log-level=warn']
    server.spawn(peer + ['--seed-ratio=0', '-V', '-d', lab.dir / 'seed', torrent], tcp=6881)
    with lab.capture(client):
        client.run(peer + ['--seed-time=0', '-d', lab.folder('got'), torrent], timeout=90)
    lab.truth('TCP', 6881, 'BitTorrent', note='obfuscated')
    lab.truth('UDP', 6771, 'BitTorrent', note='local peer discovery', optional=True)
    lab.truth('IGMP', protocol='IGMP', optional=True)
