#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""extract_check.py DPITOOL CAPTURE|FOLDER... - what dpitool extract writes, read by readcap.py:

extract --all of a capture has its packets, one by one: bytes, lengths, times, link types, and in pcapng the name,
snaplen and resolution of their interfaces. Split by flows it has the same packets in another order. And one TCP flow by
--conversations is what tshark -Y tcp.stream==N writes, where the stream is not fragmented and in no tunnel, and
tshark does not tell its ports apart."""
import collections
import functools
import os
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import TOO_LONG, captures, each, last_line, run, tally_line  # noqa: E402
import readcap  # noqa: E402

STREAMS = 3  # of a file, compared with tshark
NANOSECOND = 10**9
LAST = 2**63 - 1 - 1000  # about the last time that dpitool knows; later ones, which become that, are not compared
RAW = {12: 101, 14: 101}  # DLT_RAW of some systems, in files: LINKTYPE_RAW
PLAIN = re.compile(r"^(?:eth:ethertype:|sll:ethertype:|null:|raw:)?ip(?:v6)?:tcp\b")


def file_packets(path):
    with open(path, "rb") as file:
        try:
            return readcap.packets(file.read())
        except (IndexError, ValueError, OverflowError, struct.error):  # damaged
            return None


def seen(packet, pcapng):
    """What must be the same. Resolutions finer than nanoseconds become nanoseconds; classic pcap has no interfaces."""
    interface = (packet.name, packet.snaplen, min(packet.resolution, NANOSECOND)) if pcapng else None
    ns = None if packet.ns is None or packet.ns > LAST else packet.ns
    return RAW.get(packet.link, packet.link), interface, ns, packet.wirelen, packet.data


def extract(binary, path, target, *arguments):
    status, _, err = run([binary, "extract", *arguments, *target, path])
    if status == TOO_LONG or status not in (0, 1, 6):
        return None, f"exit status {status}: {last_line(err)}"
    return status, None


def check_all(binary, path, folder):
    """Wrong, right or None, when the file is not one that can be compared."""
    want = file_packets(path)
    if not want:
        return None
    out = os.path.join(folder, "all")
    status, wrong = extract(binary, path, ["-w", out], "--all")
    if wrong:
        return wrong
    got = file_packets(out)
    with open(out, "rb") as file:
        pcapng = file.read(4) == b"\n\r\r\n"
    if status == 1:  # damaged: what is before that
        want = want[:len(got)]
    if [seen(p, pcapng) for p in want] != [seen(p, pcapng) for p in got]:
        return f"{len(want)} packets, and extract --all has {len(got)} of which some are others"
    return check_split(binary, path, os.path.join(folder, "split"), got, pcapng)


def check_split(binary, path, folder, want, pcapng):
    _, wrong = extract(binary, path, ["--split", folder], "--all", "--format", "pcapng" if pcapng else "auto")
    if wrong:
        return wrong
    got = collections.Counter()
    for name in os.listdir(folder):
        got.update(seen(p, pcapng) for p in file_packets(os.path.join(folder, name)))
    return "" if got == collections.Counter(seen(p, pcapng) for p in want) else "extract --split has other packets"


def plain_streams(path):
    """(number, one end, other end) of streams that tshark and dpitool see alike."""
    _, out, _ = run(["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-e", "tcp.stream", "-e",
                     "frame.protocols", "-e", "ip.src", "-e", "ipv6.src", "-e", "tcp.srcport", "-e", "ip.dst", "-e",
                     "ipv6.dst", "-e", "tcp.dstport", "-e", "ip.flags.mf", "-e", "ip.frag_offset"])
    ends, bad, streams = {}, set(), collections.defaultdict(set)
    for line in out.decode("utf-8", "replace").splitlines():
        cells = line.split("\t")
        stream, protocols, src4, src6, sport, dst4, dst6, dport, more, offset = (cells + [""] * 10)[:10]
        for number in filter(None, stream.split(",")):
            if not PLAIN.match(protocols) or "," in stream or more not in ("", "0") or offset not in ("", "0"):
                bad.add(number)
            pair = tuple(sorted(f"{ip}:{port}" if "." in ip else f"[{ip}]:{port}"
                                for ip, port in ((src4 or src6, sport), (dst4 or dst6, dport))))
            ends[number] = pair
            streams[pair].add(number)
    return [(n, *pair) for n, pair in ends.items() if n not in bad and len(streams[pair]) == 1 and pair[0] != pair[1]]


def check_stream(binary, path, folder, stream):
    number, *ends = stream
    theirs, ours = os.path.join(folder, "theirs"), os.path.join(folder, "ours")
    subprocess.run(["tshark", "-n", "-r", path, "-Y", f"tcp.stream=={number}", "-w", theirs], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, wrong = extract(binary, path, ["-w", ours], "--conversations", "--ignore-vlan", "--flow", "-".join(ends),
                       "-f", "tcp")
    if wrong:
        return wrong
    whole, want, got = ([seen(p, False)[2:] for p in file_packets(f) or []] for f in (path, theirs, ours))
    if not want or any(p not in whole for p in want) or any(p.ns is None for p in file_packets(ours) or []):
        return None  # tshark cannot write it, or makes up a time
    return "" if want == got else f"tcp.stream {number} has {len(want)} packets, extract {len(got)}, or others"


def check_file(binary, path):
    results = []
    with tempfile.TemporaryDirectory() as folder:
        results.append(("all", check_all(binary, path, folder)))
        if results[0][1] is not None:
            results += [("stream", check_stream(binary, path, folder, s)) for s in plain_streams(path)[:STREAMS]]
    return path, results


def main(args):
    binary = os.path.abspath(args[0])
    counts = collections.Counter()
    for path, results in each(functools.partial(check_file, binary), captures(args[1:], "")):
        for kind, wrong in results:
            counts[kind, "skipped" if wrong is None else "failed" if wrong else "passed"] += 1
            if wrong:
                print(f"{path}: {wrong}", flush=True)
    for kind in ("all", "stream"):
        print(f"{kind}: {counts[kind, 'passed']} equal")
    return tally_line(*(sum(n for (_, what), n in counts.items() if what == word)
                        for word in ("passed", "failed", "skipped")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
