#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""endless.py [--gb=20] [--kind=mix] DPITOOL INPUTS - a capture that is made while it is read, through a pipe, by the
program of tests/bench: memory of all processes stays what it was when a quarter was read, and every packet is counted."""
import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import PCAPS, pss_kib, tree_of  # noqa: E402
from dpitest import environment, tally_line  # noqa: E402

PACKET_BYTES = {"mix": 375, "dns": 105, "scan": 70, "bulk": 1}  # for each that is asked for; of bulk bytes are asked for
GROWTH, SLACK_MIB = 1.1, 4
SAMPLE_S = 0.2


def watch(child, over, samples):
    """Notes [seconds, MiB, bytes read] until it is over."""
    begin = time.monotonic()
    while not over.wait(SAMPLE_S):
        mib = sum(map(pss_kib, tree_of(child.pid))) / 1024
        try:
            with open(f"/proc/{child.pid}/io", encoding="ascii") as file:
                read = int(file.readline().split()[1])
        except OSError:
            return
        samples.append((time.monotonic() - begin, mib, read))


def run(args, folder):
    """(exit status, summary, samples)"""
    made = subprocess.Popen([args.inputs, args.kind, str(int(args.gb * 1e9) // PACKET_BYTES[args.kind]),
                             *(sorted(glob.glob(f"{PCAPS}/*.pcap*")) if args.kind == "mix" else [])], stdout=subprocess.PIPE)
    child = subprocess.Popen([args.dpitool, "classify", "-o", f"csv:{os.devnull}", "-o", f"summary-json:{folder}/summary",
                              "-"], stdin=made.stdout, env=environment())
    made.stdout.close()
    over, samples = threading.Event(), []
    watcher = threading.Thread(target=watch, args=(child, over, samples))
    watcher.start()
    status = child.wait() or made.wait()
    over.set()
    watcher.join()
    with open(f"{folder}/summary", encoding="utf-8") as file:
        return status, json.load(file), samples


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gb", type=float, default=20)
    parser.add_argument("--kind", choices=PACKET_BYTES, default="mix")
    parser.add_argument("dpitool")
    parser.add_argument("inputs")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        status, summary, samples = run(args, folder)
    quarter = samples[-1][2] / 4
    early = max((mib for _, mib, read in samples if read <= quarter), default=0)
    late = max(mib for _, mib, _ in samples)
    counted = sum(summary["buckets"].values()) == summary["packets_read"]
    held = late <= early * GROWTH + SLACK_MIB
    print(f"{args.kind}, {samples[-1][2] / 1e9:.1f} GB, {summary['packets_read']:,} packets, {summary['flows']['total']:,} flows in "
          f"{samples[-1][0]:.0f} s: {early:.0f} MiB at most in the first quarter, {late:.0f} MiB in all")
    if status or not counted:
        print(f"exit status {status}; packets are {'' if counted else 'not '}all accounted for")
    return tally_line(int(held and counted and not status), int(not (held and counted and not status)))


if __name__ == "__main__":
    sys.exit(main())
