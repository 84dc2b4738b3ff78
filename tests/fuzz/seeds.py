#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""seeds.py DPITOOL FOLDER - makes what fuzzing begins with: FOLDER/TARGET/* from tests/pcaps, tests/rules, tests/results,
tests/suite, tests/golden.list, and texts in tests/unit and man."""
import bz2
import gzip
import hashlib
import lzma
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "tools"))
import readcap  # noqa: E402
import rules_errors  # noqa: E402
from dpitest import environment  # noqa: E402

LARGEST = 64 << 10
LARGEST_OF_ENGINE = 6 << 10  # it runs a few of them a second
RAW = 101
ETHERNET = 1
UDP_PARSERS = {53: b"\2", 5353: b"\2", 5355: b"\2", 67: b"\4", 68: b"\4", 546: b"\5", 547: b"\5"}
TCP_SEGMENTS, FRAGMENTS = 40, 60


class Seeds:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def add(self, target, data):
        if len(data) <= LARGEST:
            path = self.folder / target / hashlib.sha1(data).hexdigest()[:16]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def ip_packet(packet):
    """The IPv4 or IPv6 packet of a frame, or None."""
    if packet.link == RAW:
        return packet.data
    if packet.link == ETHERNET and packet.data[12:14] in (b"\x08\x00", b"\x86\xdd"):
        return packet.data[14:]
    return None


def transport(ip):
    """(protocol, source, destination, header and payload) of an IP packet without extensions, or None."""
    if len(ip) < 20:
        return None
    if ip[0] >> 4 == 4 and len(ip) >= 24:
        header = (ip[0] & 15) * 4
        return ip[9], ip[12:16], ip[16:20], ip[header:struct.unpack_from(">H", ip, 2)[0]]
    if ip[0] >> 4 == 6 and len(ip) >= 44:
        return ip[6], ip[8:24], ip[24:40], ip[40:]
    return None


def names(seeds, protocol, ports, payload):
    for port in ports:
        if protocol == 17 and port in UDP_PARSERS:
            seeds.add("names", UDP_PARSERS[port] + payload)
            if UDP_PARSERS[port] == b"\2":
                seeds.add("names", b"\3" + payload)
                seeds.add("names", b"\1\x10" + struct.pack(">H", len(payload)) + payload)


def is_fragment(ip):
    if ip[0] >> 4 == 4:
        return struct.unpack_from(">H", ip, 6)[0] & 0x3fff
    return ip[0] >> 4 == 6 and ip[6] == 44


def one_connection(streams, segment):
    """Adds a TCP segment to those of its connection."""
    _, src, dst, data = segment
    sport, dport, seq, ack, offset, flags = struct.unpack_from(">HHIIBB", data)
    ends = ((src, sport), (dst, dport))
    side = int(ends[0] > ends[1])
    payload = data[(offset >> 4) * 4:]
    streams.setdefault(tuple(sorted(ends)), []).append((side, seq, ack, flags, payload))


def tcp_input(segments):
    """As fuzz_tcp.c reads it, numbers relative to what the sides sent last."""
    following, out = [None, None], b""
    for side, seq, ack, flags, payload in segments[:TCP_SEGMENTS]:
        payload = payload[:255]
        ahead = 0 if following[side] is None else (seq - following[side]) & 0xffff
        back = 0 if following[1 - side] is None else (ack - following[1 - side]) & 0xffff
        out += struct.pack(">BBHHB", flags, side, ahead, back, len(payload)) + payload
        following[side] = seq + len(payload) + (flags & 1) + (flags >> 1 & 1)
    return out


def sides(segments):
    """What both sides sent, roughly."""
    for side in (0, 1):
        got = {seq: payload for s, seq, _, _, payload in segments if s == side and payload}
        yield b"".join(got[seq] for seq in sorted(got))[:16 << 10]


def certificates(stream):
    for match in re.finditer(rb"\x30\x82..\x30\x82", stream, re.S):
        size = struct.unpack_from(">H", stream, match.start() + 2)[0]
        yield stream[match.start():match.start() + size + 4]


def from_packets(seeds, packets):
    streams, fragments = {}, b"\xff"
    for packet in packets:
        seeds.add("decode", bytes([packet.link & 255, 1]) + packet.data[:2048])
        ip = ip_packet(packet)
        if not ip or len(ip) < 20:
            continue
        if is_fragment(ip) and len(fragments) < FRAGMENTS * 100:
            fragments += bytes([0, min(len(ip), 255)]) + ip[:255]
        found = transport(ip)
        if found and found[0] == 6 and len(found[3]) >= 20:
            one_connection(streams, found)
        elif found and len(found[3]) >= 8:
            names(seeds, found[0], struct.unpack_from(">HH", found[3]), found[3][8:])
    if len(fragments) > 1:
        seeds.add("defrag", fragments)
    for segments in streams.values():
        seeds.add("tcp", tcp_input(segments))
        for stream in filter(None, sides(segments)):
            seeds.add("names", b"\0\x40" + stream)
            for certificate in certificates(stream):
                seeds.add("names", b"\6" + certificate)


def compressed(data):
    yield gzip.compress(data, mtime=0)
    yield bz2.compress(data)
    yield lzma.compress(data)
    yield gzip.compress(lzma.compress(data), mtime=0)
    for tool in (["zstd", "-q"], ["lz4", "-q"]):
        yield subprocess.run(tool + ["-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def packets_of(data):
    try:
        return readcap.packets(data) or []
    except (IndexError, struct.error):  # damaged on purpose
        return []


def classified(dpitool, form, path):
    """Results have the path in them: not that of this machine."""
    command = [dpitool, "classify", "-o", form, path.relative_to(TESTS)]
    return subprocess.run(command, cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
                          check=False).stdout


def from_capture(seeds, dpitool, path):
    data = path.read_bytes()
    seeds.add("pcapng" if data[:4] == b"\n\r\r\n" else "pcap", data)
    if len(data) <= LARGEST_OF_ENGINE:
        seeds.add("engine", data)
    if len(data) <= 4096:
        for packed in compressed(data):
            seeds.add("inflate", packed)
    from_packets(seeds, packets_of(data))
    if len(data) < 2000:
        for form in ("csv", "json"):
            seeds.add("results", b"\0" + classified(dpitool, form, path))


def expressions(seeds):
    for text in re.findall(r"--where +('[^']*'|\"[^\"]*\")", (TESTS / "golden.list").read_text()):
        seeds.add("expr", text[1:-1].encode())
    for text in re.findall(r'\{"((?:[^"\\]|\\.)*)", (?:true|false)', (TESTS / "unit/test_expr.c").read_text()):
        seeds.add("expr", text.encode().decode("unicode_escape").encode("latin-1", "replace"))


SIGNATURE = "version: 1\nsignatures:\n  - {id: a.b, protocol: Ab, category: web, transport: udp, %s}\n"


def wrong_rules(seeds):
    for text, _ in rules_errors.ERRORS.values():
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        seeds.add("rules", data[:8192])


def signatures(seeds):
    text = (TESTS / "unit/test_signatures.c").read_text()
    for condition, message in re.findall(r'\{"([a-z]+: [^"]*)", "((?:[^"\\]|\\.)*)", (?:true|false)', text):
        message = message.encode().decode("unicode_escape").encode("latin-1")
        seeds.add("signatures", (SIGNATURE % condition).encode() + b"\0\0\x1b\x63" + 2 * (bytes([0, len(message)]) + message))
    manual = (TESTS.parent / "man/dpitool-rules.5.in").read_text()
    for example in re.findall(r"^signatures:\n.*?(?=^\.EE)", manual, re.M | re.S):
        example = "version: 1\n" + example
        message = bytes.fromhex("a75101000001000d0d")
        seeds.add("signatures", example.replace("\\-", "-").replace("\\(ti", "~").encode() + b"\0\0\x1b\x63\0\x09" + message)


def main(dpitool, folder):
    dpitool = os.path.abspath(dpitool)
    shutil.rmtree(folder, ignore_errors=True)
    seeds = Seeds(folder)
    for path in sorted(TESTS.glob("pcaps/**/*.pcap*")):
        from_capture(seeds, dpitool, path)
    for path in sorted([*TESTS.glob("rules/*.y*ml"), *TESTS.parent.glob("rules/*.yaml")]):
        seeds.add("rules", path.read_bytes()[:8192])
    for path in sorted([*TESTS.glob("suite/*.yaml"), *TESTS.glob("suites/*/*.yaml"), *TESTS.glob("rules/*.y*ml")]):
        seeds.add("yaml", path.read_bytes())
    for path in sorted(TESTS.glob("results/*.*")):
        seeds.add("results", b"\0" + path.read_bytes())
    expressions(seeds)
    signatures(seeds)
    wrong_rules(seeds)
    for target in sorted(p for p in seeds.folder.iterdir()):
        print(f"{target.name}: {len(list(target.iterdir()))} seeds")


if __name__ == "__main__":
    main(*sys.argv[1:])
