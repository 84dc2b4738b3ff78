# SPDX-License-Identifier: BSD-2-Clause
"""impair.py - does to a capture what networks and taps do: swaps packets, cuts them, sends them twice.

An impairment is a function of (packets, Dice) that gives a new list of packets and leaves the old one
as it was. A packet keeps the time of the place it stands at, so times are as monotone as before. What is not a
whole, sound IP packet on a link layer of LINKS is left as it is. tunnelling.py has the impairments that wrap.
"""

import collections
import random
import struct

import packets as P
import pcapfile

SWAPPED, COPIED, CUT, FRAGMENTED = 0.25, 0.5, 0.2, 1.0  # share of the packets that it happens to
FARTHEST = 3                # places that a packet or its copy comes late, at most
MOST_PIECES = 4
FRAGMENT_SIZES = (8, 64)    # bytes of a fragment in units of 8, at least and at most

ETHERTYPES = {4: P.ETH_IPV4, 6: P.ETH_IPV6}
VERSIONS = {kind.to_bytes(2, 'big'): version for version, kind in ETHERTYPES.items()}
VLAN_TAGS = (b'\x81\x00', b'\x88\xa8', b'\x91\x00')
LOOP, IPV4, IPV6 = 108, 228, 229
LATEST = 2**32 * 10**9 - 1    # nanoseconds


class Dice(random.Random):
    """Random numbers that follow from the words of seed alone. strength multiplies the shares above."""

    def __new__(cls, *_, **__):
        return super().__new__(cls)     # which takes one word at most

    def __init__(self, *seed, strength=1.0):
        super().__init__(':'.join(str(word) for word in seed))
        self.strength = strength

    def hits(self, share):
        return self.random() < share * self.strength


# ---- link layers: where the IP packet begins, and the header for another IP version

def _ethernet(data):
    at = 12
    while data[at:at + 2] in VLAN_TAGS:
        at += 4
    return at + 2 if data[at:at + 2] in VERSIONS else None


def _typed(type_at, at):
    """A header of fixed size with an EtherType in it."""
    return lambda data: at if data[type_at:type_at + 2] in VERSIONS else None


def _retype(type_at):
    """type_at counts from the end of the header where it is negative."""
    def rewritten(head, version):
        at = type_at % len(head)
        return head[:at] + struct.pack('!H', ETHERTYPES[version]) + head[at + 2:]
    return rewritten


def _family(head, version):
    """BSD's address family, in the byte order that the recorder had."""
    order = 'little' if head[0] else 'big'
    return {4: 2, 6: 30}[version].to_bytes(4, order)


Link = collections.namedtuple('Link', 'ip_at header')

_raw = Link(lambda data: 0, lambda head, version: head)
_null = Link(lambda data: 4, _family)
_only = Link(lambda data: 0, None)      # the link type names the version

LINKS = {
    pcapfile.EN10MB: Link(_ethernet, _retype(-2)),
    pcapfile.LINUX_SLL: Link(_typed(14, 16), _retype(14)),
    pcapfile.LINUX_SLL2: Link(_typed(0, 20), _retype(0)),
    pcapfile.NULL: _null, LOOP: _null,
    pcapfile.RAW: _raw, 12: _raw, 14: _raw, IPV4: _only, IPV6: _only,
}


# ---- packets

class Packet:
    """One record of a capture; wire is the length it had on the wire."""

    __slots__ = ('time', 'link', 'data', 'wire', '_view')

    def __init__(self, time, link, data, wire=None):
        self.time, self.link, self.data = time, link, data
        self.wire, self._view = len(data) if wire is None else wire, False

    def view(self):
        """The View of its IP packet, or None. It is looked for once."""
        if self._view is False:
            self._view = _view_of(self)
        return self._view

    def at(self, time):
        moved = Packet(time, self.link, self.data, self.wire)
        moved._view = self._view
        return moved

    def with_ip(self, ip):
        """The same packet with other bytes behind the link header, of the same IP version."""
        return Packet(self.time, self.link, self.data[:self.view().at] + ip)


class View:
    """Where things are in a packet: at and end of the IP packet, its transport's number and place (None and 0
    behind the first fragment), src and dst as bytes; whole: all of it was captured."""

    __slots__ = ('at', 'end', 'version', 'src', 'dst', 'proto', 'transport', 'fragment', 'whole', 'plain')

    def ends(self, data):
        """((address, port), (address, port)) of TCP and UDP, source first."""
        sport, dport = struct.unpack_from('!HH', data, self.transport)
        return (self.src, sport), (self.dst, dport)


def _view_of(packet):
    link, data = LINKS.get(packet.link), packet.data
    at = link.ip_at(data) if link else None
    if at is None or len(data) < at + 20:
        return None
    view = View()
    view.at, view.version = at, data[at] >> 4
    read = {4: _view_ip4, 6: _view_ip6}.get(view.version)
    try:
        return view if read and read(view, data, at) else None
    except (struct.error, IndexError):
        return None


def _view_ip4(view, data, at):
    size, (length,) = (data[at] & 15) * 4, struct.unpack_from('!H', data, at + 2)
    field = struct.unpack_from('!H', data, at + 6)[0]
    view.src, view.dst, view.proto = data[at + 12:at + 16], data[at + 16:at + 20], data[at + 9]
    view.end, view.transport = at + length, at + size
    view.fragment, view.plain = bool(field & 0x3FFF), size == 20
    view.whole = view.end <= len(data)
    return 20 <= size <= length and view.transport <= len(data)


def _view_ip6(view, data, at):
    view.src, view.dst, view.proto = data[at + 8:at + 24], data[at + 24:at + 40], data[at + 6]
    view.end, view.transport = at + 40 + struct.unpack_from('!H', data, at + 4)[0], at + 40
    view.fragment, view.plain = False, True
    while view.proto in (0, 43, 44, 60) and not view.fragment:
        view.fragment, view.plain = view.fragment or view.proto == 44, False
        size = 8 if view.proto == 44 else 8 + 8 * data[view.transport + 1]
        view.proto, view.transport = data[view.transport], view.transport + size
    view.whole = view.end <= len(data)
    return at + 40 < view.end and view.transport <= min(view.end, len(data))


def _tcp_header(packet):
    """(View, where the payload begins) of a whole TCP segment that is no fragment, else (None, 0)."""
    view = packet.view()
    if not view or view.proto != P.PROTO_TCP or view.fragment or not view.whole or view.end < view.transport + 20:
        return None, 0
    payload = view.transport + (packet.data[view.transport + 12] >> 4) * 4
    return (view, payload) if view.transport + 20 <= payload <= view.end else (None, 0)


# ---- checksums

def internet_sum(data):
    """packets.checksum() through the arithmetic of big integers: 2^16 is 1 modulo 65535."""
    if len(data) % 2:
        data += b'\0'
    number = int.from_bytes(data, 'big')
    return 0xFFFF - (number % 0xFFFF or (0xFFFF if number else 0))


def pseudo_header(view, size):
    return view.src + view.dst + struct.pack('!IHBB', size, 0, 0, view.proto)


# ---- reorder

def _in_order_of(keys, items):
    return [items[i] for i in sorted(range(len(items)), key=keys.__getitem__)]


def _late(count, dice, may):
    """Sort keys of so many places, where what stands at one of SWAPPED comes 1 to FARTHEST places late."""
    return [i + dice.randint(1, FARTHEST) + 0.5 if may(i) and dice.hits(SWAPPED) else i for i in range(count)]


def _is_tcp(packet):
    view = packet.view()
    return bool(view) and view.proto == P.PROTO_TCP


def reorder_anywhere(packets, dice):
    """TCP packets come late in the file."""
    order = _in_order_of(_late(len(packets), dice, lambda i: _is_tcp(packets[i])), packets)
    return [packet.at(place.time) for packet, place in zip(order, packets)]


def reorder_in_flow(packets, dice):
    """TCP packets swap places with packets of their connection, of either side."""
    flows, out = collections.defaultdict(list), list(packets)
    for i, packet in enumerate(packets):
        view, _ = _tcp_header(packet)
        if view:
            flows[frozenset(view.ends(packet.data))].append(i)
    for places in flows.values():
        order = _in_order_of(_late(len(places), dice, lambda i: True), places)
        for place, source in zip(places, order):
            out[place] = packets[source].at(packets[place].time)
    return out


# ---- duplicate

def duplicate(packets, dice):
    """IP packets come twice, the copy directly behind or a few packets later."""
    keys, items = list(range(len(packets))), list(packets)
    for i, packet in enumerate(packets):
        if packet.view() and dice.hits(COPIED):
            place = min(i + dice.choice((0, 0, 0, 1, 2, FARTHEST)), len(packets) - 1)
            keys.append(place + 0.5)
            items.append(packet.at(packets[place].time))
    return _in_order_of(keys, items)


# ---- split

def _cuts(size, dice):
    """2 to MOST_PIECES ranges that make up size bytes, any of them as small as a byte."""
    count = min(dice.randint(2, MOST_PIECES), size)
    marks = [0] + sorted(dice.sample(range(1, size), count - 1)) + [size]
    return list(zip(marks, marks[1:]))


def _segment(packet, view, payload, piece, flags):
    """A segment with a part of another's payload. piece: (its number, first byte, byte behind the last)."""
    number, start, stop = piece
    data, at, tcp = packet.data, view.at, view.transport - view.at
    ip = bytearray(data[at:payload] + data[payload + start:payload + stop])
    seq = struct.unpack_from('!I', ip, tcp + 4)[0] + start + (number > 0 and bool(data[view.transport + 13] & P.SYN))
    struct.pack_into('!I', ip, tcp + 4, seq & 0xFFFFFFFF)
    ip[tcp + 13] = flags
    ip[tcp + 16:tcp + 18] = b'\0\0'
    struct.pack_into('!H', ip, tcp + 16, internet_sum(pseudo_header(view, len(ip) - tcp) + ip[tcp:]))
    if view.version == 6:
        struct.pack_into('!H', ip, 4, len(ip) - 40)
    else:
        ident = struct.unpack_from('!H', ip, 4)[0] + number
        struct.pack_into('!HH', ip, 2, len(ip), ident & 0xFFFF)
        ip[10:12] = b'\0\0'
        struct.pack_into('!H', ip, 10, internet_sum(bytes(ip[:tcp])))
    return packet.with_ip(bytes(ip))


def _smaller(packet, dice, honest_push):
    """The packet as several segments; as it is where there is nothing to cut."""
    view, payload = _tcp_header(packet)
    size = view.end - payload if view else 0
    flags = packet.data[view.transport + 13] if view else 0
    if size < 2 or flags & (P.RST | P.URG) or not dice.hits(CUT):
        return [packet]
    out, cuts = [], _cuts(size, dice)
    for number, (start, stop) in enumerate(cuts):
        here = flags if number == 0 else flags & ~P.SYN
        if number < len(cuts) - 1:
            here &= ~(P.FIN | (P.PSH if honest_push else 0))
        out.append(_segment(packet, view, payload, (number, start, stop), here))
    return out


def split_push_kept(packets, dice):
    """TCP segments are cut smaller; every piece has the flag PSH where the segment had it."""
    return [piece for packet in packets for piece in _smaller(packet, dice, False)]


def split_push_last(packets, dice):
    """TCP segments are cut smaller; the last piece has the flag PSH where the segment had it."""
    return [piece for packet in packets for piece in _smaller(packet, dice, True)]


# ---- fragment

class _Idents:
    """Identifications that tell datagrams apart: a datagram keeps its own unless another one had it."""

    def __init__(self, packets):
        self.owner, self.taken, self.next6 = {}, set(), 1
        for packet in packets:
            view = packet.view()
            if view and view.version == 4:
                self.taken.add(packet.data[view.at + 4:view.at + 6])
        self.free = (i.to_bytes(2, 'big') for i in range(1, 0x10000))

    def of(self, packet, view):
        if view.version == 6:
            self.next6 += 1
            return self.next6
        ident = packet.data[view.at + 4:view.at + 6]
        key = (view.src, view.dst, view.proto, ident)
        datagram = packet.data[view.at + 12:view.end]
        if ident != b'\0\0' and self.owner.setdefault(key, datagram) == datagram:
            return ident
        return next((i for i in self.free if i not in self.taken), ident)


def _fragments(packet, dice, idents):
    view = packet.view()
    if not view or view.fragment or not view.whole or not view.plain or not dice.hits(FRAGMENTED):
        return [packet]
    payload = view.end - view.transport
    units = max(dice.randint(*FRAGMENT_SIZES), -(-payload // (MOST_PIECES * 8)))
    if payload <= units * 8:
        return [packet]
    ip, ident = packet.data[view.at:view.end], idents.of(packet, view)
    if view.version == 6:
        parts = P.ip6_fragments(ip, units * 8, ident)
    else:
        parts = P.ip4_fragments(ip[:4] + ident + ip[6:], units * 8)
    return [packet.with_ip(part) for part in parts]


def fragment(packets, dice):
    """Datagrams arrive as fragments, in order."""
    idents = _Idents(packets)
    return [part for packet in packets for part in _fragments(packet, dice, idents)]


def fragment_reversed(packets, dice):
    """Datagrams arrive as fragments, the last one first."""
    idents = _Idents(packets)
    return [part for packet in packets for part in reversed(_fragments(packet, dice, idents))]


def mix(packets, dice):
    """All of it: cut, fragmented, doubled and swapped."""
    for impairment in split_push_last, fragment, duplicate, reorder_anywhere:
        packets = impairment(packets, dice)
    return packets


# ---- the table, and captures

IMPAIRMENTS = {
    'reorder-flow': reorder_in_flow, 'reorder-file': reorder_anywhere,
    'fragment': fragment, 'fragment-reversed': fragment_reversed,
    'duplicate': duplicate,
    'split-push-kept': split_push_kept, 'split-push-last': split_push_last,
    'mix': mix,
}


def of_frames(frames):
    """Packets of what frames() found in a file; one without a time has that of the one before it. Times that no
    classic pcap can tell become the nearest that it can."""
    packets, last = [], 0
    for frame in frames:
        last = last if frame.time is None else min(max(0, int(frame.time * 10**9)), LATEST)
        packets.append(Packet(last, frame.link, bytes(frame.data), frame.length))
    return packets


def capture(packets):
    """The bytes of a capture: pcap, or pcapng where the packets have more than one link type."""
    links = sorted({packet.link for packet in packets})
    if len(links) == 1:
        out = pcapfile.Pcap(links[0], nano=True)
        for packet in packets:
            out.packet(packet.time, packet.data, packet.wire)
        return out.bytes
    out = pcapfile.Pcapng()
    numbers = {link: out.interface(link, tsresol=9) for link in links}
    for packet in packets:
        out.packet(packet.time, packet.data, interface=numbers[packet.link], wire_length=packet.wire)
    return out.bytes
