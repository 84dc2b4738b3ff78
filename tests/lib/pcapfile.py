# SPDX-License-Identifier: BSD-2-Clause
"""pcapfile.py - writes and reads captures in both formats, in any byte order and time resolution.

The writers put down what they are told, right or wrong; their bytes are the file.
The reader is strict: it is for captures that are known to be whole.
"""

import collections
import struct

EN10MB, NULL, RAW, LINUX_SLL, LINUX_SLL2, USER0 = 1, 0, 101, 113, 276, 147
FRELAY, PPI, NFLOG, PKTAP = 107, 192, 239, 258

LINK_NAMES = {NULL: 'NULL', EN10MB: 'EN10MB', RAW: 'RAW', LINUX_SLL: 'LINUX_SLL',
              LINUX_SLL2: 'LINUX_SLL2', USER0: 'USER0', FRELAY: 'FRELAY', PPI: 'PPI', NFLOG: 'NFLOG', PKTAP: 'PKTAP'}

MAGIC_MICRO, MAGIC_NANO, MAGIC_NG, MAGIC_ORDER = 0xA1B2C3D4, 0xA1B23C4D, 0x0A0D0D0A, 0x1A2B3C4D

BLOCK_IDB, BLOCK_PACKET, BLOCK_SPB, BLOCK_NRB, BLOCK_ISB, BLOCK_EPB, BLOCK_SHB = \
    1, 2, 3, 4, 5, 6, MAGIC_NG

COMMENT, ISB_IFDROP, ISB_OSDROP = 1, 5, 7
SHB_HARDWARE, SHB_OS, IF_NAME, IF_TSRESOL, IF_OS, IF_TSOFFSET = 2, 3, 2, 9, 12, 14

Packet = collections.namedtuple('Packet', 'number time_ns link interface data wire_length')


class Pcap:
    """Classic pcap."""

    def __init__(self, link=EN10MB, *, order='<', nano=False, snaplen=262144):
        self.order, self.unit = order, 1 if nano else 1000
        self.bytes = bytearray(struct.pack(order + 'IHHiIII', MAGIC_NANO if nano else MAGIC_MICRO,
                                           2, 4, 0, 0, snaplen, link))

    def packet(self, time_ns, data, wire_length=None, captured=None):
        """captured and wire_length: what the record's header says, if not the length of data."""
        size = len(data) if captured is None else captured
        wire = size if wire_length is None else wire_length
        self.bytes += struct.pack(self.order + 'IIII', time_ns // 10**9,
                                  time_ns % 10**9 // self.unit, size, wire) + data


def option(order, code, value):
    return struct.pack(order + 'HH', code, len(value)) + value + b'\0' * (-len(value) % 4)


class Pcapng:
    """pcapng with one section; section() starts another, in another byte order if wanted."""

    def __init__(self, *, order='<', options=b''):
        self.bytes = bytearray()
        self.section(order, options)

    def section(self, order='<', options=b''):
        self.order, self.scales = order, []
        self.block(BLOCK_SHB, struct.pack(order + 'IHHq', MAGIC_ORDER, 1, 0, -1) + options)

    def block(self, kind, body, *, length=None, trailer=None):
        """length and trailer: what the two length fields say, if not the truth."""
        body += b'\0' * (-len(body) % 4)
        first = len(body) + 12 if length is None else length
        last = first if trailer is None else trailer
        self.bytes += struct.pack(self.order + 'II', kind, first) + body \
            + struct.pack(self.order + 'I', last)

    def interface(self, link=EN10MB, *, snaplen=0, name=None, tsresol=None, tsoffset=0):
        """tsresol as the option has it: 6 for 10^-6, 0x80 | 10 for 2^-10. Returns the interface's number."""
        options = b'' if name is None else option(self.order, IF_NAME, name.encode())
        options += b'' if tsresol is None else option(self.order, IF_TSRESOL, bytes([tsresol]))
        options += option(self.order, IF_TSOFFSET, struct.pack(self.order + 'q', tsoffset)) \
            if tsoffset else b''
        options += option(self.order, 0, b'') if options else b''
        self.block(BLOCK_IDB, struct.pack(self.order + 'HHI', link, 0, snaplen) + options)
        self.scales.append((ticks_per_second(6 if tsresol is None else tsresol), tsoffset))
        return len(self.scales) - 1

    def ticks(self, interface, time_ns):
        rate, offset = self.scales[interface]
        return (time_ns - offset * 10**9) * rate // 10**9

    def packet(self, time_ns, data, *, interface=0, wire_length=None, options=b''):
        when = self.ticks(interface, time_ns)
        wire = len(data) if wire_length is None else wire_length
        self.block(BLOCK_EPB, struct.pack(self.order + 'IIIII', interface, when >> 32,
                                          when & 0xFFFFFFFF, len(data), wire)
                   + data + b'\0' * (-len(data) % 4) + options)

    def names(self, names):
        """A name resolution block of (address as bytes, name as bytes)."""
        records = b''.join(option(self.order, 1 if len(address) == 4 else 2, address + name + b'\0')
                           for address, name in names)
        self.block(BLOCK_NRB, records + option(self.order, 0, b''))

    def statistics(self, interface, *, ifdrop=None, osdrop=None):
        options = b''.join(option(self.order, code, struct.pack(self.order + 'Q', count))
                           for code, count in ((ISB_IFDROP, ifdrop), (ISB_OSDROP, osdrop))
                           if count is not None)
        self.block(BLOCK_ISB, struct.pack(self.order + 'III', interface, 0, 0) + options
                   + option(self.order, 0, b''))

    def simple_packet(self, data, wire_length=None):
        wire = len(data) if wire_length is None else wire_length
        self.block(BLOCK_SPB, struct.pack(self.order + 'I', wire) + data)


def ticks_per_second(tsresol):
    return 2 ** (tsresol & 0x7F) if tsresol & 0x80 else 10 ** tsresol


def _read_pcap(data):
    for order in '<', '>':
        magic = struct.unpack_from(order + 'I', data)[0]
        if magic in (MAGIC_MICRO, MAGIC_NANO):
            break
    else:
        raise ValueError('no capture')
    unit = 1 if magic == MAGIC_NANO else 1000
    link = struct.unpack_from(order + 'I', data, 20)[0] & 0xFFFF
    offset, number = 24, 0
    while offset < len(data):
        sec, part, size, wire = struct.unpack_from(order + 'IIII', data, offset)
        body = data[offset + 16:offset + 16 + size]
        if len(body) != size:
            raise ValueError('record at %d is cut' % offset)
        number += 1
        yield Packet(number, sec * 10**9 + part * unit, link, 0, body, wire)
        offset += 16 + size


def options_of(order, data):
    """(code, value) pairs up to the end of options or of data."""
    offset = 0
    while offset + 4 <= len(data):
        code, size = struct.unpack_from(order + 'HH', data, offset)
        if code == 0:
            return
        yield code, data[offset + 4:offset + 4 + size]
        offset += 4 + size + -size % 4


def blocks_of(data):
    """(byte order, type, body) of every block."""
    offset, order = 0, '<'
    while offset < len(data):
        kind = struct.unpack_from(order + 'I', data, offset)[0]
        if kind == BLOCK_SHB:
            order = '<' if struct.unpack_from('<I', data, offset + 8)[0] == MAGIC_ORDER else '>'
        size = struct.unpack_from(order + 'I', data, offset + 4)[0]
        if size < 12 or size % 4 or offset + size > len(data):
            raise ValueError('block at %d has length %d' % (offset, size))
        if struct.unpack_from(order + 'I', data, offset + size - 4)[0] != size:
            raise ValueError('block at %d ends with another length than %d' % (offset, size))
        yield order, kind, data[offset + 8:offset + size - 4]
        offset += size


def _interface(order, body):
    link, _, snaplen = struct.unpack_from(order + 'HHI', body)
    options = dict(options_of(order, body[8:]))
    rate = ticks_per_second(options.get(IF_TSRESOL, b'\x06')[0])
    start = struct.unpack(order + 'q', options.get(IF_TSOFFSET, bytes(8)))[0]
    return link, snaplen, rate, start


def _read_pcapng(data):
    interfaces, number = [], 0
    for order, kind, body in blocks_of(data):
        if kind == BLOCK_SHB:
            interfaces = []
        elif kind == BLOCK_IDB:
            interfaces.append(_interface(order, body))
        elif kind == BLOCK_EPB:
            which, high, low, size, wire = struct.unpack_from(order + 'IIIII', body)
            link, _, rate, start = interfaces[which]
            number += 1
            yield Packet(number, (high << 32 | low) * 10**9 // rate + start * 10**9, link, which,
                         body[20:20 + size], wire)
        elif kind == BLOCK_SPB:
            wire = struct.unpack_from(order + 'I', body)[0]
            number += 1
            yield Packet(number, 0, interfaces[0][0], 0,
                         body[4:4 + min(wire, interfaces[0][1] or wire)], wire)


def is_pcapng(data):
    return data[:4] == struct.pack('<I', MAGIC_NG)


def read(data):
    """Every packet of a capture, in the order of the file."""
    return _read_pcapng(data) if is_pcapng(data) else _read_pcap(data)


def interfaces(data):
    """The link type of each interface, in order."""
    if not is_pcapng(data):
        order = '<' if data[:1] in b'\xd4\x4d' else '>'
        return [struct.unpack_from(order + 'I', data, 20)[0] & 0xFFFF]
    return [struct.unpack_from(order + 'H', body)[0]
            for order, kind, body in blocks_of(data) if kind == BLOCK_IDB]


def scrub(data):
    """A pcapng file without the recording machine's hardware and operating system."""
    drop = {BLOCK_SHB: (16, (SHB_HARDWARE, SHB_OS)), BLOCK_IDB: (8, (IF_OS,))}
    out = Pcapng()
    out.bytes = bytearray()
    for order, kind, body in blocks_of(data):
        if kind in drop:
            fixed, codes = drop[kind]
            kept = [option(order, code, value) for code, value in options_of(order, body[fixed:])
                    if code not in codes]
            body = body[:fixed] + b''.join(kept) + (option(order, 0, b'') if kept else b'')
        out.order = order
        out.block(kind, body)
    return bytes(out.bytes)


def as_pcap(data, *, order, nano=False):
    """A capture of one link type as classic pcap in the byte order wanted."""
    out = Pcap(interfaces(data)[0], order=order, nano=nano)
    for packet in read(data):
        out.packet(packet.time_ns, packet.data, packet.wire_length)
    return bytes(out.bytes)


def as_pcapng(data):
    """A classic pcap as pcapng with nanoseconds."""
    out = Pcapng()
    out.interface(interfaces(data)[0], tsresol=9)
    for packet in read(data):
        out.packet(packet.time_ns, packet.data, wire_length=packet.wire_length)
    return bytes(out.bytes)


def _parts(data):
    """(head, bytes) of each packet, with what stands behind the one before it: head is the headers that a file
    needs which begins here."""
    if not is_pcapng(data):
        offset = 24
        for packet in read(data):
            yield data[:24], data[offset:offset + 16 + len(packet.data)]
            offset += 16 + len(packet.data)
        return
    head = since = b''
    for order, kind, body in blocks_of(data):
        size = struct.pack(order + 'I', len(body) + 12)
        block = struct.pack(order + 'I', kind) + size + body + size
        since += block
        if kind in (BLOCK_SHB, BLOCK_IDB):
            head = block if kind == BLOCK_SHB else head + block
        elif kind in (BLOCK_EPB, BLOCK_SPB, BLOCK_PACKET):
            yield head, since
            since = b''
    if since:
        yield head, since


def cut_in_two(data):
    """A capture as two files that hold one half of its packets each."""
    parts = list(_parts(data))
    half = len(parts) // 2
    first = b''.join(part for _, part in parts[:half])
    second = b''.join(part for _, part in parts[half:])
    if not is_pcapng(data):
        return data[:24] + first, data[:24] + second
    return first, (parts[half - 1][0] if half else b'') + second
