#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""faults.py [--every] DPITOOL - detection that crashes or hangs on a packet costs that packet's flow its label and
nothing else: every other record is as without the fault, the exit status is 1, and it is said.

Crashes at a spread of the packets that detection is shown, with --every at each of them; hangs at one, with --every at
three, and once it waits for ever, which takes a minute to be believed."""
import json
import os
import pathlib
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, run, tally_line  # noqa: E402

PCAPS = pathlib.Path(__file__).resolve().parents[1] / "pcaps"
CAPTURES = ["http11.pcapng", "tls-apps.pcapng", "dns-udp.pcapng", "made/syn-scan.pcap"]
FLAG = "detector-fault"


def records(dpitool, capture, fault=None):
    """(status, records by flow_id, stderr)"""
    extra = {"DPITOOL_TEST_FAULT": fault} if fault else {}
    status, out, err = run([dpitool, "classify", "-o", "json", str(PCAPS / capture)], env=environment(**extra))
    return status, {r["flow_id"]: r for r in map(json.loads, out.splitlines())}, err.decode()


def wrong_with(fault, want, status, got, err):
    """What is wrong, or None; whether the fault came to pass."""
    hit = [i for i, r in got.items() if FLAG in r.get("flags", [])]
    if not hit:
        return ("another output", False) if got != want or status != 0 else (None, False)
    if len(hit) != 1:
        return f"{len(hit)} flows are marked", True
    if status != 1 or "nDPI " not in err:
        return f"exit status {status}, stderr {err!r}", True
    if got.keys() != want.keys():
        return "other flows", True
    others = [i for i in want if i != hit[0] and got[i] != want[i]]
    return (f"flow {others[0]} is another one, for a fault in flow {hit[0]}" if others else None), True


def try_all(dpitool, capture, faults):
    """Stops behind the last packet that detection is shown."""
    _, want, _ = records(dpitool, capture)
    tried = 0
    for fault in faults:
        wrong, hit = wrong_with(fault, want, *records(dpitool, capture, fault))
        if wrong:
            return f"{fault}: {wrong}"
        if not hit:
            break
        tried += 1
    return None if tried else "no fault came to pass"


def main(args):
    every = "--every" in args
    dpitool = os.path.abspath(args[-1])
    failed, done = 0, 0
    for capture in CAPTURES:
        crashes = [f"crash@{n}" for n in (range(1, 400) if every else (1, 2, 5, 11))]
        hangs = [f"hang@{n}" for n in ((1, 4, 9) if every else (3,))] if capture == CAPTURES[0] else []
        hangs += ["stop@2"] if hangs and every else []
        for kind, faults in (("crashes", crashes), ("hangs", hangs)):
            if not faults:
                continue
            wrong = try_all(dpitool, capture, faults)
            print(f"{'not ok' if wrong else 'ok'}  {kind} in {capture}" + (f"\n    {wrong}" if wrong else ""))
            failed += bool(wrong)
            done += 1
    return tally_line(done - failed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
