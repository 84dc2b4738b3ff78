# SPDX-License-Identifier: BSD-2-Clause
"""flows.py - finds the flows of a capture, independently of dpitool, so that the manifest can name each.

A flow is addresses, ports, transport, last VLAN and tunnels; a SYN with another initial number or a
pause longer than the default timeout starts a new one. A jump of the clock is no pause: a capture that
has one is made with pauses=False. Fragments are put together, or their first one stands for all.
"""

import contextlib
import copy
import ipaddress
import struct

import packets as P
import pcapfile
import tunnels as T

TRANSPORTS = {P.PROTO_ICMP: 'ICMP', P.PROTO_TCP: 'TCP', P.PROTO_UDP: 'UDP', P.PROTO_ICMPV6: 'ICMPv6',
              P.PROTO_SCTP: 'SCTP', 2: 'IGMP', P.PROTO_GRE: 'GRE',
              89: 'OSPFIGP', 112: 'VRRP', 50: 'ESP', P.PROTO_IPIP: 'IPv4', P.PROTO_IPV6: 'IPv6',
              P.PROTO_NONE: 'IPv6-NoNxt', P.PROTO_ETHERIP: 'ETHERIP', P.PROTO_L2TP: 'L2TP',
              P.PROTO_MPLS: 'MPLS-in-IP'}

# Request and reply types of one exchange, as Community ID pairs them.
ICMP4_PAIRS = {8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17, 10: 9, 9: 10}
ICMP6_PAIRS = {128: 129, 129: 128, 133: 134, 134: 133, 135: 136, 136: 135, 130: 131, 131: 130,
               144: 145, 145: 144, 139: 140, 140: 139}

IP6_EXTENSIONS = {0, 43, 60, 135}
MAX_TUNNELS = 8

SECOND = 10**9
PAUSES = {'TCP': 300 * SECOND, 'UDP': 120 * SECOND}
PAUSE_SYN, PAUSE_OTHERS = 30 * SECOND, 60 * SECOND


class Left(Exception):
    """This packet belongs to no flow; the message is the name of dpitool's bucket for it."""


class Piece(Exception):
    """This packet is a fragment; view is what decoding had found when it came to it."""

    def __init__(self, view, proto, ident, offset, more, body):
        super().__init__()
        self.view, self.proto, self.offset, self.more, self.body = view, proto, offset, more, body
        self.key = (view.src, view.dst, proto, ident, view.vlan, tuple(view.tunnels))

    def fits(self):
        return self.body and not (self.more and len(self.body) % 8)


class View:
    """What decoding one packet has found so far."""

    def __init__(self):
        self.vlan, self.src, self.dst = 0, None, None
        self.tunnels = []
        self.transport = self.sport = self.dport = None
        self.syn = self.ack = False
        self.seq = 0


def _ethernet(data, view):
    kind, data = struct.unpack_from('!H', data, 12)[0], data[14:]
    while kind in (P.ETH_VLAN, P.ETH_QINQ):
        view.vlan = struct.unpack_from('!H', data)[0] & 0xFFF
        kind, data = struct.unpack_from('!H', data, 2)[0], data[4:]
    if kind == P.ETH_PPPOE:
        return _ppp(data[6:], view)
    return _mpls(data, view) if kind == P.ETH_MPLS else (kind, data)


def _mpls(data, view):
    """A stack of labels, then IP, or a frame with or without a control word of zeros."""
    last = 0
    while not last:
        last, data = data[2] & 1, data[4:]
    if data[0] >> 4 in (4, 6):
        return P.ethertype(data), data
    return _ethernet(data[4:] if data[:4] == bytes(4) else data, view)


def _ppp(data, view):
    data = data[2:] if data[:2] == b'\xff\3' else data
    size = 1 if data[0] & 1 else 2
    kind = {0x21: P.ETH_IPV4, 0x57: P.ETH_IPV6, 0x281: P.ETH_MPLS}.get(int.from_bytes(data[:size], 'big'))
    return _mpls(data[size:], view) if kind == P.ETH_MPLS else (kind, data[size:])


def _wlan(data, _):
    """A data frame with LLC and SNAP; CAPWAP's may have the bytes of the frame control swapped."""
    control = data[0] if data[0] & 15 == 8 else data[1]
    size = 26 if control & 0x80 else 24
    if control & 0x4F != 8:
        raise Left('not_ip')
    return struct.unpack_from('!H', data, size + 6)[0], data[size + 8:]


LINKS = {
    pcapfile.EN10MB: _ethernet,
    pcapfile.LINUX_SLL: lambda data, view: (struct.unpack_from('!H', data, 14)[0], data[16:]),
    pcapfile.LINUX_SLL2: lambda data, view: (struct.unpack_from('!H', data)[0], data[20:]),
    pcapfile.NULL: lambda data, view: (P.ethertype(data[4:]), data[4:]),
    pcapfile.RAW: lambda data, view: (P.ethertype(data), data),
    pcapfile.FRELAY: lambda data, view: (P.ethertype(data[4:]), data[4:]),
    pcapfile.NFLOG: lambda data, view: (P.ethertype(data[16:]), data[16:]),
    pcapfile.PPI: lambda data, view: _ethernet(data[8:], view),
    pcapfile.PKTAP: lambda data, view: _ethernet(data[108:], view),
}


def _ip4(data, view):
    words, length = data[0] & 15, struct.unpack_from('!H', data, 2)[0]
    if data[0] >> 4 != 4 or words < 5 or 0 < length < words * 4:
        raise Left('ip_malformed')
    view.src, view.dst = (str(ipaddress.IPv4Address(data[at:at + 4])) for at in (12, 16))
    data = data[:length or len(data)]
    field = struct.unpack_from('!H', data, 6)[0]
    if field & 0x3FFF:
        raise Piece(view, data[9], struct.unpack_from('!H', data, 4)[0], (field & 0x1FFF) * 8,
                    bool(field & 0x2000), data[words * 4:])
    return data[9], data[words * 4:]


def _ip6(data, view):
    proto, length = data[6], struct.unpack_from('!H', data, 4)[0]
    if data[0] >> 4 != 6:
        raise Left('ip_malformed')
    view.src, view.dst = (str(ipaddress.IPv6Address(data[at:at + 16])) for at in (8, 24))
    data = data[40:40 + length] if length else data[40:]
    while proto in IP6_EXTENSIONS or proto == P.PROTO_FRAGMENT:
        if proto == P.PROTO_FRAGMENT:
            offset, ident = struct.unpack_from('!HI', data, 2)
            if offset & 0xFFF9:
                raise Piece(view, data[0], ident, offset & 0xFFF8, bool(offset & 1), data[8:])
            proto, data = data[0], data[8:]
        else:
            proto, data = data[0], data[8 + data[1] * 8:]
    return proto, data


def _transport(proto, data, view):
    view.transport = TRANSPORTS.get(proto, str(proto))
    if proto in (P.PROTO_TCP, P.PROTO_UDP, P.PROTO_SCTP):
        view.sport, view.dport = struct.unpack_from('!HH', data)
    if proto == P.PROTO_TCP and len(data) >= 20:
        view.seq, flags = struct.unpack_from('!I', data, 4)[0], data[13]
        view.syn, view.ack = bool(flags & P.SYN), bool(flags & P.ACK)
    pairs = {P.PROTO_ICMP: ICMP4_PAIRS, P.PROTO_ICMPV6: ICMP6_PAIRS}.get(proto)
    if pairs is not None:
        view.sport, view.dport = data[0], pairs.get(data[0], data[1])


def _name(view, name, vni):
    """A tunnel as dpitool writes it: the smaller address first."""
    ends = sorted((view.src, view.dst), key=P.addr)
    return '%s(%s-%s%s)' % (name, *ends, '' if vni is None else ',vni=%d' % vni)


INSIDE = {T.FRAME: _ethernet, T.PPP: _ppp, T.WLAN: _wlan, P.ETH_MPLS: _mpls}


def _enter(inner, view):
    """Decodes what is in a tunnel; without IP there, the view is what it was, and the answer False."""
    name, vni, kind, data = inner
    before = copy.copy(view.__dict__)
    view.tunnels = view.tunnels + [_name(view, name, vni)]
    try:
        if len(view.tunnels) > MAX_TUNNELS:
            raise Left('too_deep')
        with _malformed('link_malformed'):
            if kind in INSIDE:
                kind, data = INSIDE[kind](data, view)
        _layers(kind, data, view, True)
    except Left as why:
        if name == 'ipip' or str(why) == 'too_deep':
            raise
        view.__dict__.update(before)
        return False
    return True


def _layers(kind, data, view, tunnels):
    """From the network layer inwards; leaves what it finds in the view."""
    with _malformed('ip_malformed'):
        layer = {P.ETH_IPV4: _ip4, P.ETH_IPV6: _ip6}.get(kind)
        if layer is None:
            raise Left('not_ip')
        proto, data = layer(data, view)
    inner = T.look(proto, data) if tunnels else None
    if inner is None or not _enter(inner, view):
        with _malformed('transport_malformed'):
            _transport(proto, data, view)


@contextlib.contextmanager
def _malformed(bucket):
    """What ends before its header is over goes to the bucket."""
    try:
        yield
    except (struct.error, IndexError, ipaddress.AddressValueError):
        raise Left(bucket) from None


def decode(link, data, tunnels=True):
    """A View of the innermost packet, or of the outermost where tunnels is False."""
    view = View()
    if link not in LINKS:
        raise Left('link_unsupported')
    with _malformed('link_malformed'):
        kind, data = LINKS[link](data, view)
    _layers(kind, data, view, tunnels)
    return view


def join(pieces):
    """The payload of a datagram, of every byte what came first; None while something is missing."""
    found, size = {}, None
    for piece in filter(Piece.fits, pieces):
        for at, byte in enumerate(piece.body, piece.offset):
            found.setdefault(at, byte)
        if not piece.more and size is None:
            size = piece.offset + len(piece.body)
    if size is None or any(at not in found for at in range(size)):
        return None
    return bytes(found[at] for at in range(size))


def decode_inside(piece, body, tunnels):
    """A View of what is in a datagram with that payload."""
    packet = P.ip(piece.view.src, piece.view.dst, piece.proto, body)
    _layers(P.ethertype(packet), packet, piece.view, tunnels)
    return piece.view


class Flow:
    """key tells it from other flows; data is its first packet, link layer included."""

    def __init__(self, view, key, data):
        self.key, self.data = key, data
        self.transport, self.vlan, self.tunnels = view.transport, view.vlan, view.tunnels
        self.packets, self.isn, self.last_ns = 0, None, 0
        self.only_syn = view.syn and not view.ack
        self.src, self.dst = (view.src, view.sport), (view.dst, view.dport)

    def turn(self):
        self.src, self.dst = self.dst, self.src

    def pause(self):
        return PAUSE_SYN if self.only_syn else PAUSES.get(self.transport, PAUSE_OTHERS)

    def take(self, view, time_ns, count):
        self.packets += count
        self.last_ns = max(self.last_ns, time_ns)
        self.only_syn = self.only_syn and view.syn and not view.ack
        if view.syn and not view.ack and self.isn is None:
            self.isn = view.seq
            if (view.src, view.sport) != self.src:
                self.turn()
        elif view.syn and view.ack and self.isn is None and (view.src, view.sport) == self.src:
            self.turn()


class Table:
    """The flows of a capture, in the order in which they began, and what was in none."""

    def __init__(self, tunnels=True, pauses=True):
        self.tunnels, self.pauses = tunnels, pauses
        self.flows, self.keys, self.left, self.packets = [], set(), {}, 0
        self._open, self._waiting, self._done = {}, {}, {}

    def add(self, packet):
        self.packets += 1
        self._put(lambda: decode(packet.link, packet.data, self.tunnels), packet, 1)

    def _put(self, decoding, packet, count):
        """Counts count packets where decoding finds that they belong, or lets them wait for their datagram."""
        try:
            view = decoding()
            flow = self._flow(view, packet.time_ns, packet.data)
            flow.take(view, packet.time_ns, count)
            return flow
        except Left as why:
            self.left[str(why)] = self.left.get(str(why), 0) + count
        except Piece as piece:
            self._wait(piece, packet, count)
        return None

    def _wait(self, piece, packet, count):
        flow, pieces = self._done.get(piece.key, (None, []))
        if flow and (piece.offset, piece.body) in pieces:           # a copy that comes late
            flow.packets += count
            return
        waiting = self._waiting.setdefault(piece.key, [])
        waiting.append((piece, packet, count))
        body = join([each[0] for each in waiting])
        if body is not None:
            del self._waiting[piece.key]
            self._done[piece.key] = self._go_on(waiting, body), [(p.offset, p.body) for p, _, _ in waiting]

    def _go_on(self, waiting, body):
        first = next(piece for piece, _, _ in waiting if piece.offset == 0)
        return self._put(lambda: decode_inside(first, body, self.tunnels), waiting[-1][1],
                         sum(count for _, _, count in waiting))

    def close(self):
        """What waits now waits in vain: the first fragment stands for all."""
        waiting, self._waiting = self._waiting, {}
        for pieces in waiting.values():
            body = next((piece.body for piece, _, _ in pieces if piece.offset == 0), None)
            if body is not None:
                self._go_on(pieces, body)
            else:
                self.left['fragment_incomplete'] = self.left.get('fragment_incomplete', 0) \
                    + sum(count for _, _, count in pieces)

    def _flow(self, view, time_ns, data):
        ends = frozenset(((view.src, view.sport), (view.dst, view.dport)))
        key = (ends, view.transport, view.vlan, tuple(view.tunnels))
        flow = self._open.get(key)
        if flow is not None:
            reused = view.syn and not view.ack and flow.isn not in (None, view.seq)
            paused = self.pauses and time_ns - flow.last_ns > flow.pause()
            flow = None if reused or paused else flow
        if flow is None:
            flow = self._open[key] = Flow(view, key, data)
            self.keys.add(key)
            self.flows.append(flow)
        return flow


def of_capture(data, **options):
    """The table of a whole capture, given as its bytes."""
    table = Table(**options)
    for packet in pcapfile.read(data):
        table.add(packet)
    table.close()
    return table
