#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""impairments.py CAPTURE|FOLDER... - holds what tests/lib/impair.py and tests/lib/tunnelling.py do to captures.

Of every impairment of every capture: the same seed gives the same bytes; times and link types are as before;
checksums of what is new are right; a naive reassembly of fragments and TCP finds the same datagrams and the same
streams. tshark, where it is installed, must find the packets in each tunnel, and nothing malformed."""
import operator
import os
import shutil
import sys
import tempfile
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../lib")]
import impair  # noqa: E402
import packets as P  # noqa: E402
import tunnelling  # noqa: E402
from dpitest import captures, each, run, tally_line  # noqa: E402
from frames import frames  # noqa: E402

SEED = "self test"
SAMPLE = 12             # packets of each capture that tshark sees in tunnels
# What tshark must be told: L2TPv3 does not say that it is Ethernet without cookie, with or without the sublayer; and
# without Cisco's order of bytes in 802.11.
TOLD = ["-d", "l2tp.pw_type==0,eth", "-o", "capwap.swap_fc:FALSE", "-o", "l2tp.cookie_size:None"]
SUBLAYER = {"l2tp3-sublayer": "Default L2-Specific"}
SEEN = ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
        "tcp.srcport", "tcp.seq_raw", "udp.srcport", "udp.length", "icmp.type"]


# ---- a naive reassembly

class Datagrams:
    """IP datagrams, put together from fragments in any order."""

    def __init__(self):
        self.parts = defaultdict(dict)

    def take(self, packet):
        """(addresses, protocol, bytes behind the IP header) when it is whole, else None."""
        view, data = packet.view(), packet.data
        name = (view.src, view.dst, view.proto)
        if not view.fragment:
            return name + (data[view.transport:view.end],)
        if view.version == 4:
            ident, field = data[view.at + 4:view.at + 6], int.from_bytes(data[view.at + 6:view.at + 8], "big")
            offset, more = (field & 0x1FFF) * 8, field & 0x2000
        else:
            head = data[view.transport - 8:view.transport]
            ident, field = head[4:], int.from_bytes(head[2:4], "big")
            offset, more = field & 0xFFF8, field & 1
        parts = self.parts[name + (ident,)]
        parts[offset] = (data[view.transport:view.end], more)
        return self.joined(name, ident)

    def joined(self, name, ident):
        parts, body = self.parts[name + (ident,)], b""
        while len(body) in parts:
            part, more = parts[len(body)]
            body += part
            if not more:
                del self.parts[name + (ident,)]
                return name + (body,)
        return None


class Stream:
    """One direction of TCP: the bytes by their sequence numbers. The first ones win; same is False when others
    came for a place that had some."""

    def __init__(self):
        self.bytes, self.same = {}, True

    def take(self, seq, payload):
        for place, byte in enumerate(payload, seq):
            if self.bytes.setdefault(place & 0xFFFFFFFF, byte) != byte:
                self.same = False

    def __eq__(self, other):
        return self.bytes == other.bytes


def contents(packets):
    """(set of datagrams other than TCP, {direction: Stream}) of the packets that impair touches."""
    others, streams, datagrams = set(), defaultdict(Stream), Datagrams()
    for packet in packets:
        view = packet.view()
        whole = datagrams.take(packet) if view and view.whole else None
        if whole is None:
            continue
        src, dst, proto, body = whole
        if proto != P.PROTO_TCP or len(body) < 20:
            others.add(whole)
            continue
        seq, start = int.from_bytes(body[4:8], "big"), (body[12] >> 4) * 4
        streams[src, dst, body[:4]].take(seq + bool(body[13] & P.SYN), body[start:])
    return others, streams


# ---- what is held

def wrong_order(before, after):
    times = [packet.time for packet in before]
    if times == sorted(times) and any(a.time > b.time for a, b in zip(after, after[1:])):
        yield "times go back"
    if {packet.link for packet in before} != {packet.link for packet in after}:
        yield "another link type"


def wrong_checksums(before, after):
    """Of whole packets that are new."""
    old = {packet.data for packet in before}
    for packet in after:
        view = packet.view()
        if packet.data in old or not view:
            continue
        ip = packet.data[view.at:view.end]
        if view.version == 4 and P.checksum(ip[:view.transport - view.at]):
            yield "IP checksum"
        if view.proto == P.PROTO_TCP and not view.fragment and view.whole:
            segment = ip[view.transport - view.at:]
            if P.checksum(impair.pseudo_header(view, len(segment)) + segment):
                yield "TCP checksum"


def wrong_contents(before, after):
    (others, streams), (new_others, new_streams) = contents(before), contents(after)
    if others != new_others:
        yield f"{len(others ^ new_others)} datagrams differ"
    for direction in streams.keys() | new_streams.keys():
        if streams[direction].same and streams[direction] != new_streams[direction]:
            yield "a TCP stream differs"


def wrong_insides(before, after):
    """A tunnel adds in front."""
    for packet, outer in zip(before, after):
        view = packet.view()
        if packet is not outer and packet.data[view.at:view.end] not in outer.data[view.at + 8:]:
            yield "the packet is not in its tunnel as it was"


def check(kind, impairment, before):
    after = impairment(before, impair.Dice(SEED))
    if impair.capture(after) != impair.capture(impairment(before, impair.Dice(SEED))):
        yield "not the same twice"
    yield from wrong_order(before, after)
    yield from wrong_checksums(before, after)
    held = wrong_contents if kind in impair.IMPAIRMENTS else wrong_insides
    yield from held(before, after)


def wrong_hits(kind, impairment, before):
    """Something must happen to so many packets, and something else with another seed where there are dice."""
    after = impairment(before, impair.Dice(SEED))
    if len(after) == len(before) and all(map(operator.is_, after, before)):
        yield "it changes nothing"
    other = impair.capture(impairment(before, impair.Dice("another")))
    if (impair.capture(after) == other) == (kind in impair.IMPAIRMENTS):
        yield "what another seed does"


# ---- tshark

def seen(packets, sublayer="None"):
    """A line for each packet: the innermost addresses and ports, and whether something is malformed."""
    with tempfile.NamedTemporaryFile(prefix="dpitool-impairments-") as file:
        file.write(impair.capture(packets))
        file.flush()
        fields = [part for name in SEEN + ["_ws.malformed"] for part in ("-e", name)]
        told = TOLD + ["-o", f"l2tp.l2_specific:{sublayer}"]
        status, out, err = run(["tshark", "-n", "-r", file.name, *told, "-T", "fields", "-E", "occurrence=l", *fields])
    if status != 0:
        raise SystemExit(f"tshark ended with status {status}: {err.decode(errors='replace')[-300:]}")
    return [line.split("\t") for line in out.decode().split("\n")[:-1]]


def unseen(before, after, clean, inside):
    """Packets of which tshark does not find in the tunnel what it finds outside. What it gives up on outside, such as
    a hundred tunnels in each other, is left out."""
    for packet, outer, was, now in zip(before, after, clean, inside):
        if packet is not outer and packet.view().whole and not was[-1]:
            differ = [name for name, a, b in zip(SEEN, was, now) if a and a != b]
            if differ or now[-1]:
                yield f"{', '.join(differ) or 'malformed'}: {was} {now}"


def check_tshark(sample):
    """(tunnel, what is wrong) of every tunnel."""
    clean = seen(sample)

    def wrong(kind):
        after = tunnelling.IMPAIRMENTS[kind](sample, None)
        return kind, list(unseen(sample, after, clean, seen(after, SUBLAYER.get(kind, "None"))))
    return each(wrong, tunnelling.IMPAIRMENTS)


def main(args):
    all_packets = [packets for path in captures(args, (".pcap", ".pcapng"))
                   for packets in [impair.of_frames(frames(path))] if packets]
    sample = [packet for packets in all_packets for packet in packets[:SAMPLE]]
    passed = failed = 0
    for kind, impairment in {**impair.IMPAIRMENTS, **tunnelling.IMPAIRMENTS}.items():
        wrong = [text for packets in all_packets for text in check(kind, impairment, packets)]
        wrong += wrong_hits(kind, impairment, sample)
        passed, failed = passed + (not wrong), failed + bool(wrong)
        for text in wrong[:5]:
            print(f"not ok  {kind}: {text}")
    has_tshark = shutil.which("tshark")
    for kind, wrong in check_tshark(sample) if has_tshark else ():
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong:
            print(f"not ok  {kind}, as tshark sees it, {len(wrong)} packets: {wrong[0]}")
    return tally_line(passed, failed, 0 if has_tshark else len(tunnelling.IMPAIRMENTS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
