# SPDX-License-Identifier: BSD-2-Clause
"""tunnelling.py - puts every IP packet of a capture into a tunnel, each kind as its specification has it.

The two sides of a flow go between the same two outer addresses, in opposite directions; what tells the directions
of a tunnel apart (TEID, key, call, session) differs. A packet that was cut by the snap length stays cut, and the
outer lengths say what was on the wire. Outer UDP checksums are 0, as such tunnels have them over IPv4.
"""

import collections
import struct
import zlib

import impair
import packets as P
import pcapfile

NEAR = {4: '192.0.2.1', 6: '2001:db8:ffff::1'}
FAR = {4: '192.0.2.2', 6: '2001:db8:ffff::2'}
VNI, VLAN, SESSION = 0x1234, 2516, 0x0666
BRIDGED = 0x6558            # transparent Ethernet bridging (RFC 1701)
PPP = {4: 0x0021, 6: 0x0057}
MOST = 0xFFFF - 100         # bytes of what a tunnel can carry: outer lengths have 16 bits

# carries: 'ip' or 'frame'; inner: the IP versions it can carry; head: what stands in front, (protocol, bytes) of a Side
Tunnel = collections.namedtuple('Tunnel', 'carries outer inner head')


class Side:
    """One direction of a tunnel, and the packet that goes into it next."""

    def __init__(self, forward):
        self.forward, self.sequence = forward, 0
        self.near, self.far = (NEAR, FAR) if forward else (FAR, NEAR)
        self.size = self.version = self.entropy = None

    def take(self, packet, view, size):
        """size: of what the tunnel carries, on the wire."""
        self.size, self.version, self.sequence = size, view.version, self.sequence + 1
        self.entropy = 0xC000 | zlib.crc32(view.src + view.dst + packet.data[view.transport:view.transport + 4]) >> 18

    def number(self, base):
        """One that is another one in the other direction."""
        return base + (1 if self.forward else 2)

    def ethertype(self):
        return impair.ETHERTYPES[self.version]

    def udp(self, sport, dport, head):
        return P.PROTO_UDP, struct.pack('!HHHH', sport, dport, 8 + len(head) + self.size, 0) + head

    def udp_between(self, near, far, head):
        """Between two ports that swap with the direction."""
        return self.udp(*((near, far) if self.forward else (far, near)), head)


# ---- GRE (RFC 2784, RFC 2890) and what runs in it

def _gre(side):
    return P.PROTO_GRE, struct.pack('!HH', 0, side.ethertype())


def _gre_key_sequence(side):
    return P.PROTO_GRE, struct.pack('!HHII', 0x3000, side.ethertype(), side.number(0x5000), side.sequence)


def _nvgre(side):
    """RFC 7637: 24 bits of VSID, 8 of the flow."""
    return P.PROTO_GRE, struct.pack('!HHI', 0x2000, BRIDGED, VNI << 8 | side.entropy & 0xFF)


def _erspan1(_):
    """draft-foschiano-erspan: type I has no header of its own."""
    return P.PROTO_GRE, struct.pack('!HH', 0, 0x88BE)


def _erspan2(side):
    return P.PROTO_GRE, struct.pack('!HHIHHI', 0x1000, 0x88BE, side.sequence, 1 << 12, side.number(0x40), 7)


def _erspan3(side):
    return P.PROTO_GRE, struct.pack('!HHIHHIHH', 0x1000, 0x22EB, side.sequence, 2 << 12, side.number(0x40),
                                    side.sequence * 1000, 0, 0)


def _erspan3_subheader(side):
    """With the platform specific subheader, which the last bit announces."""
    proto, head = _erspan3(side)
    return proto, head[:-2] + b'\x00\x01' + bytes(8)


def _pptp(side):
    """RFC 2637: version 1, key of length and call, sequence; then PPP."""
    ppp = struct.pack('!BBH', 0xFF, 3, PPP[side.version])
    return P.PROTO_GRE, struct.pack('!HHHHI', 0x3001, 0x880B, len(ppp) + side.size, side.number(0x20),
                                    side.sequence) + ppp


# ---- IP in IP (RFC 2003, RFC 4213, RFC 2473)

def _ip_in_ip(side):
    return (P.PROTO_IPIP if side.version == 4 else P.PROTO_IPV6), b''


# ---- in UDP

def _vxlan(side):
    return side.udp(side.entropy, 4789, struct.pack('!II', 8 << 24, VNI << 8))


def _vxlan_gpe(side):
    """draft-ietf-nvo3-vxlan-gpe: the last byte of the flags says that it is IPv4, IPv6."""
    return side.udp(side.entropy, 4790, struct.pack('!II', 0x0C << 24 | {4: 1, 6: 2}[side.version], VNI << 8))


def _vxlan_gpe_frame(side):
    return side.udp(side.entropy, 4790, struct.pack('!II', 0x0C << 24 | 3, VNI << 8))


def _geneve(side):
    return side.udp(side.entropy, 6081, struct.pack('!HHI', 0, side.ethertype(), VNI << 8))


def _geneve_frame(side):
    """RFC 8926, with an option of 4 bytes."""
    option = struct.pack('!HBBI', 0x0108, 1, 1, 0xCAFE)
    return side.udp(side.entropy, 6081, struct.pack('!HHI', len(option) // 4 << 8, BRIDGED, VNI << 8) + option)


def _gtp(side):
    """3GPP TS 29.281: a G-PDU."""
    return side.udp(2152, 2152, struct.pack('!BBHI', 0x30, 0xFF, side.size, side.number(0x7000)))


def _gtp_extended(side):
    """With sequence number and the PDU session container of 5G (3GPP TS 38.415)."""
    more = struct.pack('!HBB', side.sequence & 0xFFFF, 0, 0x85) + bytes((1, 0x10 if side.forward else 0, 9, 0))
    return side.udp(2152, 2152, struct.pack('!BBHI', 0x36, 0xFF, side.size + len(more), side.number(0x7000)) + more)


def _teredo(side):
    return side.udp_between(51413, 3544, b'')


def _teredo_origin(side):
    """RFC 4380 section 5.1.1: what comes from the server's side tells where the client is seen."""
    origin = struct.pack('!HHI', 0, 51413 ^ 0xFFFF, 0xC0000201 ^ 0xFFFFFFFF)
    return side.udp_between(51413, 3544, b'' if side.forward else origin)


def _l2tp2(side):
    """RFC 2661: a data message with length, then PPP."""
    ppp = struct.pack('!BBH', 0xFF, 3, PPP[side.version])
    return side.udp(1701, 1701, struct.pack('!HHHH', 0x4002, 8 + len(ppp) + side.size, side.number(0x10),
                                            side.number(0x30)) + ppp)


def _l2tp2_bare(side):
    """Without length, and PPP without address and control."""
    return side.udp(1701, 1701, struct.pack('!HHHH', 0x0002, side.number(0x10), side.number(0x30), PPP[side.version]))


def _l2tp3_udp(side):
    """RFC 3931 section 4.1.2.1: a data message without cookie."""
    return side.udp(1701, 1701, struct.pack('!HHI', 3, 0, side.number(0x50)))


def _l2tp3_ip(side):
    return 115, struct.pack('!I', side.number(0x50))


def _l2tp3_sublayer(side):
    """With the default L2-specific sublayer (RFC 3931 section 4.6), as Linux has it unless told otherwise."""
    return side.udp(1701, 1701, struct.pack('!HHII', 3, 0, side.number(0x50), 0x40000000 | side.sequence))


def _mpls_udp(side):
    """RFC 7510."""
    return side.udp(side.entropy, 6635, struct.pack('!I', side.number(0x400) << 12 | 1 << 8 | 64))


def _capwap(side):
    """RFC 5415 section 4.3: header of 8 bytes, an 802.3 frame."""
    return side.udp_between(10101, 5247, struct.pack('!II', 2 << 19 | 1 << 14 | 1 << 9, 0))


def _capwap_wlan(side):
    """The frame as 802.11 has it (T), data to the distribution system, LLC and SNAP."""
    wlan = struct.pack('<HH', 0x0108, 0) + 2 * P.mac(P.CLIENT_MAC) + P.mac(P.SERVER_MAC) + b'\0\0'
    return side.udp_between(10101, 5247, struct.pack('!II', 2 << 19 | 1 << 14 | 1 << 9 | 1 << 8, 0) + wlan
                            + b'\xaa\xaa\x03\0\0\0' + struct.pack('!H', side.ethertype()))


def _tzsp(side):
    """Received packet, Ethernet; the tags signal strength and end."""
    return side.udp(side.entropy, 37008, struct.pack('!BBHBBbB', 1, 0, 1, 10, 1, -60, 1))


BOTH = (4, 6)
TUNNELS = {
    'gre': Tunnel('ip', 4, BOTH, _gre), 'gre-key-sequence': Tunnel('ip', 4, BOTH, _gre_key_sequence),
    'nvgre': Tunnel('frame', 4, BOTH, _nvgre),
    'erspan1': Tunnel('frame', 4, BOTH, _erspan1), 'erspan2': Tunnel('frame', 4, BOTH, _erspan2),
    'erspan3': Tunnel('frame', 4, BOTH, _erspan3), 'erspan3-sub': Tunnel('frame', 4, BOTH, _erspan3_subheader),
    'ipip': Tunnel('ip', 4, (4,), _ip_in_ip), '6in4': Tunnel('ip', 4, (6,), _ip_in_ip),
    '4in6': Tunnel('ip', 6, (4,), _ip_in_ip), '6in6': Tunnel('ip', 6, (6,), _ip_in_ip),
    'vxlan': Tunnel('frame', 4, BOTH, _vxlan),
    'vxlan-gpe': Tunnel('ip', 4, BOTH, _vxlan_gpe), 'vxlan-gpe-frame': Tunnel('frame', 4, BOTH, _vxlan_gpe_frame),
    'geneve': Tunnel('ip', 4, BOTH, _geneve), 'geneve-frame': Tunnel('frame', 4, BOTH, _geneve_frame),
    'gtp': Tunnel('ip', 4, BOTH, _gtp), 'gtp-extended': Tunnel('ip', 4, BOTH, _gtp_extended),
    'teredo': Tunnel('ip', 4, (6,), _teredo), 'teredo-origin': Tunnel('ip', 4, (6,), _teredo_origin),
    'l2tp2': Tunnel('ip', 4, BOTH, _l2tp2), 'l2tp2-bare': Tunnel('ip', 4, BOTH, _l2tp2_bare),
    'l2tp3-udp': Tunnel('frame', 4, BOTH, _l2tp3_udp), 'l2tp3-ip': Tunnel('frame', 4, BOTH, _l2tp3_ip),
    'l2tp3-sublayer': Tunnel('frame', 4, BOTH, _l2tp3_sublayer),
    'pptp': Tunnel('ip', 4, BOTH, _pptp), 'mpls-udp': Tunnel('ip', 4, BOTH, _mpls_udp),
    'capwap': Tunnel('frame', 4, BOTH, _capwap), 'capwap-wlan': Tunnel('ip', 4, BOTH, _capwap_wlan),
    'tzsp': Tunnel('frame', 4, BOTH, _tzsp),
}


# ---- wrapping

def _frame(packet, view):
    """The packet as an Ethernet frame."""
    if packet.link == pcapfile.EN10MB:
        return packet.data
    return P.ether(packet.data[view.at:], kind=impair.ETHERTYPES[view.version], pad=False)


def _outer_link(packet, view, tunnel):
    """The link header of the outer packet: VLANs are inside where the tunnel carries frames. None where the link
    type can have no such header."""
    head = packet.data[:view.at]
    if packet.link == pcapfile.EN10MB and tunnel.carries == 'frame':
        return head[:12] + struct.pack('!H', impair.ETHERTYPES[tunnel.outer])
    if view.version == tunnel.outer:
        return head
    rewrite = impair.LINKS[packet.link].header
    return rewrite(head, tunnel.outer) if rewrite else None


def _wrapped(packet, tunnel, sides):
    view = packet.view()
    link = _outer_link(packet, view, tunnel) if view and view.version in tunnel.inner else None
    if link is None:
        return packet
    inner = _frame(packet, view) if tunnel.carries == 'frame' else packet.data[view.at:view.end]
    missing = max(0, view.end - len(packet.data))
    if len(inner) + missing > MOST:
        return packet
    side = sides[view.src <= view.dst]
    side.take(packet, view, len(inner) + missing)
    proto, head = tunnel.head(side)
    size = len(head) + len(inner) + missing
    fields = {'payload_length': size} if tunnel.outer == 6 \
        else {'total_length': 20 + size, 'ident': side.sequence & 0xFFFF}
    data = link + P.ip(side.near[tunnel.outer], side.far[tunnel.outer], proto, head + inner, **fields)
    return impair.Packet(packet.time, packet.link, data, len(data) + missing)


def into(tunnel):
    """The impairment that puts packets into the tunnel."""
    def wrap(packets, _):
        sides = {True: Side(True), False: Side(False)}
        return [_wrapped(packet, tunnel, sides) for packet in packets]
    return wrap


def pppoe(packets, _):
    """PPPoE (RFC 2516) in the VLAN that the packet was in, or else in VLAN."""
    out = []
    for packet in packets:
        view = packet.view()
        if view and packet.link == pcapfile.EN10MB:
            head = packet.data[:view.at - 2]
            head += struct.pack('!HH', P.ETH_VLAN, VLAN) if len(head) == 12 else b''
            missing = max(0, view.end - len(packet.data))
            ip = packet.data[view.at:view.end]
            data = head + struct.pack('!HBBHHH', 0x8864, 0x11, 0, SESSION, 2 + len(ip) + missing & 0xFFFF,
                                      PPP[view.version]) + ip
            packet = impair.Packet(packet.time, packet.link, data, len(data) + missing)
        out.append(packet)
    return out


IMPAIRMENTS = {**{name: into(tunnel) for name, tunnel in TUNNELS.items()}, 'pppoe': pppoe}
