# SPDX-License-Identifier: BSD-2-Clause
"""frames - the packets of a capture as they stand in the file, for tools that check dpitool's reading with
other eyes: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. Damage ends the list, without an error."""
import struct
from collections import namedtuple
from fractions import Fraction

# interface: its number in the section; time: seconds as a fraction, None when there is none (simple packets)
Frame = namedtuple("Frame", "link interface time length data")
Interface = namedtuple("Interface", "link snaplen unit offset")

PCAP_MAGICS = {0xA1B2C3D4: 10**6, 0xA1B23C4D: 10**9}
SECTION, INTERFACE, PACKET, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6


def _pcap(data, order):
    header = struct.unpack_from(order + "IHHiIII", data)
    unit, snaplen, link = PCAP_MAGICS[header[0]], header[5] or 2**32, header[6] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        seconds, part, kept, length = struct.unpack_from(order + "IIII", data, at)
        at += 16
        if at + kept > len(data):
            return
        yield Frame(link, 0, Fraction(seconds * unit + part, unit), length, data[at:at + min(kept, snaplen)])
        at += kept


def _options(body, order):
    at = 0
    while at + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, at)
        if code == 0:
            return
        yield code, body[at + 4:at + 4 + size]
        at += 4 + (size + 3 & ~3)


def _interface(body, order):
    link, _, snaplen = struct.unpack_from(order + "HHI", body)
    unit, offset = 10**6, 0
    for code, value in _options(body[8:], order):
        if code == 9 and len(value) == 1:
            unit = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == 14 and len(value) == 8:
            offset = struct.unpack(order + "q", value)[0]
    return Interface(link, snaplen, unit, offset)


def _blocks(data):
    """(byte order, type, body) of each block, as far as they are sound."""
    at, order = 0, "<"
    while at + 12 <= len(data):
        kind = struct.unpack_from(order + "I", data, at)[0]
        if kind == SECTION:
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        size = struct.unpack_from(order + "I", data, at + 4)[0]
        if size < 12 or size % 4 or at + size > len(data):
            return
        yield order, kind, data[at + 8:at + size - 4]
        at += size


def _timed(body, order, interfaces, old):
    """An enhanced packet block, or the packet block it replaced."""
    number, high, low, kept, length = struct.unpack_from(order + "IIIII", body)
    if old:
        number = struct.unpack_from(order + "H", body)[0]
    if number >= len(interfaces):
        return None
    link, _, unit, offset = interfaces[number]
    return Frame(link, number, Fraction((high << 32) + low, unit) + offset, length, body[20:20 + kept])


def _pcapng(data):
    interfaces = []
    for order, kind, body in _blocks(data):
        if kind == SECTION:
            interfaces = []
        elif kind == INTERFACE:
            interfaces.append(_interface(body, order))
        elif kind in (ENHANCED, PACKET):
            frame = _timed(body, order, interfaces, kind == PACKET)
            if not frame:
                return
            yield frame
        elif kind == SIMPLE and interfaces:
            length = struct.unpack_from(order + "I", body)[0]
            kept = min(length, interfaces[0].snaplen or length, len(body) - 4)
            yield Frame(interfaces[0].link, 0, None, length, body[4:4 + kept])


def frames(path):
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 24:
        return
    for order in "<>":
        if struct.unpack_from(order + "I", data)[0] in PCAP_MAGICS:
            yield from _pcap(data, order)
            return
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        yield from _pcapng(data)
