#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""exhaustion.py [--scale=N] [--only=NAME,...] DPITOOL - captures that want to exhaust memory, time or descriptors: floods of SYNs, of
fragments whose others never come, of connections with a hole in front, of ends that a weak hash takes for one; bombs of
every compression; many outputs.

Each is made twice, once four times as long: memory stays within --memory and what the program takes beside, time grows
no faster than the input, every packet is in a bucket, and what was given up is counted."""
import argparse
import bz2
import gzip
import json
import lzma
import os
import resource
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, tally_line  # noqa: E402

MEMORY = 32 << 20
BESIDE = 160 << 20  # the program, nDPI in two processes, buffers
GROWTH = 4
SLACK = 2.5  # the machine may be busy; a square would be 4
HEADER = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)


def ipv4(ident, flags, protocol, number, payload):
    """Each number is another sender."""
    source = struct.pack(">I", 0x0a000000 + number % (1 << 24))
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident & 0xffff, flags, 64, protocol, 0) + source + \
        b"\xc0\x00\x02\x01" + payload


def tcp(port, seq, flags, data=b""):
    return struct.pack(">HHIIBBHHH", port, 80, seq, 1 if flags & 16 else 0, 0x50, flags, 8192, 0, 0) + data


def syns(n):
    return (ipv4(i, 0, 6, i, tcp(1024 + i % 50000, i, 2)) for i in range(n))


def fragments(n):
    return (ipv4(i, 0x2000, 17, i >> 8, bytes(64)) for i in range(n))


def alike(n):
    """SYNs whose addresses and ports have one sum: what a port is more, an address is less."""
    for i in range(n):
        low = i & 0x7fff
        packet = bytearray(ipv4(i, 0, 6, 0, tcp(1 + low, i, 2)))
        packet[12:16] = struct.pack(">HH", 0x0a00 | i >> 15 & 0xff, 0xffff - low)
        packet[16:20] = struct.pack(">HH", 0x0aff - (i >> 15 & 0xff), 2)
        yield bytes(packet)


def holes(n):
    """Connections of a SYN and segments behind missing ones."""
    for i in range(n // 4):
        yield ipv4(i, 0, 6, i, tcp(2000, 0, 2))
        for k in range(3):
            yield ipv4(i, 0, 6, i, tcp(2000, 1000 + 200 * k, 24, bytes(100)))


def capture(packets):
    out = bytearray(HEADER)
    for i, p in enumerate(packets):
        out += struct.pack("<IIII", 1700000000 + i // 100000, i % 100000 * 10, len(p), len(p)) + p
    return bytes(out)


# The figures of a process begin with those of the one that it was forked from, so that one is small.
MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss << 10, file=sys.stderr)
"""


def classify(dpitool, data, *options):
    """(exit status, summary, seconds of CPU, bytes of memory)"""
    with tempfile.NamedTemporaryFile(prefix="dpitool-exhaustion-") as file:
        file.write(data)
        file.flush()
        done = subprocess.run([sys.executable, "-I", "-S", "-c", MEASURE, dpitool, "classify", "-o", "summary-json",
                               f"--memory={MEMORY}", *options, file.name], stdin=subprocess.DEVNULL,
                              capture_output=True, env=environment(), check=True)
    status, seconds, memory = done.stderr.split(b"\n")[-2].split()
    return int(status), json.loads(done.stdout or "{}"), float(seconds), int(memory)


def wrong_with(status, summary, memory, statuses=(0,)):
    if status not in statuses:
        return f"exit status {status}"
    if sum(summary["buckets"].values()) != summary["packets_read"]:
        return "the buckets have another sum"
    return f"{memory >> 20} MB" if memory > MEMORY + BESIDE else None


def flood(dpitool, make, n, given_up):
    """What is wrong, or None, and figures."""
    small, large = (classify(dpitool, capture(make(k))) for k in (n // GROWTH, n))
    wrong = wrong_with(large[0], large[1], large[3])
    if not wrong and large[2] > small[2] * GROWTH * SLACK:
        wrong = f"{small[2]:.1f} s, and {large[2]:.1f} s for {GROWTH} times as much"
    lost = given_up(large[1])
    if not wrong and not lost:
        wrong = "nothing was given up, or not counted"
    return wrong, f"{small[2]:.1f} s, {large[2]:.1f} s for {n} packets, {large[3] >> 20} MB, {lost} given up"


def collisions(dpitool, n):
    """They take no longer than other SYNs."""
    (_, _, usual, _), (status, summary, seconds, memory) = (classify(dpitool, capture(make(n))) for make in (syns, alike))
    wrong = wrong_with(status, summary, memory)
    if not wrong and summary["flows"]["total"] != n:
        wrong = f"{summary['flows']['total']} flows"
    if not wrong and seconds > usual * SLACK:
        wrong = "they take longer"
    return wrong, f"{seconds:.1f} s for {n}, {usual:.1f} s for others, {memory >> 20} MB"


def packed(data):
    yield "gzip", gzip.compress(data, 1)
    yield "bzip2", bz2.compress(data, 1)
    yield "xz", lzma.compress(data, preset=0)
    for tool in ("zstd", "lz4"):
        yield tool, subprocess.run([tool, "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def bomb(dpitool, data):
    status, summary, seconds, memory = classify(dpitool, data, f"--max-input={16 << 20}")
    return wrong_with(status, summary, memory, (1,)), f"{len(data)} bytes, {seconds:.1f} s, {memory >> 20} MB"


def few_descriptors(dpitool):
    """One capture a flow, with 64 descriptors."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "in.pcap")
        with open(source, "wb") as file:
            file.write(capture(syns(500)))
        done = subprocess.run([dpitool, "extract", "--all", "--split", os.path.join(folder, "flows"), source],
                              capture_output=True, check=False, env=environment(),
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
        flows = os.path.join(folder, "flows")
        made = len(os.listdir(flows)) if os.path.isdir(flows) else 0
        return None if (done.returncode, made) == (0, 500) else f"status {done.returncode}, {made} files, " \
            f"{done.stderr.decode()[:200]}", f"{made} files"


def evicted(summary):
    return summary["flows"]["evicted"]


def lost_fragments(summary):
    return summary["fragments"]["datagrams_incomplete"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("dpitool")
    args = parser.parse_args()
    n = 100000 * args.scale
    tests = {
        "SYNs": lambda: flood(args.dpitool, syns, n, evicted),
        "fragments": lambda: flood(args.dpitool, fragments, n, lost_fragments),
        "queues behind holes": lambda: flood(args.dpitool, holes, 4 * n, evicted),
        "collisions": lambda: collisions(args.dpitool, n),
        "descriptors": lambda: few_descriptors(args.dpitool),
    }
    for name, data in packed(HEADER + bytes(64 << 20)):
        tests[f"{name} bomb"] = lambda data=data: bomb(args.dpitool, data)
    failed = 0
    if args.only:
        tests = {name: tests[name] for name in args.only.split(",")}
    for name, test in tests.items():
        wrong, figures = test()
        print(f"{'not ok' if wrong else 'ok'}  {name}: {figures}" + (f"\n    {wrong}" if wrong else ""), flush=True)
        failed += bool(wrong)
    return tally_line(len(tests) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
