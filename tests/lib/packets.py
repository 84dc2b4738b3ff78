# SPDX-License-Identifier: BSD-2-Clause
"""packets.py - builds packets from the inside out, as bytes, with nothing but the standard library.

udp() and tcp() give whole IP packets with right checksums, ether() and its relatives put a link layer
around them, and Tcp plays a connection with both ends' sequence numbers kept. Whoever needs a wrong
packet passes the wrong value by name (total_length=0, checksum=0x1234).
"""

import socket
import struct

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32

PROTO_ICMP, PROTO_IPIP, PROTO_TCP, PROTO_UDP, PROTO_IPV6 = 1, 4, 6, 17, 41
PROTO_FRAGMENT, PROTO_GRE, PROTO_ICMPV6, PROTO_NONE, PROTO_SCTP = 44, 47, 58, 59, 132
PROTO_ETHERIP, PROTO_L2TP, PROTO_MPLS = 97, 115, 137

ETH_IPV4, ETH_ARP, ETH_VLAN, ETH_IPV6, ETH_QINQ, ETH_MPLS = 0x0800, 0x0806, 0x8100, 0x86DD, 0x88A8, 0x8847
ETH_FRAME, ETH_PPPOE = 0x6558, 0x8864

CLIENT_MAC, SERVER_MAC = '02:00:00:00:00:01', '02:00:00:00:00:02'


def addr(text):
    """The 4 or 16 bytes of an address."""
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def checksum(data):
    """The internet checksum of RFC 1071."""
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_checksum(src, dst, proto, segment):
    """The checksum of a segment with the pseudo header of its IP version before it."""
    source, target = addr(src), addr(dst)
    if len(source) == 4:
        pseudo = source + target + struct.pack('!BBH', 0, proto, len(segment))
    else:
        pseudo = source + target + struct.pack('!IHBB', len(segment), 0, 0, proto)
    return checksum(pseudo + segment)


# ---- network layer

def ip4(src, dst, proto, payload, *, ttl=64, ident=0, flags=2, offset=0, tos=0, options=b'',
        total_length=None, header_checksum=None):
    """offset counts 8-byte units as the field does; flags: 2 is DF, 1 is MF."""
    words = 5 + len(options) // 4
    length = words * 4 + len(payload) if total_length is None else total_length
    head = struct.pack('!BBHHHBBH', 0x40 | words, tos, length, ident, flags << 13 | offset, ttl,
                       proto, 0) + addr(src) + addr(dst) + options
    total = checksum(head) if header_checksum is None else header_checksum
    return head[:10] + struct.pack('!H', total) + head[12:] + payload


def ip6(src, dst, proto, payload, *, hops=64, flow_label=0, payload_length=None):
    length = len(payload) if payload_length is None else payload_length
    return struct.pack('!IHBB', 6 << 28 | flow_label, length, proto, hops) + addr(src) + addr(dst) \
        + payload


def ip(src, dst, proto, payload, **fields):
    return (ip6 if ':' in src else ip4)(src, dst, proto, payload, **fields)


def ip4_fragments(packet, size):
    """Cuts an IPv4 packet without options into fragments with size payload bytes each."""
    assert size % 8 == 0
    head, body = packet[:20], packet[20:]
    parts = []
    for start in range(0, len(body), size):
        part = body[start:start + size]
        more = 1 if start + size < len(body) else 0
        new = head[:2] + struct.pack('!H', 20 + len(part)) + head[4:6] \
            + struct.pack('!H', more << 13 | start // 8) + head[8:10] + b'\0\0' + head[12:]
        parts.append(new[:10] + struct.pack('!H', checksum(new)) + new[12:] + part)
    return parts


def ip6_fragments(packet, size, ident):
    """Cuts an IPv6 packet without extension headers, as RFC 8200 section 4.5 says."""
    assert size % 8 == 0
    head, proto, body = packet[:40], packet[6], packet[40:]
    parts = []
    for start in range(0, len(body), size):
        part = body[start:start + size]
        more = 1 if start + size < len(body) else 0
        extension = struct.pack('!BBHI', proto, 0, start | more, ident)
        parts.append(head[:4] + struct.pack('!HB', len(extension) + len(part), PROTO_FRAGMENT)
                     + head[7:] + extension + part)
    return parts


# ---- transport layer: whole IP packets

def udp(src, dst, sport, dport, payload, *, length=None, checksum=None, **fields):
    size = 8 + len(payload) if length is None else length
    head = struct.pack('!HHHH', sport, dport, size, 0)
    total = pseudo_checksum(src, dst, PROTO_UDP, head + payload) or 0xFFFF
    total = total if checksum is None else checksum
    return ip(src, dst, PROTO_UDP, head[:6] + struct.pack('!H', total) + payload, **fields)


def tcp(src, dst, sport, dport, seq, ack, flags, payload=b'', *, window=64240, options=b'',
        checksum=None, **fields):
    options += b'\0' * (-len(options) % 4)
    words = 5 + len(options) // 4
    head = struct.pack('!HHIIBBHHH', sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, words << 4,
                       flags, window, 0, 0) + options
    total = pseudo_checksum(src, dst, PROTO_TCP, head + payload) if checksum is None else checksum
    return ip(src, dst, PROTO_TCP, head[:16] + struct.pack('!H', total) + head[18:] + payload,
              **fields)


def icmp4(src, dst, kind, code, rest=0, payload=b'', **fields):
    """rest is the second word of the header: identifier and sequence of an echo, unused bits of an error."""
    body = struct.pack('!BBHI', kind, code, 0, rest) + payload
    body = body[:2] + struct.pack('!H', checksum(body)) + body[4:]
    return ip4(src, dst, PROTO_ICMP, body, **fields)


def icmp6(src, dst, kind, code, rest=0, payload=b'', **fields):
    body = struct.pack('!BBHI', kind, code, 0, rest) + payload
    total = pseudo_checksum(src, dst, PROTO_ICMPV6, body)
    return ip6(src, dst, PROTO_ICMPV6, body[:2] + struct.pack('!H', total) + body[4:], **fields)


def crc32c(data):
    """The checksum of SCTP (RFC 9260 appendix A)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def sctp(src, dst, sport, dport, tag, chunks, **fields):
    head = struct.pack('!HHII', sport, dport, tag, 0)
    total = struct.pack('<I', crc32c(head + chunks))
    return ip(src, dst, PROTO_SCTP, head[:8] + total + chunks, **fields)


def sctp_chunk(kind, flags, value):
    return struct.pack('!BBH', kind, flags, 4 + len(value)) + value + b'\0' * (-len(value) % 4)


# ---- link layers

def ethertype(packet):
    return ETH_IPV6 if packet[0] >> 4 == 6 else ETH_IPV4


def ether(packet, *, src=CLIENT_MAC, dst=SERVER_MAC, vlans=(), kind=None, pad=True):
    """vlans: (ethertype of the tag, id) from the outside in. Frames are padded to the minimum of 60 bytes."""
    head = mac(dst) + mac(src)
    for tag, vid in vlans:
        head += struct.pack('!HH', tag, vid)
    frame = head + struct.pack('!H', ethertype(packet) if kind is None else kind) + packet
    return frame.ljust(60, b'\0') if pad else frame


def sll(packet, *, direction=0, src=CLIENT_MAC):
    return struct.pack('!HHH', direction, 1, 6) + mac(src) + b'\0\0' \
        + struct.pack('!H', ethertype(packet)) + packet


def sll2(packet, *, direction=0, src=CLIENT_MAC, ifindex=1):
    return struct.pack('!HHIHBB', ethertype(packet), 0, ifindex, 1, direction, 6) + mac(src) \
        + b'\0\0' + packet


def null(packet, *, order='<'):
    """BSD loopback: the address family in the recorder's byte order (24 is NetBSD's AF_INET6)."""
    return struct.pack(order + 'I', 24 if packet[0] >> 4 == 6 else 2) + packet


def mpls(packet, *labels):
    """labels from the outside in; the last one says that it is the last."""
    stack = [label << 12 | (at == len(labels)) << 8 | 64 for at, label in enumerate(labels, 1)]
    return struct.pack('!%dI' % len(stack), *stack) + packet


def frelay(packet, *, dlci=100):
    """Frame Relay as RFC 2427 has it: address, control, the network layer's number."""
    nlpid = 0x8E if packet[0] >> 4 == 6 else 0xCC
    return struct.pack('!BBBB', dlci >> 4 << 2, (dlci & 15) << 4 | 1, 3, nlpid) + packet


def nflog(packet):
    """Linux netfilter log, little endian: the packet's EtherType, then the packet."""
    family = 10 if packet[0] >> 4 == 6 else 2
    return struct.pack('!BBH', family, 0, 5) + struct.pack('<HH', 8, 1) + struct.pack('!HBx', ethertype(packet), 0) \
        + struct.pack('<HH', 4 + len(packet), 9) + packet


def ppi(frame, *, dlt=1):
    return struct.pack('<BBHI', 0, 0, 8, dlt) + frame


def pktap(frame, *, dlt=1):
    """macOS: length, kind, DLT, interface, and what does not matter here."""
    return struct.pack('<III24s72x', 108, 1, dlt, b'en0') + frame


# ---- tunnels: whole IP packets around a packet or a frame

def gre(src, dst, inner, *, kind=None, key=None, sequence=None, summed=False, **fields):
    """RFC 2784 and 2890."""
    flags = summed << 15 | (key is not None) << 13 | (sequence is not None) << 12
    head = struct.pack('!HH', flags, ethertype(inner) if kind is None else kind)
    tail = b''.join(struct.pack('!I', value) for value in (key, sequence) if value is not None)
    if summed:
        total = checksum(head + b'\0\0\0\0' + tail + inner)
        head += struct.pack('!HH', total, 0)
    return ip(src, dst, PROTO_GRE, head + tail + inner, **fields)


def nvgre(src, dst, vsid, frame, *, flow=0, **fields):
    return gre(src, dst, frame, kind=ETH_FRAME, key=vsid << 8 | flow, **fields)


def erspan1(src, dst, frame, **fields):
    return gre(src, dst, frame, kind=0x88BE, **fields)


def erspan2(src, dst, session, sequence, frame, **fields):
    head = struct.pack('!HHI', 1 << 12 | 7, session, 3)
    return gre(src, dst, head + frame, kind=0x88BE, sequence=sequence, **fields)


def erspan3(src, dst, session, sequence, inner, *, frame_type=0, subheader=b'', **fields):
    head = struct.pack('!HHIHH', 2 << 12 | 7, session, 12345, 0, frame_type << 10 | bool(subheader))
    return gre(src, dst, head + subheader + inner, kind=0x22EB, sequence=sequence, **fields)


def pptp(src, dst, call, sequence, frame, *, ack=None, **fields):
    """RFC 2637: GRE version 1 around a PPP frame; without a frame it only acknowledges."""
    flags = 0x2001 | (sequence is not None) << 12 | (ack is not None) << 7
    head = struct.pack('!HHHH', flags, 0x880B, len(frame), call)
    head += b''.join(struct.pack('!I', value) for value in (sequence, ack) if value is not None)
    return ip(src, dst, PROTO_GRE, head + frame, **fields)


def ppp(packet, *, protocol=None, framed=True, short=False):
    """framed: with address and control; short: the protocol in one byte."""
    if protocol is None:
        protocol = 0x57 if packet[0] >> 4 == 6 else 0x21
    return (b'\xff\x03' if framed else b'') + protocol.to_bytes(1 if short else 2, 'big') + packet


def ipip(src, dst, packet, **fields):
    inner = PROTO_IPV6 if packet[0] >> 4 == 6 else PROTO_IPIP
    return ip(src, dst, inner, packet, **fields)


def etherip(src, dst, frame, **fields):
    return ip(src, dst, PROTO_ETHERIP, b'\x30\0' + frame, **fields)


def mpls_in_ip(src, dst, packet, *labels, **fields):
    return ip(src, dst, PROTO_MPLS, mpls(packet, *labels), **fields)


def mpls_in_udp(src, dst, sport, packet, *labels, **fields):
    return udp(src, dst, sport, 6635, mpls(packet, *labels), **fields)


def l2tp2(src, dst, tunnel, session, frame, *, length=False, sequence=None, offset=None, **fields):
    """RFC 2661, a data message; offset: bytes of padding in front of the frame."""
    flags = 2 | length << 14 | (sequence is not None) << 11 | (offset is not None) << 9
    tail = struct.pack('!HH', tunnel, session)
    if sequence is not None:
        tail += struct.pack('!HH', sequence, 0)
    if offset is not None:
        tail += struct.pack('!H', offset) + bytes(offset)
    size = struct.pack('!H', 4 + len(tail) + len(frame)) if length else b''
    return udp(src, dst, 1701, 1701, struct.pack('!H', flags) + size + tail + frame, **fields)


def l2tp3(src, dst, session, inner, *, cookie=b'', over_udp=False, **fields):
    """RFC 3931; what the cookie and a sublayer's header are is not said in the packet."""
    message = struct.pack('!I', session) + cookie + inner
    if over_udp:
        return udp(src, dst, 1701, 1701, b'\0\3\0\0' + message, **fields)
    return ip(src, dst, PROTO_L2TP, message, **fields)


def vxlan(src, dst, sport, vni, frame, *, dport=4789, flags=8 << 24, **fields):
    return udp(src, dst, sport, dport, struct.pack('!II', flags, vni << 8) + frame, checksum=0,
               **fields)


def vxlan_gpe(src, dst, sport, vni, protocol, inner, **fields):
    """protocol: 1 IPv4, 2 IPv6, 3 Ethernet, 4 NSH, 5 MPLS."""
    return vxlan(src, dst, sport, vni, inner, dport=4790, flags=0x0C << 24 | protocol, **fields)


def nsh(protocol, inner, *, metadata=b'\x12' * 16):
    words = 2 + len(metadata) // 4
    return struct.pack('!HBBI', 0xFC0 | words, 1, protocol, 0x000102FF) + metadata + inner


def geneve(src, dst, sport, vni, inner, *, kind=None, options=b'', flags=0, **fields):
    """RFC 8926; kind: the EtherType, which the inner packet says unless it is a frame."""
    kind = ethertype(inner) if kind is None else kind
    head = struct.pack('!BBHI', len(options) // 4, flags, kind, vni << 8)
    return udp(src, dst, sport, 6081, head + options + inner, **fields)


def gtp(src, dst, teid, inner, *, message=255, sequence=None, extensions=(), **fields):
    """3GPP TS 29.281; extensions: (type, content), the content two bytes short of a multiple of four."""
    flags, optional = 0x30, b''
    if sequence is not None or extensions:
        flags |= (sequence is not None) << 1 | bool(extensions) << 2
        kinds = [kind for kind, _ in extensions] + [0]
        optional = struct.pack('!HBB', sequence or 0, 0, kinds[0])
        for (_, content), following in zip(extensions, kinds[1:]):
            optional += bytes([(len(content) + 2) // 4]) + content + bytes([following])
    head = struct.pack('!BBHI', flags, message, len(optional) + len(inner), teid)
    return udp(src, dst, 2152, 2152, head + optional + inner, **fields)


def teredo(src, dst, sport, dport, packet, *, authentication=False, origin=None, **fields):
    """RFC 4380; origin: (address, port) as the server saw them."""
    head = b'\0\1\0\0' + bytes(range(8)) + b'\0' if authentication else b''
    if origin:
        hidden = bytes(byte ^ 0xFF for byte in struct.pack('!H', origin[1]) + addr(origin[0]))
        head += b'\0\0' + hidden
    return udp(src, dst, sport, dport, head + packet, **fields)


def capwap(src, dst, sport, dport, inner, *, native=False, radio_mac=b'', information=b'', flags=0, **fields):
    """RFC 5415, 4.3: inner is a frame of IEEE 802.11 where native is true, else of 802.3."""
    optional = b''
    for part in radio_mac, information:
        if part:
            part = bytes([len(part)]) + part
            optional += part + bytes(-len(part) % 4)
    words = 2 + len(optional) // 4
    bits = words << 19 | 1 << 14 | 1 << 9 | native << 8 | bool(information) << 5 | bool(radio_mac) << 4 | flags
    return udp(src, dst, sport, dport, struct.pack('!II', bits, 0) + optional + inner, **fields)


def wlan(packet, *, src=CLIENT_MAC, dst=SERVER_MAC, to_ds=True, swapped=False, control=0x08):
    """A data frame of IEEE 802.11 with LLC and SNAP; swapped: frame and sequence control as some write them."""
    bssid = mac('02:00:00:00:00:0b')
    addresses = bssid + mac(src) + mac(dst) if to_ds else mac(dst) + bssid + mac(src)
    first, last = bytes([control, 1 if to_ds else 2]), b'\x10\0'
    if swapped:
        first, last = first[::-1], last[::-1]
    return first + b'\0\0' + addresses + last + b'\xaa\xaa\3\0\0\0' + struct.pack('!H', ethertype(packet)) + packet


def tzsp(src, dst, sport, protocol, inner, *, kind=0, tags=b'', **fields):
    return udp(src, dst, sport, 37008, struct.pack('!BBH', 1, kind, protocol) + tags + b'\1' + inner, **fields)


def pppoe(packet, *, session=17):
    frame = ppp(packet, framed=False)
    return struct.pack('!BBHH', 0x11, 0, session, len(frame)) + frame


# ---- application layer, as far as tests need it

def dns_name(name):
    return b''.join(bytes([len(label)]) + label.encode() for label in name.split('.') if label) \
        + b'\0'


def dns_query(ident, name, kind=1):
    return struct.pack('!HHHHHH', ident, 0x0100, 1, 0, 0, 0) + dns_name(name) \
        + struct.pack('!HH', kind, 1)


def dns_answer(ident, name, address, ttl=300):
    data = addr(address)
    kind = 28 if len(data) == 16 else 1
    return struct.pack('!HHHHHH', ident, 0x8180, 1, 1, 0, 0) + dns_name(name) \
        + struct.pack('!HH', kind, 1) + struct.pack('!HHHIH', 0xC00C, kind, 1, ttl, len(data)) + data


def http_get(host, path=b'/', agent=b'curl/7.88.1'):
    return b'GET ' + path + b' HTTP/1.1\r\nHost: ' + host + b'\r\nUser-Agent: ' + agent \
        + b'\r\nAccept: */*\r\n\r\n'


def http_ok(body):
    return b'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/plain\r\n' \
        b'Content-Length: %d\r\n\r\n' % len(body) + body


def _block(size, data):
    """data behind its length in size bytes, as TLS writes vectors."""
    return len(data).to_bytes(size, 'big') + data


def tls_extension(kind, data):
    return struct.pack('!H', kind) + _block(2, data)


def tls_client_hello(host, extensions=b'', seed=1):
    """A ClientHello of TLS 1.3 as RFC 8446 section 4.1.2 has it; host is bytes, any bytes."""
    names = tls_extension(0, _block(2, b'\0' + _block(2, host)))
    exts = names + tls_extension(10, _block(2, b'\x00\x1d\x00\x17')) \
        + tls_extension(13, _block(2, b'\x04\x03\x08\x04\x04\x01')) \
        + tls_extension(43, _block(1, b'\x03\x04\x03\x03')) \
        + tls_extension(51, _block(2, b'\x00\x1d' + _block(2, bytes([seed]) * 32))) + extensions
    hello = b'\x03\x03' + bytes([seed ^ 0x5A]) * 32 + _block(1, b'') \
        + _block(2, b'\x13\x01\x13\x02\xc0\x2f') + b'\x01\x00' + _block(2, exts)
    return b'\x16\x03\x01' + _block(2, b'\x01' + _block(3, hello))


def tls_server_hello(seed=2):
    """A ServerHello of TLS 1.3 and one record of ciphertext."""
    exts = tls_extension(43, b'\x03\x04') \
        + tls_extension(51, b'\x00\x1d' + _block(2, bytes([seed]) * 32))
    hello = b'\x03\x03' + bytes([seed ^ 0x5A]) * 32 + _block(1, b'') + b'\x13\x01\x00' \
        + _block(2, exts)
    return b'\x16\x03\x03' + _block(2, b'\x02' + _block(3, hello)) \
        + b'\x17\x03\x03' + _block(2, bytes((i * 37 + seed) % 256 for i in range(200)))


class Tcp:
    """A TCP connection: every method returns the packets that it puts on the wire, in order."""

    def __init__(self, client, server, sport, dport, isn=1000, server_isn=5000):
        self.ends = ((client, sport), (server, dport))
        self.seq = [isn, server_isn]

    def segment(self, side, flags, payload=b'', *, seq=None, ack=None, **fields):
        """One segment of side 0 (client) or 1 (server) at its sequence number; does not advance it."""
        (src, sport), (dst, dport) = self.ends[side], self.ends[1 - side]
        seq = self.seq[side] if seq is None else seq
        ack = (self.seq[1 - side] if flags & ACK else 0) if ack is None else ack
        return tcp(src, dst, sport, dport, seq, ack, flags, payload, **fields)

    def _send(self, side, flags, payload=b'', **fields):
        packet = self.segment(side, flags, payload, **fields)
        self.seq[side] += len(payload) + bool(flags & (SYN | FIN))
        return packet

    def open(self):
        mss = b'\x02\x04\x05\xb4'
        return [self._send(0, SYN, options=mss), self._send(1, SYN | ACK, options=mss),
                self._send(0, ACK)]

    def send(self, side, payload, mss=1460, **fields):
        """payload in segments of at most mss bytes, each acknowledged by the other side."""
        packets = []
        for start in range(0, len(payload), mss):
            packets.append(self._send(side, PSH | ACK, payload[start:start + mss], **fields))
            packets.append(self._send(1 - side, ACK))
        return packets

    def close(self):
        return [self._send(0, FIN | ACK), self._send(1, FIN | ACK), self._send(0, ACK)]

    def reset(self, side=0):
        return [self._send(side, RST | ACK)]
