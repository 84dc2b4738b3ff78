#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""pcapng_suite.py DPITOOL FOLDER - dpitool against the captures of the pcapng test generator.

The .txt beside each capture counts its blocks. So many packets must be read as there are packet blocks (EPB, SPB, PB),
with exit status 0. tests/tools/frames.py, a reader of its own, must find the same packets, and tshark the same time
of each; dpitool must have the sum of their lengths on the wire, the first and last time, and for each flow the time
of its first packet. Simple packets have no time: their flows say so."""
import json
import os
import re
import sys
from datetime import datetime, timezone
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, json_lines, last_line, run, tally_line  # noqa: E402
from frames import frames  # noqa: E402

PACKET_BLOCKS = ("EPB", "SPB", "PB")
BLOCK = re.compile(r"^\s+(\w+): (\d+)$", re.M)


def expected_packets(path):
    text = os.path.splitext(path)[0] + ".txt"
    if not os.path.exists(text):
        return None
    with open(text, encoding="utf-8") as file:
        counts = dict(BLOCK.findall(file.read()))
    return sum(int(counts.get(kind, 0)) for kind in PACKET_BLOCKS)


def seconds(rfc3339):
    """Seconds since 1970 as an exact fraction."""
    whole, part = re.fullmatch(r"(.*?)(?:\.(\d+))?Z", rfc3339).groups()
    moment = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) + (Fraction(int(part), 10 ** len(part)) if part else 0)


def tshark_times(path):
    """[seconds], rounded down to nanoseconds as tshark keeps them; packets without a time are left out."""
    status, out, err = run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.time_epoch"])
    if status != 0:
        raise ValueError(f"tshark: {last_line(err)}")
    return [Fraction(line) for line in out.decode().split("\n") if line]


def dated(frames):
    """[seconds] of every frame, rounded down to nanoseconds; None for those without a time."""
    return [None if frame.time is None else Fraction(frame.time * 10**9 // 1, 10**9) for frame in frames]


def check_times(path, summary, records, seen):
    times = dated(seen)
    known = [time for time in times if time is not None]
    if known != tshark_times(path):
        yield "frames.py and tshark have other times"
    span = [seconds(summary[name]) for name in ("first_seen", "last_seen") if name in summary]
    if span != ([min(known), max(known)] if known else []):
        yield f"first_seen and last_seen are {summary.get('first_seen')} and {summary.get('last_seen')}"
    for record in records:
        first = times[record["first_packet"] - 1]
        if first is None:
            if "untimed" not in record.get("flags", []):
                yield f"flow {record['flow_id']}: begins with a packet without a time and does not say so"
        elif seconds(record["first_seen"]) != first:
            yield f"flow {record['flow_id']}: first_seen is not the time of packet {record['first_packet']}"


def check_counts(summary, seen, packets):
    for what, count in (("packets_read", summary["packets_read"]), ("frames.py", len(seen)),
                        ("the captures", sum(c["packets"] for c in summary["captures"]))):
        if count != packets:
            yield f"{what}: {count} packets, the .txt says {packets}"
    if summary["bytes_read"] != sum(frame.length for frame in seen):
        yield f"bytes_read {summary['bytes_read']}, frames.py {sum(f.length for f in seen)}"


def check(binary, path):
    status, out, err = run([binary, "classify", "-o", "summary-json", path])
    packets = expected_packets(path)
    if status != 0:
        return [f"exit status {status}: {last_line(err)}"] if packets is not None or status != 3 else []
    summary, seen = json.loads(out), list(frames(path))
    records = json_lines(run([binary, "classify", "-o", "json", path])[1])
    return [*check_counts(summary, seen, len(seen) if packets is None else packets),
            *check_times(path, summary, records, seen)]


def main(args):
    binary, folder = args
    passed = failed = 0
    for path in captures([folder], (".pcap", ".pcapng")):
        wrong = check(binary, path)
        print("\n    ".join([f"{'not ok' if wrong else 'ok'}  {os.path.basename(path)}"] + wrong))
        passed, failed = passed + (not wrong), failed + bool(wrong)
    return tally_line(passed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
