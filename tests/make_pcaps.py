#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""make_pcaps.py - writes the synthesized captures of tests/pcaps/made and their manifest entries.

The same bytes every time. --check writes nothing and fails when a committed file is not what this makes.
"""

import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / 'lib'))

import manifest                         # noqa: E402
import packets as P                     # noqa: E402
import pcapfile                         # noqa: E402
from manifest import rule               # noqa: E402
from pcapfile import Pcap, Pcapng       # noqa: E402

MADE = HERE / 'pcaps' / 'made'
MANIFEST = HERE / 'pcaps' / 'MANIFEST.json'

START = 1704067200 * 10**9              # 2024-01-01T00:00:00Z
MS, SECOND, MINUTE, HOUR, DAY = 10**6, 10**9, 60 * 10**9, 3600 * 10**9, 86400 * 10**9

CLIENT, SERVER, RESOLVER = '192.0.2.2', '192.0.2.10', '192.0.2.53'
CLIENT6, SERVER6 = '2001:db8::2', '2001:db8::10'

HTTP = rule('TCP', 80, 'HTTP', host='www.example.com')
DNS = rule('UDP', 53, 'DNS', host='www.example.com')


class Made:
    """A capture and what it is. whole: the bytes before the damage, all of them when there is none."""

    def __init__(self, capture, *rules, note=None, exit_status=0, whole=None, pauses=True,
                 readable=True):
        self.bytes = bytes(getattr(capture, 'bytes', capture))
        self.rules, self.note, self.exit_status, self.pauses = rules, note, exit_status, pauses
        self.whole, self.readable = whole, readable

    def entry(self, name, about):
        entry = {'file': 'made/' + name, 'about': about, 'made': 'synthesized',
                 'command': 'tests/make_pcaps.py', 'exit_status': self.exit_status}
        if self.note:
            entry['note'] = self.note
        if self.whole is not None:
            entry['damage_offset'] = self.whole
        if self.readable:
            entry.update(manifest.describe(self.bytes[:self.whole], self.rules, pauses=self.pauses))
        return entry


CASES = {}


def case(name):
    """Registers a function that makes the capture of this name; its docstring is the manifest's text."""
    def register(make):
        CASES[name] = make
        return make
    return register


# ---- conversations that many captures hold

def http(sport=40000, client=CLIENT, server=SERVER, host=b'www.example.com', body=b'It works\n'):
    conn = P.Tcp(client, server, sport, 80)
    return conn.open() + conn.send(0, P.http_get(host)) + conn.send(1, P.http_ok(body)) \
        + conn.close()


def dns(sport=50000, ident=1, client=CLIENT, server=RESOLVER):
    return [P.udp(client, server, sport, 53, P.dns_query(ident, 'www.example.com')),
            P.udp(server, client, 53, sport, P.dns_answer(ident, 'www.example.com', SERVER))]


def fill(capture, packets, *, at=START, step=MS, wrap=P.ether, **fields):
    """Puts packets into a capture, one every step; returns the time after the last."""
    for packet in packets:
        capture.packet(at, wrap(packet), **fields)
        at += step
    return at


def pcap_of(packets, wrap=P.ether, link=pcapfile.EN10MB, **fields):
    capture = Pcap(link, **fields)
    fill(capture, packets, wrap=wrap)
    return capture


# ---- files that are no captures, or damaged

@case('zero-bytes.pcap')
def zero_bytes():
    """A file of no bytes."""
    return Made(b'', exit_status=3, readable=False)


@case('text.pcap')
def text():
    """A text file with the name of a capture."""
    return Made(b'This is no capture, whatever its name says.\n', exit_status=3, readable=False)


@case('header-cut.pcap')
def header_cut():
    """Classic pcap that ends inside the file header."""
    return Made(Pcap().bytes[:20], exit_status=3, readable=False)


@case('empty.pcap')
def empty():
    """Classic pcap with a header and no packet."""
    return Made(Pcap())


@case('empty.pcapng')
def empty_ng():
    """pcapng with a section, an interface and no packet."""
    capture = Pcapng()
    capture.interface()
    return Made(capture)


@case('section-only.pcapng')
def section_only():
    """pcapng with a section header and nothing else."""
    return Made(Pcapng())


def damaged(ending, note=None):
    """Classic pcap with two whole flows and then a bad ending."""
    capture = pcap_of(dns() + http())
    whole = len(capture.bytes)
    return Made(bytes(capture.bytes) + ending, DNS, HTTP, exit_status=1, whole=whole, note=note)


@case('record-cut.pcap')
def record_cut():
    """Classic pcap whose last record ends in the middle of its packet."""
    return damaged(struct.pack('<IIII', START // SECOND, 500000, 100, 100) + bytes(40))


@case('record-header-cut.pcap')
def record_header_cut():
    """Classic pcap that ends inside the header of a record."""
    return damaged(struct.pack('<II', START // SECOND, 500000))


@case('record-huge.pcap')
def record_huge():
    """Classic pcap with a record that says it holds 2 GiB."""
    return damaged(struct.pack('<IIII', START // SECOND, 500000, 0x7FFFFFFF, 0x7FFFFFFF) + bytes(64))


@case('record-gap.pcap')
def record_gap():
    """Classic pcap with zeros in the middle, and sound records behind them."""
    capture = pcap_of(dns() + http())
    whole = len(capture.bytes)
    capture.bytes += struct.pack('<IIII', START // SECOND, 500000, 0xFFFFFFF0, 100) + bytes(200)
    fill(capture, dns(50001, 2), at=START + SECOND)
    return Made(capture, DNS, HTTP, exit_status=1, whole=whole)


def damaged_ng(ending):
    """pcapng with two whole flows and then a bad ending."""
    capture = Pcapng()
    capture.interface()
    fill(capture, dns() + http())
    whole = len(capture.bytes)
    return Made(bytes(capture.bytes) + ending, DNS, HTTP, exit_status=1, whole=whole)


@case('block-cut.pcapng')
def block_cut():
    """pcapng that ends in the middle of a packet block."""
    return damaged_ng(struct.pack('<IIIIIII', 6, 132, 0, 0, 0, 100, 100) + bytes(40))


@case('block-gap.pcapng')
def block_gap():
    """pcapng with bytes that are no block in the middle, and sound blocks behind them."""
    capture = Pcapng()
    capture.interface()
    fill(capture, dns() + http())
    whole = len(capture.bytes)
    capture.bytes += b'\xff' * 77
    fill(capture, dns(50001, 2), at=START + SECOND)
    return Made(capture, DNS, HTTP, exit_status=1, whole=whole)


@case('beside-packets.pcapng')
def beside_packets():
    """pcapng that says who captured it, what hosts are called, how much was lost, and comments."""
    text = [(pcapfile.COMMENT, b'Evidence 7 \x1b[31m'), (pcapfile.SHB_HARDWARE, b'a machine'),
            (pcapfile.SHB_OS, b'an operating system'), (4, b'a program')]
    options = b''.join(pcapfile.option('<', code, value) for code, value in text)
    capture = Pcapng(options=options + pcapfile.option('<', 0, b''))
    capture.interface()
    capture.interface()
    capture.names([(P.addr(CLIENT), b'client.example'), (P.addr(SERVER), b'\xffserver\n'),
                   (P.addr(SERVER), b'another name'), (P.addr(SERVER6), b'six.example')])
    at = fill(capture, dns())
    fill(capture, http(), at=at, options=pcapfile.option('<', pcapfile.COMMENT, b'look here'))
    capture.statistics(0, ifdrop=3, osdrop=1)
    capture.statistics(1, ifdrop=10)
    capture.statistics(0, ifdrop=5, osdrop=2)
    capture.block(10, struct.pack('<II', 0x544C534B, 6) + b'secret')
    return Made(capture, DNS, HTTP)


@case('block-short.pcapng')
def block_short():
    """pcapng with a block length of 8, less than a block without a body."""
    return damaged_ng(struct.pack('<III', 6, 8, 8))


@case('block-odd.pcapng')
def block_odd():
    """pcapng with a block length of 0x7ffffff1, neither a multiple of 4 nor in the file."""
    return damaged_ng(struct.pack('<II', 6, 0x7FFFFFF1) + bytes(64))


@case('block-trailer.pcapng')
def block_trailer():
    """pcapng with a block whose second length is not its first."""
    return damaged_ng(struct.pack('<III', 0x0BAD, 16, 0) + struct.pack('<I', 20))


@case('block-no-interface.pcapng')
def block_no_interface():
    """pcapng with a packet of interface 7 where there is one interface."""
    return damaged_ng(struct.pack('<IIIIIII', 6, 36, 7, 0, 0, 4, 4) + bytes(4) + struct.pack('<I', 36))


@case('block-caplen.pcapng')
def block_caplen():
    """pcapng with a packet block that says it holds more bytes than it is long."""
    return damaged_ng(struct.pack('<IIIIIII', 6, 36, 0, 0, 0, 400, 400) + bytes(4)
                      + struct.pack('<I', 36))


# ---- link layers and formats

@case('link-unsupported.pcap')
def link_unsupported():
    """Packets of link type USER0, that only their owner can read."""
    capture = Pcap(pcapfile.USER0)
    for number in range(3):
        capture.packet(START + number * SECOND, b'\x01\x02\x03 private %d' % number)
    return Made(capture)


@case('link-null.pcap')
def link_null():
    """BSD loopback: DNS over IPv4 and HTTP over IPv6."""
    loop = dns(client='127.0.0.1', server='127.0.0.1') + http(client='::1', server='::1')
    return Made(pcap_of(loop, P.null, pcapfile.NULL), DNS, HTTP)


@case('link-raw.pcap')
def link_raw():
    """No link layer at all, big-endian file with nanoseconds: DNS and HTTP over IPv4 and IPv6."""
    both = dns() + http() + http(client=CLIENT6, server=SERVER6)
    return Made(pcap_of(both, bytes, pcapfile.RAW, order='>', nano=True), DNS, HTTP)


@case('vlans.pcap')
def vlans():
    """The same addresses and ports in VLAN 100, in VLAN 200, in 802.1ad 300 over 200, and without a tag."""
    capture, at = Pcap(), START
    for tags in ((P.ETH_VLAN, 100),), ((P.ETH_VLAN, 200),), ((P.ETH_QINQ, 300), (P.ETH_VLAN, 200)), ():
        at = fill(capture, http(), at=at, wrap=lambda packet: P.ether(packet, vlans=tags))
    note = 'VLAN 200 is one flow, tagged once or twice: the last tag counts'
    return Made(capture, HTTP, note=note)


@case('odd-links.pcapng')
def odd_links():
    """HTTP on interfaces of other link types: Frame Relay, Linux netfilter log, per-packet information, macOS
    PKTAP, and Ethernet with a stack of two MPLS labels."""
    capture, at = Pcapng(), START
    links = (pcapfile.FRELAY, P.frelay), (pcapfile.NFLOG, P.nflog), \
        (pcapfile.PPI, lambda packet: P.ppi(P.ether(packet))), \
        (pcapfile.PKTAP, lambda packet: P.pktap(P.ether(packet))), \
        (pcapfile.EN10MB, lambda packet: P.ether(P.mpls(packet, 16, 1048575), kind=P.ETH_MPLS))
    for number, (link, wrap) in enumerate(links):
        capture.interface(link)
        at = fill(capture, http(40000 + number), at=at, wrap=wrap, interface=number)
    return Made(capture, HTTP)


@case('not-ip.pcap')
def not_ip():
    """Frames without IP around a DNS question: ARP, LLDP, spanning tree (802.3 length and LLC)."""
    arp = struct.pack('!HHBBH', 1, 0x0800, 6, 4, 1) + P.mac(P.CLIENT_MAC) + P.addr(CLIENT) \
        + bytes(6) + P.addr(RESOLVER)
    frames = [P.ether(arp, kind=P.ETH_ARP, dst='ff:ff:ff:ff:ff:ff'),
              P.ether(b'\x02\x07\x04' + P.mac(P.SERVER_MAC) + b'\0\0', kind=0x88CC,
                      dst='01:80:c2:00:00:0e'),
              P.ether(b'\x42\x42\x03' + bytes(35), kind=38, dst='01:80:c2:00:00:00')]
    capture = Pcap()
    fill(capture, frames + [P.ether(packet) for packet in dns()], wrap=bytes)
    return Made(capture, DNS)


@case('resolutions.pcapng')
def resolutions():
    """Six interfaces with other time resolutions and offsets; every packet is on a full second."""
    capture = Pcapng()
    for tsresol, tsoffset in ((None, 0), (9, 0), (3, 0), (0x80 | 10, 0), (0x80 | 32, 1700000000), (0, -60)):
        capture.interface(name='if%d' % len(capture.scales), tsresol=tsresol, tsoffset=tsoffset)
    for number in range(len(capture.scales)):
        fill(capture, dns(51000 + number, number), at=START + number * SECOND, step=SECOND,
             interface=number)
    return Made(capture, DNS)


@case('sections.pcapng')
def sections():
    """A little-endian section with Ethernet, a big-endian one with RAW, blocks of unknown types between."""
    capture = Pcapng()
    capture.interface(name='first')
    at = fill(capture, dns())
    capture.block(0x0BAD0001, b'nobody knows this block')
    capture.section('>')
    capture.interface(pcapfile.RAW, name='second', tsresol=9)
    capture.block(0x0BAD0002, b'')
    fill(capture, http(), at=at, wrap=bytes)
    return Made(capture, DNS, HTTP)


@case('simple-blocks.pcapng')
def simple_blocks():
    """Simple Packet Blocks: no time, cut at the interface's snaplen of 80 bytes."""
    capture = Pcapng()
    capture.interface(snaplen=80)
    for packet in http():
        frame = P.ether(packet)
        capture.simple_packet(frame[:80], len(frame))
    return Made(capture, HTTP, note='without times every packet is of 1970-01-01T00:00:00Z')


# ---- the network layer

@case('total-length-0.pcap')
def total_length_0():
    """Segmentation offload: HTTP answers of 20,000 bytes whose IP total length is 0."""
    conn = P.Tcp(CLIENT, SERVER, 40000, 80)
    packets = conn.open() + conn.send(0, P.http_get(b'www.example.com')) \
        + conn.send(1, P.http_ok(bytes(i % 251 for i in range(60000))), 20000, total_length=0) \
        + conn.close()
    return Made(pcap_of(packets), HTTP)


@case('snaplen.pcap')
def snaplen():
    """Frames captured to 60 bytes: the ports are there, most of the payload is not."""
    capture = Pcap(snaplen=60)
    at = START
    for packet in dns() + http(body=bytes(2000)):
        frame = P.ether(packet)
        capture.packet(at, frame[:60], len(frame))
        at += MS
    return Made(capture, DNS, HTTP)


@case('fragments.pcap')
def fragments():
    """Fragments: a DNS answer over IPv4 and IPv6 in order, one back to front, one without its first piece."""
    answer = P.dns_answer(1, 'www.example.com', SERVER) + bytes(1200)
    four, late, lost = (P.ip4_fragments(P.udp(RESOLVER, CLIENT, 53, port, answer, ident=port, flags=0), 512)
                        for port in (50001, 50002, 50003))
    six = P.ip6_fragments(P.udp(SERVER6, CLIENT6, 53, 50004, answer), 512, 77)
    questions = [P.udp(CLIENT, RESOLVER, port, 53, P.dns_query(1, 'www.example.com'))
                 for port in (50001, 50002, 50003)]
    six_question = [P.udp(CLIENT6, SERVER6, 50004, 53, P.dns_query(1, 'www.example.com'))]
    packets = questions + four + late[::-1] + lost[1:] + six_question + six
    return Made(pcap_of(packets), DNS)


def cut(packet, size, ident=1):
    """A packet as fragments."""
    if packet[0] >> 4 == 6:
        return P.ip6_fragments(packet, size, ident)
    return P.ip4_fragments(packet[:4] + struct.pack('!HH', ident, 0) + packet[8:], size)


def with_other_bytes(fragment, header=20):
    return fragment[:header] + bytes(byte ^ 0x55 for byte in fragment[header:])


@case('fragments-odd.pcap')
def fragments_odd():
    """Answers of DNS in fragments: twice, over each other, without one, the first alone, of wrong lengths."""
    answer = P.dns_answer(1, 'www.example.com', SERVER) + bytes(1200)

    def pieces(port):
        return cut(P.udp(RESOLVER, CLIENT, 53, port, answer), 256, port)

    twice, over, hole, first, headless, wrong = map(pieces, range(50001, 50007))
    over.insert(2, with_other_bytes(over[1]))
    over.insert(0, with_other_bytes(over[-1]))                      # came first, so its bytes count
    wrong.insert(1, P.ip4(RESOLVER, CLIENT, P.PROTO_UDP, bytes(99), ident=50006, flags=1, offset=40))
    six = cut(P.udp(SERVER6, CLIENT6, 53, 50007, answer), 512, 7)
    six.insert(1, with_other_bytes(six[0], 48))
    packets = [piece for piece in twice for _ in (1, 2)] + over + hole[:2] + hole[3:] + first[:1] + headless[1:] \
        + wrong + six
    return Made(pcap_of(packets), DNS)


@case('fragments-tcp.pcap')
def fragments_tcp():
    """HTTP of which every packet with payload is cut into fragments, every other one back to front."""
    packets = []
    for ident, packet in enumerate(http(body=bytes(1200)), 1):
        parts = cut(packet, 64, ident) if len(packet) > 60 else [packet]
        packets += parts[::-1] if ident % 2 else parts
    return Made(pcap_of(packets), HTTP)


@case('fragments-tunnel.pcap')
def fragments_tunnel():
    """Fragments around and in IP in IP: of the packet around, of the one inside, of both."""
    answer = P.dns_answer(1, 'www.example.com', SERVER) + bytes(600)
    answers = [P.udp(RESOLVER, CLIENT, 53, port, answer) for port in (50001, 50002, 50003)]
    six = ('2001:db8:a::1', '2001:db8:b::1')
    around = cut(P.ipip('198.51.100.1', '203.0.113.1', answers[0]), 256, 1)
    inside = [P.ipip(*six, piece) for piece in cut(answers[1], 256, 2)]
    both = [part for ident, piece in enumerate(cut(answers[2], 256, 3))
            for part in cut(P.ipip(*six, piece), 96, ident)]
    return Made(pcap_of(around + inside + both[::-1]), DNS)


def nested(depth):
    """DNS inside depth layers of IP in IP, alternately in IPv4 and IPv6."""
    packets = dns()
    for layer in range(1, depth + 1):
        a, b = ('198.51.100.%d', '203.0.113.%d') if layer % 2 else ('2001:db8:a::%d', '2001:db8:b::%d')
        packets = [P.ipip(a % layer, b % layer, packets[0]), P.ipip(b % layer, a % layer, packets[1])]
    return Made(pcap_of(packets), *([DNS] if depth <= 8 else []))


@case('ipip-3.pcap')
def ipip_3():
    """DNS in three layers of IP in IP."""
    return nested(3)


@case('ipip-10.pcap')
def ipip_10():
    """DNS in ten layers of IP in IP, more than dpitool follows."""
    return nested(10)


@case('malformed.pcap')
def malformed():
    """Headers that cannot be right, around a DNS question: versions, lengths, cuts."""
    good = P.udp(CLIENT, RESOLVER, 50001, 53, b'x' * 30)
    packets = [
        P.ether(b'\x75' + good[1:], kind=P.ETH_IPV4),               # version 7
        P.ether(b'\x44' + good[1:]),                                # header of 16 bytes
        P.ether(good[:2] + b'\0\x13' + good[4:]),                   # total length 19
        P.ether(good, pad=False)[:14 + 12],                         # ends inside the IP header
        P.ether(P.ip4(CLIENT, SERVER, P.PROTO_TCP, b'\x9c\x40'), pad=False),   # ends inside the ports
        P.ether(P.ip4(CLIENT, SERVER, P.PROTO_ICMP, b''), pad=False),          # no ICMP type
        P.mac(P.SERVER_MAC) + P.mac(P.CLIENT_MAC)[:4],              # ends inside the Ethernet header
        P.ether(b'', vlans=((P.ETH_VLAN, 5),), kind=P.ETH_IPV4, pad=False)[:16]]   # ends inside the tag
    capture = Pcap()
    fill(capture, packets + [P.ether(packet) for packet in dns()], wrap=bytes)
    return Made(capture, DNS)


@case('other-transports.pcap')
def other_transports():
    """SCTP with an association, OSPF, ESP and a protocol number nobody has."""
    init = struct.pack('!IIHHI', 0x1111, 65536, 10, 10, 0x2222)
    data = struct.pack('!IHHI', 0x2222, 1, 0, 0) + b'say it again'
    packets = [P.sctp(CLIENT, SERVER, 40000, 7, 0, P.sctp_chunk(1, 0, init)),
               P.sctp(SERVER, CLIENT, 7, 40000, 0x1111, P.sctp_chunk(2, 0, init)),
               P.sctp(CLIENT, SERVER, 40000, 7, 0x1111, P.sctp_chunk(0, 3, data)),
               P.ip4(CLIENT, '224.0.0.5', 89, b'\x02\x01\0\x2c' + bytes(40), ttl=1),
               P.ip4(CLIENT, SERVER, 50, struct.pack('!II', 0x1234, 1) + bytes(64)),
               P.ip4(CLIENT, SERVER, 200, b'what is this?')]
    return Made(pcap_of(packets), rule('SCTP', 7, 'SCTP'), rule('OSPFIGP', protocol='OSPF'),
                rule('ESP', protocol='IPsec'), rule('200'))


@case('icmp.pcap')
def icmp():
    """ICMP and ICMPv6: echoes with their replies, an unreachable port, an echo that nobody answers."""
    lost = P.udp(CLIENT, SERVER, 50001, 9999, b'hello')
    packets = [P.icmp4(CLIENT, SERVER, 8, 0, 0x00070001, b'ping' * 8),
               P.icmp4(SERVER, CLIENT, 0, 0, 0x00070001, b'ping' * 8),
               lost, P.icmp4(SERVER, CLIENT, 3, 3, 0, lost[:28]),
               P.icmp4(CLIENT, '192.0.2.99', 8, 0, 0x00080001, b'ping' * 8),
               P.icmp6(CLIENT6, SERVER6, 128, 0, 0x00070001, b'ping' * 8),
               P.icmp6(SERVER6, CLIENT6, 129, 0, 0x00070001, b'ping' * 8)]
    return Made(pcap_of(packets), rule('UDP', 9999), rule('ICMP', protocol='ICMP'),
                rule('ICMPv6', protocol='ICMPv6'))


@case('bad-checksums.pcap')
def bad_checksums():
    """Wrong checksums at every layer, as a host with offload records them: DNS and HTTP all the same."""
    conn = P.Tcp(CLIENT, SERVER, 40000, 80)
    packets = conn.open() + conn.send(0, P.http_get(b'www.example.com'), checksum=0x1234) \
        + conn.send(1, P.http_ok(b'It works\n'), checksum=0x4321, header_checksum=0xFFFF)
    packets += [P.udp(CLIENT, RESOLVER, 50000, 53, P.dns_query(1, 'www.example.com'), checksum=0xBAD)]
    return Made(pcap_of(packets), DNS, HTTP)


# ---- flows and time

@case('port-reuse.pcap')
def port_reuse():
    """The same ports three times: closed and reopened, left open and reopened; each SYN is sent twice."""
    capture, at = Pcap(), START
    for isn, packets in ((1000, 'close'), (900000, 'leave'), (70000000, 'close')):
        conn = P.Tcp(CLIENT, SERVER, 40000, 80, isn=isn, server_isn=isn * 3)
        opened = conn.open()
        talk = [opened[0]] + opened + conn.send(0, P.http_get(b'www.example.com')) \
            + conn.send(1, P.http_ok(b'It works\n'))
        at = fill(capture, talk + (conn.close() if packets == 'close' else []), at=at)
    return Made(capture, HTTP)


@case('idle-gaps.pcap')
def idle_gaps():
    """Pauses: a TCP connection and a DNS port silent for ten minutes (two flows each), for one (one each)."""
    capture = Pcap()
    talks = []
    for sport, pause in (40001, 10 * MINUTE), (40002, MINUTE):
        conn = P.Tcp(CLIENT, SERVER, sport, 80, isn=sport)
        before = conn.open() + conn.send(0, P.http_get(b'www.example.com')) \
            + conn.send(1, P.http_ok(b'It works\n'))
        after = conn.send(0, P.http_get(b'www.example.com', b'/again')) + conn.send(1, P.http_ok(b'Again\n'))
        talks += [(START, before), (START + pause, after)]
    for sport, pause in (50001, 10 * MINUTE), (50002, MINUTE):
        talks += [(START, dns(sport, 1)), (START + pause, dns(sport, 2))]
    for at, packet in sorted((at + n * MS, packet) for at, talk in talks for n, packet in enumerate(talk)):
        capture.packet(at, P.ether(packet))
    return Made(capture, HTTP, DNS)


def clock(*times):
    """An HTTP connection, its packets at these distances from the start, then one each millisecond."""
    conn = P.Tcp(CLIENT, SERVER, 40000, 80)
    packets = conn.open() + conn.send(0, P.http_get(b'www.example.com')) \
        + conn.send(1, P.http_ok(b'It works\n')) + conn.close()
    times = list(times) + [times[-1] + n * MS for n in range(1, len(packets))]
    capture = Pcap()
    for at, packet in zip(times, packets):
        capture.packet(START + at, P.ether(packet))
    return capture


@case('clock-stray.pcap')
def clock_stray():
    """One packet of a connection is dated a day ahead; the next goes on where the one before it was."""
    return Made(clock(0, MS, 2 * MS, DAY, 4 * MS), HTTP, pauses=False,
                note='one flow: a jump that the next packet does not confirm is no passing of time')


@case('clock-back.pcap')
def clock_back():
    """The clock steps back by an hour in the middle of a connection."""
    return Made(clock(0, MS, 2 * MS, 3 * MS - HOUR), HTTP, pauses=False, note='one flow')


@case('clock-forward.pcap')
def clock_forward():
    """A day passes between two conversations; the first is over by time when the second begins."""
    capture = Pcap()
    fill(capture, dns(50001))
    fill(capture, dns(50002), at=START + DAY)
    return Made(capture, DNS)


@case('clock-edges.pcap')
def clock_edges():
    """The ends of what classic pcap can say, 1970 and 2106; microseconds of a second and more."""
    capture = Pcap()
    question, answer = (P.ether(packet) for packet in dns(50001))
    capture.packet(0, question)
    capture.packet(MS, answer)
    for seconds, micros, sport in (1704067200, 999999, 50002), (1704067200, 1999999, 50003), \
            (0xFFFFFFFF, 999999, 50004):
        frame = P.ether(dns(sport)[0])
        capture.bytes += struct.pack('<IIII', seconds, micros, len(frame), len(frame)) + frame
    return Made(capture, DNS, note='the times of the packets of ports 50003 and 50004 are not to be clamped')


@case('syn-scan.pcap')
def syn_scan():
    """A SYN scan of 2,000 ports; every hundredth answers with SYN-ACK, the others with RST."""
    packets = []
    for port in range(1, 2001):
        conn = P.Tcp(CLIENT, SERVER, 61000, port, isn=port * 7919)
        packets.append(conn.segment(0, P.SYN))
        conn.seq[0] += 1
        packets.append(conn.segment(1, P.SYN | P.ACK if port % 100 == 0 else P.RST | P.ACK))
        if port % 100 == 0:
            packets.append(conn.segment(0, P.RST))
    return Made(pcap_of(packets), rule('TCP', note='a SYN and no data'))


@case('one-way.pcap')
def one_way():
    """One direction only: what the client sent of an HTTP connection, what the server sent of another."""
    both = [(packet, 0) for packet in http(40001)] + [(packet, 1) for packet in http(40002)]
    packets = [packet for packet, side in both
               if packet[12:16] == P.addr((CLIENT, SERVER)[side])]
    return Made(pcap_of(packets), HTTP)


@case('midstream.pcap')
def midstream():
    """The capture begins inside a TLS and an HTTP connection and ends before either does."""
    tls = P.Tcp(CLIENT, SERVER, 40001, 443, isn=77777, server_isn=88888)
    record = b'\x17\x03\x03\x04\x00' + bytes(i * 61 % 256 for i in range(1024))
    web = P.Tcp(CLIENT, SERVER, 40002, 80)
    packets = [packet for _ in range(4) for packet in tls.send(1, record) + tls.send(0, record[:200])]
    packets += web.send(0, P.http_get(b'www.example.com')) + web.send(1, P.http_ok(b'It works\n'))
    return Made(pcap_of(packets), HTTP, rule('TCP', 443, 'TLS', note='no handshake'))


@case('out-of-order.pcap')
def out_of_order():
    """TCP: an HTTP answer with segments swapped, doubled, overlapping, and one that the capture missed."""
    conn = P.Tcp(CLIENT, SERVER, 40000, 80)
    body = bytes(ord('a') + i % 26 for i in range(8000))
    start = conn.open() + conn.send(0, P.http_get(b'www.example.com'))
    base = conn.seq[1]
    stream = P.http_ok(body)
    parts = [(at, stream[at:at + 1000]) for at in range(0, len(stream), 1000)]
    parts = [parts[1], parts[0], parts[2], parts[2], parts[4], parts[3],
             (4500, stream[4500:6200]), *parts[7:]]
    answers = [conn.segment(1, P.PSH | P.ACK, part, seq=base + at) for at, part in parts]
    conn.seq[1] = base + len(stream)
    note = 'bytes 6200 to 6999 of the answer are in no packet'
    return Made(pcap_of(start + answers + conn.close()), HTTP, note=note)


@case('other-bytes.pcap')
def other_bytes():
    """TCP: an HTTP request that is sent again for another host, and a segment two gigabytes further on."""
    conn = P.Tcp(CLIENT, SERVER, 40000, 80)
    packets = conn.open()
    base = conn.seq[0]
    packets += conn.send(0, P.http_get(b'www.example.com'))
    packets.append(conn.segment(0, P.PSH | P.ACK, P.http_get(b'www.example.net'), seq=base))
    packets.append(conn.segment(0, P.PSH | P.ACK, b'x' * 100, seq=(base + (1 << 31) - 1) % (1 << 32)))
    return Made(pcap_of(packets + conn.send(1, P.http_ok(b'hello')) + conn.close()), HTTP,
                note='what was sent first counts')


@case('request-cut.pcap')
def request_cut():
    """TCP: an HTTP request in three segments, of which no piece looks like one."""
    conn = P.Tcp(CLIENT, SERVER, 40000, 80)
    request = P.http_get(b'www.example.com')
    packets = conn.open()
    for piece in request[:2], request[2:20], request[20:]:
        packets.append(conn.segment(0, P.PSH | P.ACK, piece))
        conn.seq[0] += len(piece)
    packets += conn.send(1, P.http_ok(b'It works\n')) + conn.close()
    return Made(pcap_of(packets), HTTP)


@case('request-swapped.pcap')
def request_swapped():
    """TCP: the two segments of a long HTTP request have changed places, and the second one was sent again."""
    conn = P.Tcp(CLIENT, SERVER, 40000, 80)
    request = P.http_get(b'www.example.com').replace(b'\r\n\r\n', b'\r\nCookie: ' + b'c' * 1500 + b'\r\n\r\n')
    packets = conn.open()
    first = conn.segment(0, P.ACK, request[:1460])
    conn.seq[0] += 1460
    second, again = (conn.segment(0, P.PSH | P.ACK, request[1460:], ident=ident) for ident in (1, 2))
    conn.seq[0] += len(request) - 1460
    packets += [second, first, again] + conn.send(1, P.http_ok(b'It works\n')) + conn.close()
    return Made(pcap_of(packets), HTTP)


# ---- tunnels

NEAR, FAR, NEAR6, FAR6 = '198.51.100.1', '203.0.113.1', '2001:db8:a::1', '2001:db8:b::1'


def frame(packet, side, **fields):
    """The frame inside of a tunnel: side 1 is the server's."""
    src, dst = ('02:00:00:00:00:22', '02:00:00:00:00:21')[::1 if side else -1]
    return P.ether(packet, src=src, dst=dst, **fields)


def tunnelled(*ways, client=CLIENT, server=SERVER, resolver=RESOLVER, far=(NEAR, FAR)):
    """DNS and HTTP through each of these tunnels, every time with ports of their own. A way makes the outer packet
    of (its source, its destination, the inner packet, the side that sent that)."""
    packets = []
    for number, way in enumerate(ways):
        talk = dns(50000 + number, number + 1, client, resolver) + http(40000 + number, client, server)
        for packet in talk:
            source = packet[8:24] if packet[0] >> 4 == 6 else packet[12:16]
            side = int(source != P.addr(client))
            packets.append(way(far[side], far[1 - side], packet, side))
    return packets


def six(*ways):
    return tunnelled(*ways, client=CLIENT6, server=SERVER6, resolver='2001:db8::53')


@case('tunnel-gre.pcap')
def tunnel_gre():
    """GRE: bare, with a key that differs by direction, with checksum and sequence, with frames, VLANs, MPLS, PPP and
    WCCP's redirect header in it, NVGRE; IPv6 in it and around it."""
    packets = tunnelled(
        lambda a, b, packet, side: P.gre(a, b, packet),
        lambda a, b, packet, side: P.gre(a, b, packet, key=7 + side),
        lambda a, b, packet, side: P.gre(a, b, packet, summed=True, sequence=9),
        lambda a, b, packet, side: P.gre(a, b, packet, summed=True, key=7 + side, sequence=9),
        lambda a, b, packet, side: P.gre(a, b, frame(packet, side), kind=P.ETH_FRAME),
        lambda a, b, packet, side: P.gre(a, b, frame(packet, side, vlans=((P.ETH_VLAN, 77),)), kind=P.ETH_FRAME),
        lambda a, b, packet, side: P.gre(a, b, P.mpls(packet, 16, 17), kind=P.ETH_MPLS),
        lambda a, b, packet, side: P.gre(a, b, P.ppp(packet), kind=0x880B),
        lambda a, b, packet, side: P.gre(a, b, packet, kind=0x883E),
        lambda a, b, packet, side: P.gre(a, b, bytes(4) + packet, kind=0x883E),
        lambda a, b, packet, side: P.nvgre(a, b, 5001, frame(packet, side), flow=len(packet) % 256))
    packets += six(lambda a, b, packet, side: P.gre(a, b, packet))
    packets += tunnelled(lambda a, b, packet, side: P.gre(a, b, packet), far=(NEAR6, FAR6))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-erspan.pcap')
def tunnel_erspan():
    """ERSPAN, which goes one way for both directions: types I, II and III, the last also with a platform's
    subheader and with packets instead of frames."""
    packets = tunnelled(
        lambda a, b, packet, side: P.erspan1(NEAR, FAR, frame(packet, side)),
        lambda a, b, packet, side: P.erspan2(NEAR, FAR, 101, 1, frame(packet, side)),
        lambda a, b, packet, side: P.erspan3(NEAR, FAR, 102, 1, frame(packet, side)),
        lambda a, b, packet, side: P.erspan3(NEAR, FAR, 103 + side, 1, frame(packet, side), subheader=bytes(8)),
        lambda a, b, packet, side: P.erspan3(NEAR, FAR, 105, 1, packet, frame_type=2))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-pptp.pcap')
def tunnel_pptp():
    """PPTP: PPP in GRE version 1, its header whole and compressed, with and without acknowledgements."""
    packets = tunnelled(
        lambda a, b, packet, side: P.pptp(a, b, 24 + side, 5, P.ppp(packet)),
        lambda a, b, packet, side: P.pptp(a, b, 24 + side, 5, P.ppp(packet, framed=False, short=True), ack=3))
    packets += six(lambda a, b, packet, side: P.pptp(a, b, 24 + side, 5, P.ppp(packet)))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-l2tp.pcap')
def tunnel_l2tp():
    """L2TP: version 2 with each of its optional fields; version 3 over IP and UDP, without a cookie and with both
    sizes of it, with the header of a sublayer; frames, packets and PPP in it."""
    packets = tunnelled(
        lambda a, b, packet, side: P.l2tp2(a, b, 5 + side, 9, P.ppp(packet)),
        lambda a, b, packet, side: P.l2tp2(a, b, 5 + side, 9, P.ppp(packet, framed=False), length=True, sequence=1),
        lambda a, b, packet, side: P.l2tp2(a, b, 5 + side, 9, P.ppp(packet, short=True), offset=4),
        lambda a, b, packet, side: P.l2tp3(a, b, 11 + side, frame(packet, side)),
        lambda a, b, packet, side: P.l2tp3(a, b, 11 + side, frame(packet, side), cookie=b'cook'),
        lambda a, b, packet, side: P.l2tp3(a, b, 11 + side, packet, cookie=b'cookies!'),
        lambda a, b, packet, side: P.l2tp3(a, b, 11 + side, P.ppp(packet), cookie=b'cookies!' + bytes(4)),
        lambda a, b, packet, side: P.l2tp3(a, b, 11 + side, frame(packet, side), over_udp=True),
        lambda a, b, packet, side: P.l2tp3(a, b, 11 + side, packet, cookie=b'cook', over_udp=True))
    packets += six(lambda a, b, packet, side: P.l2tp3(a, b, 11 + side, frame(packet, side), cookie=b'cook'))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-in-ip.pcap')
def tunnel_in_ip():
    """Tunnels that are a number of IP: Ethernet in IP, MPLS in IP, that of packets and of a pseudowire."""
    packets = tunnelled(
        lambda a, b, packet, side: P.etherip(a, b, frame(packet, side)),
        lambda a, b, packet, side: P.mpls_in_ip(a, b, packet, 16, 1000 + side),
        lambda a, b, packet, side: P.mpls_in_ip(a, b, bytes(4) + frame(packet, side), 16))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-mpls-udp.pcap')
def tunnel_mpls_udp():
    """MPLS in UDP: packets, and frames behind a control word."""
    packets = tunnelled(
        lambda a, b, packet, side: P.mpls_in_udp(a, b, 50000 + len(packet) % 7, packet, 16, 1000 + side),
        lambda a, b, packet, side: P.mpls_in_udp(a, b, 50000, bytes(4) + frame(packet, side), 16))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-vxlan.pcap')
def tunnel_vxlan():
    """VXLAN: the port that is assigned and the one that Linux had, source ports that vary, a group policy, a VLAN in
    the frame, another network; GPE with frames, packets, MPLS and a service header."""
    def varied(packet):
        return 49152 + len(packet) % 100
    packets = tunnelled(
        lambda a, b, packet, side: P.vxlan(a, b, varied(packet), 42, frame(packet, side)),
        lambda a, b, packet, side: P.vxlan(a, b, varied(packet), 43, frame(packet, side), dport=8472),
        lambda a, b, packet, side: P.vxlan(a, b, varied(packet), 44, frame(packet, side), flags=0x8848000F),
        lambda a, b, packet, side: P.vxlan(a, b, 4789, 0, frame(packet, side, vlans=((P.ETH_VLAN, 77),))),
        lambda a, b, packet, side: P.vxlan_gpe(a, b, varied(packet), 45, 3, frame(packet, side)),
        lambda a, b, packet, side: P.vxlan_gpe(a, b, varied(packet), 45, 1, packet),
        lambda a, b, packet, side: P.vxlan_gpe(a, b, varied(packet), 45, 4, P.nsh(3, frame(packet, side))),
        lambda a, b, packet, side: P.vxlan_gpe(a, b, varied(packet), 45, 5, P.mpls(packet, 16)))
    packets += six(lambda a, b, packet, side: P.vxlan(a, b, varied(packet), 42, frame(packet, side)))
    again = tunnelled(lambda a, b, packet, side: P.vxlan(a, b, varied(packet), 99, frame(packet, side)))
    return Made(pcap_of(packets + again), DNS, HTTP, note='network 99 has the addresses and ports of network 42')


@case('tunnel-geneve.pcap')
def tunnel_geneve():
    """GENEVE with frames and packets, with and without options."""
    option = struct.pack('!HBBI', 0x0102, 0x80, 1, 0x12345678)
    packets = tunnelled(
        lambda a, b, packet, side: P.geneve(a, b, 50000, 42, frame(packet, side), kind=P.ETH_FRAME),
        lambda a, b, packet, side: P.geneve(a, b, 50000, 42, frame(packet, side), kind=P.ETH_FRAME,
                                            options=option * 3, flags=0x40),
        lambda a, b, packet, side: P.geneve(a, b, 50000, 43, packet))
    packets += six(lambda a, b, packet, side: P.geneve(a, b, 50000, 42, packet, options=option))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-gtp.pcap')
def tunnel_gtp():
    """GTP-U, another endpoint each way: bare, with a sequence number, with extension headers, with frames."""
    packets = tunnelled(
        lambda a, b, packet, side: P.gtp(a, b, 0x1000 + side, packet),
        lambda a, b, packet, side: P.gtp(a, b, 0x1000 + side, packet, sequence=7),
        lambda a, b, packet, side: P.gtp(a, b, 0x1000 + side, packet,
                                         extensions=((0x85, b'\x10\x09'), (0x20, bytes(6)))),
        lambda a, b, packet, side: P.gtp(a, b, 0x1000 + side, frame(packet, side), sequence=7))
    packets += six(lambda a, b, packet, side: P.gtp(a, b, 0x1000 + side, packet))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-teredo.pcap')
def tunnel_teredo():
    """Teredo, bare and with what a server puts in front; addresses of Teredo's prefix and others."""
    ports = (40000, 3544), (3544, 40000)
    ways = [lambda a, b, packet, side: P.teredo(a, b, *ports[side], packet),
            lambda a, b, packet, side: P.teredo(a, b, *ports[side], packet, authentication=True,
                                                origin=(NEAR, 40000) if side else None)]
    packets = six(*ways) + tunnelled(*ways, client='2001:0:cb00:7101::2', server='2001:0:cb00:7101::10',
                                     resolver='2001:0:cb00:7101::53')
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-capwap.pcap')
def tunnel_capwap():
    """CAPWAP data: frames of 802.3 and of 802.11, also with the bytes of the frame control swapped, with the optional
    fields of the header."""
    ports = (40000, 5247), (5247, 40000)

    def air(packet, side, **fields):
        return P.wlan(packet, to_ds=not side, **fields)
    packets = tunnelled(
        lambda a, b, packet, side: P.capwap(a, b, *ports[side], frame(packet, side)),
        lambda a, b, packet, side: P.capwap(a, b, *ports[side], air(packet, side), native=True),
        lambda a, b, packet, side: P.capwap(a, b, *ports[side], air(packet, side, swapped=True), native=True,
                                            information=b'\xbf\x23\0\0'),
        lambda a, b, packet, side: P.capwap(a, b, *ports[side], air(packet, side), native=True, radio_mac=bytes(6),
                                            information=b'\xbf\x23\0\0'))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-tzsp.pcap')
def tunnel_tzsp():
    """TZSP, which goes one way for both directions: Ethernet, 802.11 bare and behind radiotap and Prism; tags."""
    def prism(packet):
        return struct.pack('<II136x', 0x44, 144) + P.wlan(packet)

    def radiotap(packet):
        return struct.pack('<BBHI', 0, 0, 8, 0) + P.wlan(packet)
    packets = tunnelled(
        lambda a, b, packet, side: P.tzsp(NEAR, FAR, 40000, 1, frame(packet, side)),
        lambda a, b, packet, side: P.tzsp(NEAR, FAR, 40000, 1, frame(packet, side), kind=1,
                                          tags=b'\0\0\x0a\x01\xbf\x29\2\0\7'),
        lambda a, b, packet, side: P.tzsp(NEAR, FAR, 40000, 18, P.wlan(packet, to_ds=not side)),
        lambda a, b, packet, side: P.tzsp(NEAR, FAR, 40000, 127, radiotap(packet)),
        lambda a, b, packet, side: P.tzsp(NEAR, FAR, 40000, 119, prism(packet)))
    return Made(pcap_of(packets), DNS, HTTP)


@case('pppoe.pcap')
def pppoe():
    """PPPoE with IPv4 and IPv6, without and in a VLAN."""
    capture, at = Pcap(), START
    for tags in (), ((P.ETH_VLAN, 100),):
        talk = dns() + http() + http(client=CLIENT6, server=SERVER6)
        at = fill(capture, talk, at=at, wrap=lambda packet: P.ether(P.pppoe(packet), kind=P.ETH_PPPOE, vlans=tags))
    return Made(capture, DNS, HTTP)


@case('tunnel-vlans.pcap')
def tunnel_vlans():
    """VXLAN and GRE in a VLAN: that of what is in the tunnel, which has none."""
    capture = Pcap()
    packets = tunnelled(lambda a, b, packet, side: P.vxlan(a, b, 50000, 42, frame(packet, side)),
                        lambda a, b, packet, side: P.gre(a, b, packet))
    fill(capture, packets, wrap=lambda packet: P.ether(packet, vlans=((P.ETH_VLAN, 100),)))
    return Made(capture, DNS, HTTP)


@case('tunnel-in-tunnel.pcap')
def tunnel_in_tunnel():
    """Tunnels in each other: VXLAN in GRE in IPv6, GTP in VXLAN, four kinds at once, eight layers."""
    def chain(*ways):
        """The first way is the innermost; every layer has addresses of its own."""
        def way(_a, _b, packet, side):
            for layer, wrap in enumerate(ways, 1):
                ends = ('10.%d.0.1' % layer, '10.%d.0.2' % layer)[::-1 if side else 1]
                packet = wrap(*ends, packet, side)
            return packet
        return way

    def vxlan(a, b, packet, side):
        return P.vxlan(a, b, 50000, 42, frame(packet, side))

    def gre(a, b, packet, side):
        return P.gre(a, b, packet, key=7 + side)

    def gtp(a, b, packet, side):
        return P.gtp(a, b, 0x1000 + side, packet)

    def ipip(a, b, packet, side):
        return P.ipip(a, b, packet)

    def outer6(a, b, packet, side):
        return P.ipip('2001:db8::' + a[-1], '2001:db8::' + b[-1], packet)
    packets = tunnelled(chain(vxlan, gre, outer6), chain(gtp, vxlan), chain(ipip, gtp, vxlan, gre),
                        chain(*[vxlan, gre] * 4))
    return Made(pcap_of(packets), DNS, HTTP)


@case('tunnel-100.pcap')
def tunnel_100():
    """DNS in nine tunnels and in a hundred, of several kinds: more than dpitool follows."""
    packets = []
    for depth in 9, 100:
        for wrap in (lambda packet: P.gre(NEAR, FAR, packet), lambda packet: P.ipip(NEAR, FAR, packet),
                     lambda packet: P.vxlan(NEAR, FAR, 50000, 42, frame(packet, 0)),
                     lambda packet: P.gtp(NEAR, FAR, 1, packet)):
            packet = dns()[0]
            for _ in range(depth):
                packet = wrap(packet)
            packets.append(packet)
    return Made(pcap_of(packets))


ARP = P.mac('ffffffffffff') + P.mac(P.CLIENT_MAC) + bytes.fromhex('0806 0001 0800 0604 0001') + bytes(20)


@case('tunnel-outside.pcap')
def tunnel_outside():
    """What tunnels carry that is no packet of IP: the flow of the tunnel has it. ARP, OAM, echoes, link control,
    encrypted PPP, control messages, keep-alives, fragments of CAPWAP, headers with a bit that is wrong."""
    inner = dns()[0]
    whole = frame(inner, 0)
    packets = [
        P.vxlan(NEAR, FAR, 50001, 42, ARP), P.vxlan(NEAR, FAR, 50001, 42, whole, flags=9 << 24),
        P.vxlan_gpe(NEAR, FAR, 50001, 42, 0x80 << 16 | 1, inner),
        P.geneve(NEAR, FAR, 50001, 42, ARP, kind=P.ETH_FRAME),
        P.geneve(NEAR, FAR, 50001, 42, whole, kind=P.ETH_FRAME, flags=0x80),
        P.gtp(NEAR, FAR, 0, b'', message=1, sequence=1), P.gtp(FAR, NEAR, 0, b'\x0e\0', message=2, sequence=1),
        P.gtp(NEAR, FAR, 0x1000, inner, message=254),
        P.l2tp2(NEAR, FAR, 5, 9, P.ppp(b'\1\1\0\4', protocol=0xC021)),
        P.udp(NEAR, FAR, 1701, 1701, bytes.fromhex('c802 0014 0001 0000 0000 0000 8008 000000000001')),
        P.l2tp3(NEAR, FAR, 0, inner), P.l2tp3(NEAR, FAR, 11, ARP),
        P.gre(NEAR, FAR, b'', kind=0), P.gre(NEAR, FAR, ARP, kind=P.ETH_FRAME),
        P.gre(NEAR, FAR, inner[:18], kind=P.ETH_IPV4),
        P.ip(NEAR, FAR, P.PROTO_GRE, b'\x40\0\x08\0' + bytes(8) + inner),
        P.ip(NEAR, FAR, P.PROTO_GRE, b'\0\5\x08\0' + inner),
        P.erspan2(NEAR, FAR, 101, 1, ARP), P.gre(NEAR, FAR, b'\x30' + bytes(7) + whole, kind=0x88BE, sequence=1),
        P.pptp(NEAR, FAR, 24, None, b'', ack=5), P.pptp(NEAR, FAR, 24, 6, P.ppp(b'\x90\1secret', protocol=0xFD)),
        P.etherip(NEAR, FAR, ARP), P.ip(NEAR, FAR, P.PROTO_ETHERIP, b'\x20\0' + whole),
        P.mpls_in_ip(NEAR, FAR, b'\0\0\0\0' + ARP, 16), P.mpls_in_udp(NEAR, FAR, 50001, ARP, 16),
        P.capwap(NEAR, FAR, 40000, 5247, b'\0' * 8, flags=8), P.capwap(NEAR, FAR, 40000, 5247, whole, flags=0x80),
        P.capwap(NEAR, FAR, 40000, 5247, P.wlan(inner, control=0x80), native=True),
        P.udp(NEAR, FAR, 40000, 5247, b'\1\0\0\0\x17\xfe\xff' + bytes(20)),
        P.tzsp(NEAR, FAR, 40000, 1, b'', kind=4), P.tzsp(NEAR, FAR, 40000, 1, ARP),
        P.teredo(NEAR, FAR, 40000, 3544, b'', authentication=True)]
    udp = [rule('UDP', port) for port in (4789, 4790, 6081, 2152, 1701, 6635, 5247, 37008, 3544)]
    others = [rule(name) for name in ('GRE', 'ETHERIP', 'L2TP', 'MPLS-in-IP')]
    return Made(pcap_of(packets), *udp, *others)


@case('tunnel-alike.pcap')
def tunnel_alike():
    """DNS from the ports of tunnels, and on them noise both ways: neither is a tunnel."""
    packets, rules = [], [DNS]
    state = 1
    for port in (4789, 4790, 8472, 6081, 2152, 1701, 3544, 6635, 5247, 37008):
        packets += dns(port, 0x0800) + dns(port, 0x3045) + dns(port, 0x6000)
        for number in range(20):
            noise = bytearray()
            while len(noise) < 40 + 7 * number:
                state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
                noise.append(state >> 56)
            ends = (CLIENT, SERVER, 60000, port) if number % 2 == 0 else (SERVER, CLIENT, port, 60000)
            packets.append(P.udp(*ends, bytes(noise)))
        rules.append(rule('UDP', port))
    return Made(pcap_of(packets), *rules)


# ---- names that attack what shows them

HOSTILE = (
    b'=1+1.example.com', b"=cmd|' /C calc'!A0", b'+SUM(1,1)', b'-2+3', b'@SUM(A1)', b'\t=1+1', b' =1+1',
    b'"quoted","cells"', b'semi;colon,comma', b"'apostrophe", b'two\r\nlines.example', b'line\nfeed',
    b'carriage\rreturn', b'\x1b[31mred\x1b[0m.example', b'\x1b]0;title\x07', b'bell\x07',
    b'back\x08\x08space',
    'gnp\u202eexe.example'.encode(), '\u2066isolated\u2069'.encode(), 'zero\u200bwidth'.encode(),
    'b\u00fccher.example'.encode(), '\u4f8b\u3048.example'.encode(), '\U0001f600.example'.encode(),
    b'\xff\xfe\x80.example', b'cut\xe2\x82', b'overlong\xc0\xaf', b'surrogate\xed\xa0\x80', b'c1\x9bcsi',
    b'nul\0inside', b'\x7fdelete', b'<script>alert(1)</script>', b'$(reboot)', b'`reboot`', b'%s%n%x',
    b'../../etc/passwd', b'con', b'back\\slash', b'{"json": 1}', b'a' * 255, b'long.' * 300, b'', b'.', b'..')


@case('hostile-names.pcap')
def hostile_names():
    """Names made to harm what shows them, each as an SNI and, where HTTP can carry it, as a Host."""
    packets, rules = [], []
    for number, name in enumerate(HOSTILE):
        tls = P.Tcp(CLIENT, '198.51.100.%d' % number, 40000 + number, 443)
        packets += tls.open() + tls.send(0, P.tls_client_hello(name)) \
            + tls.send(1, P.tls_server_hello()) + tls.close()
        rules.append(rule('TCP', 443, 'TLS', server='198.51.100.%d' % number, host=name))
        if b'\n' not in name and b'\r' not in name and name == name.strip():
            packets += http(30000 + number, server='203.0.113.%d' % number, host=name)
            rules.append(rule('TCP', 80, 'HTTP', server='203.0.113.%d' % number, host=name))
    return Made(pcap_of(packets), *rules)


def dns_chain(ident, names, address):
    """An answer to the first name: CNAMEs from each to the next, and the address of the last."""
    records = [P.dns_name(name) + struct.pack('!HHIH', 5, 1, 60, len(P.dns_name(target))) + P.dns_name(target)
               for name, target in zip(names, names[1:])]
    records.append(P.dns_name(names[-1]) + struct.pack('!HHIH', 1, 1, 60, 4) + P.addr(address))
    return struct.pack('!HHHHHH', ident, 0x8180, 1, len(records), 0, 0) + P.dns_name(names[0]) \
        + struct.pack('!HH', 1, 1) + b''.join(records)


def over_tcp(*messages):
    return b''.join(struct.pack('!H', len(m)) + m for m in messages)


@case('names.pcap')
def names():
    """Names that take some reading: many questions on one port, a CNAME chain, DNS messages in one TCP stream cut
    anywhere, a long name in capitals in a ClientHello over ten segments in the wrong order, requests to two hosts in one
    HTTP connection, and a TLS server that nothing but a DNS answer names."""
    long = b'Very-' * 30 + b'Long.Name.EXAMPLE'
    packets = []
    for i in range(40):
        name = 'host%02d.example.com' % i
        packets += [P.udp(CLIENT, RESOLVER, 50000, 53, P.dns_query(i, name)),
                    P.udp(RESOLVER, CLIENT, 53, 50000, P.dns_answer(i, name, '198.51.100.%d' % i))]
    chain = ['www.example.org', 'cdn.example.net', 'edge.example.net']
    packets += [P.udp(CLIENT, RESOLVER, 50001, 53, P.dns_query(1, chain[0])),
                P.udp(RESOLVER, CLIENT, 53, 50001, dns_chain(1, chain, '203.0.113.1'))]
    stream = P.Tcp(CLIENT, RESOLVER, 40000, 53)
    packets += stream.open() + stream.send(0, over_tcp(P.dns_query(1, 'one.example'), P.dns_query(2, 'two.example')), 20) \
        + stream.send(1, over_tcp(P.dns_answer(1, 'one.example', '203.0.113.2'),
                                  P.dns_answer(2, 'two.example', '203.0.113.3')), 33) + stream.close()
    tls = P.Tcp(CLIENT, SERVER, 40001, 443)
    hello = P.tls_client_hello(long, P.tls_extension(21, bytes(700)))
    opened, sent = tls.open(), tls.send(0, hello, len(hello) // 10 + 1)
    packets += opened + sent[:2] + sent[4:12] + sent[2:4] + sent[12:] + tls.send(1, P.tls_server_hello()) + tls.close()
    web = P.Tcp(CLIENT, SERVER, 40002, 80)
    packets += web.open()
    for host in (b'First.example', b'second.example:8080'):
        packets += web.send(0, P.http_get(host), 50) + web.send(1, P.http_ok(b'It works\n'))
    packets += web.close()
    hidden = P.Tcp(CLIENT, '203.0.113.1', 40003, 443)
    packets += hidden.open() + hidden.send(0, P.tls_client_hello(b'', P.tls_extension(0xFE0D, bytes(120)))) \
        + hidden.send(1, P.tls_server_hello()) + hidden.close()
    return Made(pcap_of(packets),
                rule('UDP', 53, 'DNS', note='the first of its names is host00.example.com', containing=b'host00'),
                rule('UDP', 53, 'DNS', host='www.example.org'), rule('TCP', 53, 'DNS', host='one.example'),
                rule('TCP', 443, 'TLS', server='203.0.113.1'), rule('TCP', 443, 'TLS', host=long),
                rule('TCP', 80, 'HTTP', host='First.example'))


def every_byte():
    """All 256 bytes in pieces, each with a letter in front, so that no piece begins or ends with a blank."""
    return [b'e' + bytes(range(at, at + 16)) + b'e' for at in range(0, 256, 16)]


def dhcp_discover(client, vendor_class):
    bootp = struct.pack('>BBBBIHH16x6s10x64x128x', 1, 1, 6, 0, 0x3903F326, 0, 0, P.mac(P.CLIENT_MAC))
    options = b'c\x82Sc5\x01\x01<' + bytes([len(vendor_class)]) + vendor_class \
        + b'7\x04\x01\x03\x06\x0f\xff'
    return P.udp(client, '255.255.255.255', 68, 67, bootp + options)


@case('hostile-texts.pcap')
def hostile_texts():
    """Texts of every byte, and one of 59,000 bytes, where nDPI passes on what it reads: HTTP's user agent, the
    identification of SSH, the user of FTP, the vendor class of DHCP."""
    texts = [text for text in (*HOSTILE, '\u009b31m, \u2028 and \ufeff'.encode(), *every_byte()) if text]
    packets = []
    for number, text in enumerate([*texts, b'=' * 59000]):
        if not set(text) & set(b'\r\n\0'):
            web = P.Tcp(CLIENT, '203.0.113.1', 20000 + number, 80)
            packets += web.open() + web.send(0, P.http_get(b'www.example.com', agent=text), mss=60000) \
                + web.send(1, P.http_ok(b'It works\n')) + web.close()
        if len(text) < 200:
            ssh = P.Tcp(CLIENT, '203.0.113.2', 21000 + number, 22)
            packets += ssh.open() + ssh.send(1, b'SSH-2.0-' + text + b'\r\n') \
                + ssh.send(0, b'SSH-2.0-' + text + b'\r\n') + ssh.close()
            ftp = P.Tcp(CLIENT, '203.0.113.3', 22000 + number, 21)
            packets += ftp.open() + ftp.send(1, b'220 FTP server ready\r\n') \
                + ftp.send(0, b'USER ' + text + b'\r\n') + ftp.send(1, b'331 Password\r\n') \
                + ftp.send(0, b'PASS x\r\n') + ftp.send(1, b'230 Logged in\r\n') + ftp.close()
            packets.append(dhcp_discover('198.51.100.%d' % number, text))
    return Made(pcap_of(packets), rule('TCP', 80, 'HTTP', host='www.example.com'), rule('TCP', 22, 'SSH'),
                rule('TCP', 21, 'FTP'), rule('UDP', 67, 'DHCP'))


@case('signatures.pcap')
def signatures():
    """Protocols that only tests/signatures knows: UDP with a length and an end, on a port of RADIUS too; TCP with a text
    that is cut and out of order; HTTP that a signature overrides; and some that are nearly so."""
    def acme(number, extra=b''):
        body = bytes([number]) * number + extra
        return b'\xa7\x51\x01' + bytes([128 * (number % 2)]) + struct.pack('>H', len(body) + 1) + b'\x00\x00' + body \
            + b'\r'
    packets = []
    for sport, dport, end in ((7000, 7011, b''), (7001, 1812, b''), (7002, 7012, b''), (7003, 7011, b'xx')):
        for number in range(3, 6):
            packets.append(P.udp(CLIENT, SERVER, sport, dport, acme(number) + end))
            packets.append(P.udp(SERVER, CLIENT, dport, sport, acme(number + 3) + end))
    bento = P.Tcp(CLIENT, SERVER, 41000, 7001)
    packets += bento.open()
    first, second, third = (bento.send(0, part) for part in (b'BEN', b'TO/1 ', b'\x00\x00\x00\x0c'))
    packets += first + third + second + second + bento.send(1, b'OK, take a seat') + bento.close()
    late = P.Tcp(CLIENT, SERVER, 41001, 7001)
    packets += late.open() + late.send(0, b'hello') + late.send(1, b'hello') + late.send(0, b'BENTO/1 \0\0\0\x0c') \
        + late.close()
    return Made(pcap_of(packets + http(41002, CLIENT, '203.0.113.9', b'bento.example') + http(sport=41003)),
                HTTP._replace(host='bento.example', server='203.0.113.9'), HTTP, rule('UDP'), rule('TCP', 7001))


# Protocols that nobody knows, for the command unknown. Random bytes are those of a generator of our own, for Python's may change.


class Numbers:
    """The same numbers in every version of Python (Knuth's MMIX generator)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def bytes(self, n):
        return bytes(self.below(256) for _ in range(n))


def crc_ccitt(data):
    crc = 0xffff
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xffff
    return crc


def unheard(numbers, kind, session, sequence):
    """A message: a7 51, type, zero, length of what follows, session, sequence, random body, CRC."""
    body = numbers.bytes({1: 4 + numbers.below(4), 2: 12 + numbers.below(180), 3: 8}[kind])
    data = struct.pack('>4sHIH', bytes([0xa7, 0x51, kind, 0]), len(body) + 8, session, sequence) + body
    return data + struct.pack('>H', crc_ccitt(data))


def unheard_flow(numbers, number, port):
    """Six datagrams in turn."""
    session, sequences = numbers.below(2**31), [numbers.below(60000), numbers.below(60000)]
    ends = ('192.0.2.%d' % (2 + number), '192.0.2.%d' % (200 + number % 3), 40000 + 7 * number, port)
    for turn in range(8):
        side = turn % 2
        src, dst, sport, dport = ends if side == 0 else (ends[1], ends[0], ends[3], ends[2])
        kind = 1 if turn < 2 else 2 + numbers.below(2)
        yield P.udp(src, dst, sport, dport, unheard(numbers, kind, session, sequences[side]))
        sequences[side] += 1


def unheard_stream(numbers, number, port):
    """The same over TCP, two messages in some segments."""
    session, sequences = numbers.below(2**31), [numbers.below(60000), numbers.below(60000)]
    tcp = P.Tcp('192.0.2.%d' % (2 + number), '192.0.2.210', 41000 + 7 * number, port)
    yield from tcp.open()
    for turn in range(8):
        side, payload = turn % 2, b''
        for part in range(1 + (turn > 4)):
            payload += unheard(numbers, 1 if turn < 2 else 2 + numbers.below(2), session, sequences[side])
            sequences[side] += 1
        yield from tcp.send(side, payload)
    yield from tcp.close()


@case('unknown.pcap')
def unknown():
    """Flows that nobody knows: one binary protocol over UDP and over TCP, random bytes, zeros, one message again
    and again, and a flow that says nothing."""
    numbers, packets = Numbers(1), []
    for number in range(12):
        packets += unheard_flow(numbers, number, 7011)
    for number in range(8):
        packets += unheard_stream(numbers, number, 7012)
    for number in range(5):
        packets += [P.udp(CLIENT, SERVER, 42000 + number, 9000, numbers.bytes(200)) for _ in range(4)]
        packets += [P.udp(CLIENT, SERVER, 43000 + number, 9001, bytes(40)) for _ in range(3)]
        packets += [P.udp(CLIENT, SERVER, 44000 + number, 9002, b'\x05\x17again and again\x01') for _ in range(3)]
    silent = P.Tcp(CLIENT, SERVER, 45000, 9003)
    packets += silent.open() + silent.close()
    return Made(pcap_of(packets), rule('UDP', 7011), rule('TCP', 7012), rule('UDP', 9000), rule('UDP', 9001),
                rule('UDP', 9002), rule('TCP', 9003))


def built():
    """{name: bytes} and the manifest's entries."""
    files, entries = {}, []
    for name, make in CASES.items():
        made = make()
        files[name] = made.bytes
        entries.append(made.entry(name, make.__doc__.strip()))
    return files, entries


def check(files, entries):
    """Names of files that are not as they would be made now."""
    wrong = [name for name, data in files.items()
             if not (MADE / name).exists() or (MADE / name).read_bytes() != data]
    wrong += [path.name for path in MADE.iterdir() if path.name not in files]
    known = [entry for entry in manifest.load(MANIFEST) if entry['file'].startswith('made/')]
    if manifest.text(known) != manifest.text(entries):
        wrong.append(MANIFEST.name)
    return wrong


def write(files, entries):
    MADE.mkdir(parents=True, exist_ok=True)
    for path in MADE.iterdir():
        if path.name not in files:
            path.unlink()
    for name, data in files.items():
        (MADE / name).write_bytes(data)
    others = [entry for entry in manifest.load(MANIFEST) if not entry['file'].startswith('made/')]
    MANIFEST.write_text(manifest.text(others + entries))


def main():
    files, entries = built()
    if sys.argv[1:] == ['--check']:
        wrong = check(files, entries)
        for name in wrong:
            print('make_pcaps: %s is not what tests/make_pcaps.py makes' % name, file=sys.stderr)
        return 1 if wrong else 0
    if sys.argv[1:]:
        print('usage: make_pcaps.py [--check]', file=sys.stderr)
        return 2
    write(files, entries)
    return 0


if __name__ == '__main__':
    sys.exit(main())
