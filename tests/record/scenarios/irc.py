# SPDX-License-Identifier: BSD-2-Clause
"""IRC: ii joins a channel of ngIRCd and says a few lines, over IPv4 and on an unusual port over IPv6."""

NEEDS = {'ngircd': 'ngircd', 'ii': 'ii', 'timeout': 'coreutils'}

CONFIG = '''
[Global]
Name = irc.example.com
Info = Lab
Ports = 6667, 2000
Listen = 0.0.0.0,::
MotdPhrase = Welcome
ServerUID = 0
ServerGID = 0
[Options]
DNS = no
Ident = no
PAM = no
'''

TALK = '''ii -s "$0" -p "$1" -i "$2" -n "$3" & pid=$!
sleep 2; echo "/j #lab" > "$2/$0/in"
sleep 2; for n in 1 2 3; do echo "line $n" > "$2/$0/#lab/in"; sleep 1.2; done
echo "/WHOIS $3" > "$2/$0/in"; sleep 1; echo "/QUIT" > "$2/$0/in"; sleep 1; kill $pid; true'''


def run(lab):
    client, server = lab.pair(ipv6=True)
    config = lab.file('ngircd.conf', CONFIG)
    server.spawn(['ngircd', '-n', '-f', config], tcp=2000)
    with lab.capture(client):
        client.run(['sh', '-c', TALK, '192.0.2.10', '6667', lab.dir / 'irc4', 'alice'])
        client.run(['sh', '-c', TALK, '2001:db8::10', '2000', lab.dir / 'irc6', 'bob'])
    lab.truth('TCP', 6667, 'IRC')
    lab.truth('TCP', 2000, 'IRC', note='unusual port')
    lab.truth('ICMPv6', protocol='ICMPv6', optional=True)
