# SPDX-License-Identifier: BSD-2-Clause
"""ndpireader - runs ndpiReader 4.2, reads its text, and knows how it takes packets apart: which flow it puts
a packet in, or why it drops it. The last is what lets tests/tools/parity.py say why two tools differ."""
import re
import socket
import struct
from collections import namedtuple

from dpitest import run

Flow = namedtuple("Flow", "key label packets")
# What ndpiReader does with one packet: key is None when it drops it; why says so, or is one of ODD, or empty.
Fate = namedtuple("Fate", "key why")

FLOW = re.compile(
    rb"^\t\d+\t(\S+) (\[[0-9a-f.:]*\]|[0-9.]+):(\d+) (?:<->|->) (\[[0-9a-f.:]*\]|[0-9.]+):(\d+) "
    rb"(?:\[VLAN: (\d+)\])?\[proto: [^/\]]*/([^\]]*)\].*?\[(\d+) pkts/\d+ bytes (?:<->|->) (\d+) pkts/", re.M)
PACKETS = re.compile(rb"^\tIP packets:\s+\d+\s+of (\d+) packets total", re.M)
UNIQUE = re.compile(rb"^\tUnique flows:\s+(\d+)", re.M)
NUMBERS = {b"TCP": 6, b"UDP": 17, b"ICMP": 1, b"ICMPV6": 58, b"IGMP": 2, b"VRRP": 112}

LINKS = {0: "NULL", 1: "Ethernet", 9: "PPP", 50: "PPP serial", 101: "RAW", 104: "C-HDLC", 113: "SLL",
         12: "RAW", 127: "radiotap", 228: "IPv4", 229: "IPv6"}
# What ndpiReader puts into a flow though it is no packet of it, or no packet at all; of several the first counts.
NOT_IP = "taken for IP, though the link header says otherwise"
TOO_DEEP = "more than 8 IP headers in IP headers"
HUGE = "IPv6 packet over 65535 bytes, its length cut to 16 bits"
FRAGMENT = "later fragment taken for a packet"
MOBILITY = "IPv6 mobility header taken for an extension header"
SHORT_IP = "IP header length below 20"
SHORT_TRANSPORT = "transport header cut, taken with ports 0"
ODD = (NOT_IP, TOO_DEEP, HUGE, FRAGMENT, MOBILITY, SHORT_IP, SHORT_TRANSPORT)

IP, IPV6, VLAN = 0x0800, 0x86DD, 0x8100
MPLS, PPPOE = (0x8847, 0x8848), 0x8864
IP_TYPES = (IP, IPV6, 0x0021, 0x0057)  # the last two are PPP's
DEPTH = 8  # tunnels that dpitool follows


def address_text(text):
    """An address as ndpiReader prints it: it turns every :0: of an IPv6 address into ::."""
    if ":" not in text:
        return text
    plain = socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))
    return plain.replace(":0:", "::")


def make_key(protocol, vlan, a, b):
    """The ends are (address text, port); ports are those of TCP and UDP only."""
    if protocol not in (6, 17):
        a, b = (a[0], 0), (b[0], 0)
    return (protocol, vlan) + (min(a, b), max(a, b))


def squeezed(key):
    """The key as ndpiReader compares it: of an IPv6 address only the sum of its last two words is left."""
    def number(end):
        if ":" not in end[0]:
            return struct.unpack("=I", socket.inet_aton(end[0]))[0], end[1]
        words = struct.unpack("=II", address_bytes(end[0])[8:])
        return sum(words) & 0xFFFFFFFF, end[1]
    a, b = number(key[2]), number(key[3])
    return key[:2] + (min(a, b), max(a, b))


def address_bytes(text):
    """The 16 bytes behind what address_text made. Its :: may stand for one zero group, more than once."""
    left = text
    while left.count("::") > 1:
        left = left.replace("::", ":0:", 1)
    return socket.inet_pton(socket.AF_INET6, left)


def parse(text):
    """(flows, packets that were read) of what ndpiReader -v 2 printed."""
    flows = []
    for name, a, aport, b, bport, vlan, label, there, back in FLOW.findall(text):
        ends = [(end.decode().strip("[]"), int(port)) for end, port in ((a, aport), (b, bport))]
        protocol = NUMBERS.get(name) or int(name)
        flows.append(Flow(make_key(protocol, int(vlan or 0), *ends), label.decode(), int(there) + int(back)))
    read, unique = PACKETS.search(text), UNIQUE.search(text)
    if unique and int(unique.group(1)) != len(flows):
        raise ValueError(f"ndpiReader counts {unique.group(1).decode()} flows, its text has {len(flows)}")
    return flows, int(read.group(1)) if read else 0


def classify(path):
    status, out, err = run(["ndpiReader", "-v", "2", "-i", path])
    if status != 0:
        raise ValueError(f"ndpiReader ended with status {status}: {err.decode(errors='replace')[:200]}")
    return parse(out)


class Packet:
    """One packet on its way through ndpiReader 4.2, without -t."""

    def __init__(self, frame):
        self.data, self.at, self.type, self.vlan = frame.data, 0, 0, 0
        self.link = LINKS.get(frame.link)
        self.odd = set()

    def u16(self, at):
        return int.from_bytes(self.data[at:at + 2], "big")

    def short(self, end):
        return len(self.data) < end

    def fate(self):
        if self.link is None:
            return Fate(None, "link type that ndpiReader does not know")
        if self.short(28):
            return Fate(None, "frame under 28 bytes")
        why = self.link_layer() or self.tags()
        return Fate(None, why) if why else self.network()

    def link_layer(self):
        data = self.data
        if self.link == "NULL":
            self.at, self.type = 4, IP if int.from_bytes(data[:4], "big") == 2 else IPV6
        elif self.link in ("PPP", "C-HDLC") and data[0] not in (0x0F, 0x8F):
            self.at, self.type = 2, self.u16(0)
        elif self.link in ("PPP", "C-HDLC", "PPP serial"):
            self.at, self.type = 4, self.u16(2)
        elif self.link == "SLL":
            self.at, self.type = 16, self.u16(14)
        elif self.link == "Ethernet":
            return self.ethernet()
        elif self.link == "radiotap":
            return self.radiotap()
        else:
            self.type = {"IPv4": IP, "IPv6": IPV6}.get(self.link, 0)
        return None

    def ethernet(self):
        self.at, length = 14, self.u16(12)
        if length >= 1536:
            self.type = length
        elif 0 < length <= 1500:
            if 0xAA in self.data[14:16]:
                self.type, self.at = int.from_bytes(self.data[20:22], "little"), 22
            elif 0x42 in self.data[14:16]:
                return "not IP"
        return None

    def radiotap(self):
        size = int.from_bytes(self.data[2:4], "little")
        if self.data[16] & 0x50 == 0x50 or self.short(size + 24):
            return "802.11 frame that ndpiReader drops"
        control = int.from_bytes(self.data[size:size + 2], "little")
        if control >> 2 & 3 != 2:
            return None
        wifi = 26 if bool(control & 0x100) != bool(control & 0x200) else 0
        if self.short(size + wifi + 8):
            return "802.11 frame that ndpiReader drops"
        if self.data[size + wifi] == 0xAA:
            self.type = self.u16(size + wifi + 6)
        self.at = size + wifi + 8
        return None

    def tags(self):
        while self.type == VLAN or self.type in MPLS or self.type == PPPOE:
            if self.type == VLAN:
                if self.at + 4 >= len(self.data):
                    return "VLAN tag cut"
                self.vlan, self.type = self.u16(self.at) & 0xFFF, self.u16(self.at + 2)
                self.at += 4
            elif self.type == PPPOE:
                self.type, self.at = IP, self.at + 8
            else:
                self.labels()
        return None

    def labels(self):
        last, self.type = self.data[self.at + 2:self.at + 3], IP
        self.at += 4
        while last and not last[0] & 1 and self.at + 4 < len(self.data):
            last = self.data[self.at + 2:self.at + 3]
            self.at += 4

    def network(self):
        for depth in range(len(self.data)):
            if depth > DEPTH:
                self.odd.add(TOO_DEEP)
            if self.short(self.at + 20):
                return Fate(None, "cut in the IP header")
            version = self.data[self.at] >> 4
            if version not in (4, 6):
                return Fate(None, "not IP" if self.type not in (IP, IPV6) else "malformed IP header")
            fate = self.ipv4() if version == 4 else self.ipv6()
            if fate:
                return fate
        return Fate(None, "malformed IP header")

    def ipv4(self):
        at = self.at
        head, total = (self.data[at] & 15) * 4, self.u16(at + 2)
        protocol, offset = self.data[at + 9], self.u16(at + 6) & 0x1FFF
        if protocol in (4, 41) and head:
            self.at += head
            return None
        if offset and self.type == IP:
            return Fate(None, "later fragment")
        left = len(self.data) - at & 0xFFFF
        if total > left or head > left:
            return Fate(None, "packet cut by the snap length")
        if (total - head & 0xFFFF) + head > left:
            return Fate(None, "IP total length 0 or below the header")
        if offset:
            self.odd.add(FRAGMENT)
        if head < 20:
            self.odd.add(SHORT_IP)
        ends = [socket.inet_ntoa(self.data[i:i + 4]) for i in (at + 12, at + 16)]
        return self.taken(protocol, ends, at + head, total - head)

    def ipv6(self):
        at = self.at
        if self.short(at + 40) or self.short(at + 40 + self.u16(at + 4)):
            return Fate(None, "packet cut by the snap length")
        end = at + 40 + self.u16(at + 4)
        protocol, start = self.extensions(self.data[at + 6], at + 40, end)
        if protocol is None:
            return Fate(None, start)
        if protocol in (4, 41):
            self.at = start
            return None
        ends = [address_text(socket.inet_ntop(socket.AF_INET6, self.data[i:i + 16])) for i in (at + 8, at + 24)]
        return self.taken(protocol, ends, start, end - start)

    def extensions(self, protocol, at, end):
        """(protocol, where it starts), or (None, why the packet is dropped)."""
        whole = len(self.data) - (at - 40)
        left = (whole & 0xFFFF) - 40
        if whole > 0xFFFF:
            self.odd.add(HUGE)
        while protocol in (0, 43, 44, 60, 135, 59) and left > 1:
            if protocol == 59:
                return None, "IPv6 without a next header"
            size = 8 if protocol == 44 else 8 + 8 * self.data[at + 1]
            if end - at < size:
                return None, "malformed IPv6 extension header"
            if protocol == 44 and self.u16(at + 2) >> 3:
                return None, "later fragment"
            if protocol == 135:
                self.odd.add(MOBILITY)
            protocol, at, left = self.data[at], at + size, left - size
        return protocol, at

    def taken(self, protocol, ends, start, size):
        if self.type not in IP_TYPES and self.link != "RAW":
            self.odd.add(NOT_IP)
        if protocol in (1, 58) and size < 2:
            self.odd.add(SHORT_TRANSPORT)
        ports = [0, 0]
        if protocol in (6, 17):
            if size >= (20 if protocol == 6 else 8):
                ports = [self.u16(start), self.u16(start + 2)]
            else:
                self.odd.add(SHORT_TRANSPORT)
        key = make_key(protocol, self.vlan, *zip(ends, ports))
        return Fate(key, next((why for why in ODD if why in self.odd), ""))


def fate(frame):
    """What ndpiReader does with the frame."""
    return Packet(frame).fate()
