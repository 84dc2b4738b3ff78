# SPDX-License-Identifier: BSD-2-Clause
"""readcap - pcap and pcapng files as packets, read by nothing of dpitool. What is damaged ends the file."""
import collections
import fractions
import struct

# link: link type; name, snaplen: of the interface; ns: None without a time; resolution: units a second
Packet = collections.namedtuple("Packet", "link name snaplen resolution ns wirelen data")

PCAP = {b"\xd4\xc3\xb2\xa1": ("<", 10**6), b"\xa1\xb2\xc3\xd4": (">", 10**6),
        b"\x4d\x3c\xb2\xa1": ("<", 10**9), b"\xa1\xb2\x3c\x4d": (">", 10**9)}
RECORD = 16


def packets(data):
    """The packets of a file's bytes, or None when it is neither format, or a variant of pcap."""
    if data[:4] == b"\n\r\r\n":
        return list(pcapng(data))
    if data[:4] in PCAP and len(data) >= 24:
        order, resolution = PCAP[data[:4]]
        if struct.unpack_from(order + "HH", data, 4) == (2, 4):
            return list(pcap(data, order, resolution))
    return None


def pcap(data, order, resolution):
    snaplen, link = struct.unpack_from(order + "II", data, 16)
    at = 24
    while at + RECORD <= len(data):
        seconds, units, caplen, wirelen = struct.unpack_from(order + "IIII", data, at)
        at += RECORD
        if caplen > len(data) - at:
            return
        yield Packet(link & 0xffff, None, snaplen, resolution, seconds * 10**9 + units * 10**9 // resolution, wirelen,
                     data[at:at + caplen])
        at += caplen


def options(data, order):
    while len(data) >= 4:
        code, size = struct.unpack_from(order + "HH", data)
        if code == 0:
            return
        yield code, data[4:4 + size]
        data = data[4 + (size + 3) // 4 * 4:]


def interface(body, order):
    link, _, snaplen = struct.unpack_from(order + "HHI", body)
    found = dict(reversed(list(options(body[8:], order))))
    exponent = found.get(9, b"\x06")[0]
    resolution = (2 if exponent & 0x80 else 10) ** (exponent & 0x7f)
    offset = struct.unpack(order + "q", found[14])[0] if len(found.get(14, b"")) == 8 else 0
    return link, found.get(2), snaplen, resolution, offset


def pcapng(data):
    order, at, interfaces = "<", 0, []
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\n\r\r\n":
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, total = struct.unpack_from(order + "II", data, at)
        body = data[at + 8:at + total - 4]
        at += total
        if total < 12 or total % 4 or at > len(data):
            return
        if kind == 1:
            interfaces.append(interface(body, order))
        elif kind in (2, 3, 6):
            yield packet(kind, body, order, interfaces)


def packet(kind, body, order, interfaces):
    if kind == 3:
        link, name, snaplen, resolution, _ = interfaces[0]
        wirelen = struct.unpack_from(order + "I", body)[0]
        caplen = min(wirelen, snaplen or wirelen)
        return Packet(link, name, snaplen, resolution, None, wirelen, body[4:4 + caplen])
    number = struct.unpack_from(order + ("I" if kind == 6 else "H"), body)[0]
    high, low, caplen, wirelen = struct.unpack_from(order + "IIII", body, 4)
    link, name, snaplen, resolution, offset = interfaces[number]
    ns = int(fractions.Fraction((high << 32 | low) * 10**9, resolution)) + offset * 10**9
    return Packet(link, name, snaplen, resolution, ns, wirelen, body[20:20 + caplen])
