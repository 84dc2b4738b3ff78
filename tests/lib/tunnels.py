# SPDX-License-Identifier: BSD-2-Clause
"""tunnels.py - what the tunnels of our own captures carry, for flows.py: written apart from dpitool, to be other
eyes. Every function takes the bytes behind the header of IP or UDP and returns (name, number of the virtual network
or None, kind of what is inside, bytes of it), or None where there is no tunnel. Kinds: an EtherType, FRAME, PPP,
WLAN. What is inside may still be no packet: then the caller goes by the outside.
"""

import struct

import packets as P

FRAME, PPP, WLAN = 'frame', 'ppp', 'wlan'


def _gre1(data):
    flags, kind, size = struct.unpack_from('!HHH', data)
    at = 12 if flags & 0x80 else 8
    at += 4 if flags & 0x1000 else 0
    return ('pptp', None, PPP, data[at:at + size]) if flags & 0x1000 and kind == 0x880B else None


def _erspan(flags, kind, data):
    if kind == 0x88BE and not flags & 0x1000:
        return 'erspan', None, FRAME, data
    if data[0] >> 4 != (1 if kind == 0x88BE else 2):
        return None
    if kind == 0x88BE:
        return 'erspan', None, FRAME, data[8:]
    bits = struct.unpack_from('!H', data, 10)[0]
    data = data[20:] if bits & 1 else data[12:]
    return 'erspan', None, (FRAME, None, P.ethertype(data))[bits >> 10 & 31], data


def gre(data):
    flags, kind = struct.unpack_from('!HH', data)
    if flags & 7 == 1:
        return _gre1(data)
    if flags & 0x4C07:
        return None
    size = 4 + 4 * sum(bool(flags & bit) for bit in (0x8000, 0x2000, 0x1000))
    key = struct.unpack_from('!I', data, 4)[0] if flags & 0xF000 == 0x2000 else 0
    vni = key >> 8 if kind == P.ETH_FRAME and key >> 20 else None
    data = data[size:]
    if kind in (0x88BE, 0x22EB):
        return _erspan(flags, kind, data)
    if kind == 0x883E:
        kind, data = P.ETH_IPV4, data if data[0] >> 4 == 4 else data[4:]
    return 'gre', vni, {P.ETH_FRAME: FRAME, 0x880B: PPP}.get(kind, kind), data


def ipip(data):
    return 'ipip', None, P.ethertype(data), data


def etherip(data):
    return ('etherip', None, FRAME, data[2:]) if data[:2] == b'\x30\0' else None


def mpls(data):
    return 'mpls', None, P.ETH_MPLS, data


def _is_whole(data):
    """Whether these bytes are an IP packet and no more."""
    if len(data) < 20:
        return False
    return data[0] >> 4 == 4 and struct.unpack_from('!H', data, 2)[0] == len(data) \
        or data[0] >> 4 == 6 and struct.unpack_from('!H', data, 4)[0] + 40 == len(data)


def _is_frame(data):
    return data[12:14] in (b'\x08\0', b'\x86\xdd') and (_is_whole(data[14:]) or len(data) == 60)


def mpls_in_udp(data):
    """Nothing but what is in it says that there is one."""
    at = 4
    while not data[at - 2] & 1:
        at += 4
    inner = data[at:]
    right = _is_whole(inner) or _is_frame(inner) or inner[:4] == bytes(4) and _is_frame(inner[4:])
    return mpls(data) if right else None


def l2tp3(data):
    if data[:4] == bytes(4):
        return None
    for size in 4, 8, 12, 16:
        inner = data[size:]
        if _is_whole(inner):
            return 'l2tp', None, P.ethertype(inner), inner
        if inner[:2] == b'\xff\3' and _is_whole(inner[4:]):
            return 'l2tp', None, PPP, inner
        if _is_frame(inner):
            return 'l2tp', None, FRAME, inner
    return None


def l2tp(data):
    flags = struct.unpack_from('!H', data)[0]
    if flags == 3 and data[2:4] == b'\0\0':
        return l2tp3(data[4:])
    if flags & 0xB4FF != 2:
        return None
    at = 6 + sum(size for bit, size in ((0x4000, 2), (0x0800, 4)) if flags & bit)
    if flags & 0x0200:
        at += 2 + struct.unpack_from('!H', data, at)[0]
    return 'l2tp', None, PPP, data[at:]


def vxlan(data):
    word, vni = struct.unpack_from('!II', data)
    inside = {0: FRAME, 1: P.ETH_IPV4, 2: P.ETH_IPV6, 3: FRAME, 4: 'nsh', 5: P.ETH_MPLS}
    kind = inside.get(word & 0xFF) if word >> 8 == 0x0C0000 else FRAME if word & 0x7FB70000 == 8 << 24 else None
    data = data[8:]
    while kind == 'nsh':
        kind, data = inside.get(data[3]), data[(data[1] & 63) * 4:]
    return ('vxlan', vni >> 8, kind, data) if kind and not vni & 0xFF else None


def geneve(data):
    options, flags, kind, vni = struct.unpack_from('!BBHI', data)
    if options >> 6 or flags & 0xBF or vni & 0xFF:
        return None
    return 'geneve', vni >> 8, FRAME if kind == P.ETH_FRAME else kind, data[8 + options * 4:]


def gtp(data):
    flags, message, size = struct.unpack_from('!BBH', data)
    if flags >> 3 != 6 or message != 255 or size + 8 != len(data):
        return None
    kind, at = (data[11], 12) if flags & 7 else (0, 8)
    while kind and flags & 4:
        step = data[at] * 4
        kind, at = data[at + step - 1], at + step
    inner = data[at:]
    return 'gtp', None, P.ethertype(inner) if _is_whole(inner) else FRAME, inner


def teredo(data):
    if data[:2] == b'\0\1':
        data = data[13 + data[2] + data[3]:]
    if data[:2] == b'\0\0':
        data = data[8:]
    return ('teredo', None, P.ETH_IPV6, data) if _is_whole(data) and data[0] >> 4 == 6 else None


def capwap(data):
    word = struct.unpack_from('!I', data)[0]
    if word >> 24 or word & 0x8F:
        return None
    return 'capwap', None, WLAN if word & 0x100 else FRAME, data[(word >> 19 & 31) * 4:]


def tzsp(data):
    if data[0] != 1 or data[1] > 1:
        return None
    kind, at = {1: FRAME, 18: WLAN, 119: WLAN, 127: WLAN}.get(data[3]), 4
    while data[at] != 1:
        at += 1 if data[at] == 0 else 2 + data[at + 1]
    at += 1
    if data[3] == 119:
        at += 144
    elif data[3] == 127 and data[at] == 0:
        at += struct.unpack_from('<H', data, at + 2)[0]
    elif data[3] == 127:
        at += struct.unpack_from('!I', data, at + 4)[0]
    return ('tzsp', None, kind, data[at:]) if kind else None


IN_IP = {P.PROTO_IPIP: ipip, P.PROTO_IPV6: ipip, P.PROTO_GRE: gre, P.PROTO_ETHERIP: etherip, P.PROTO_L2TP: l2tp3,
         P.PROTO_MPLS: mpls}
IN_UDP = {4789: vxlan, 4790: vxlan, 8472: vxlan, 6081: geneve, 2152: gtp, 1701: l2tp, 3544: teredo, 6635: mpls_in_udp,
          5247: capwap, 37008: tzsp}


def look(proto, data):
    """As the functions above, for the payload of an IP packet of this protocol."""
    try:
        if proto in IN_IP:
            return IN_IP[proto](data)
        if proto == P.PROTO_UDP:
            ports = struct.unpack_from('!HH', data)
            read = [IN_UDP[port] for port in (ports[1], ports[0]) if port in IN_UDP]
            return read[0](data[8:]) if read else None
    except (struct.error, IndexError):
        pass
    return None
