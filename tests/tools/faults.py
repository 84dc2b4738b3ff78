#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""faults.py [--every] DPITOOL [INPUTS] - detection that crashes or hangs on a packet costs that packet's flow its label and
nothing else: every other record is as without the fault, the exit status is 1, and it is said. --crash-dir has the first
packets of that flow, bit for bit, and without a fault none.

Crashes at a spread of the packets that detection is shown, with --every at each of them; hangs at one, with --every at
three, and once it waits for ever, which takes a minute to be believed. With INPUTS (tests/bench/inputs) crashes in a large
capture, too, with batches under way and behind several checkpoints; and the worker is killed there, and its copies:
what was said of other flows by then is theirs alone."""
import glob
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import tree_of  # noqa: E402
from dpitest import environment, run, tally_line  # noqa: E402
import readcap  # noqa: E402

PCAPS = pathlib.Path(__file__).resolve().parents[1] / "pcaps"
CAPTURES = ["http11.pcapng", "tls-apps.pcapng", "dns-udp.pcapng", "made/syn-scan.pcap"]
FLAG = "detector-fault"


def records(dpitool, capture, fault=None):
    """(status, records by flow_id, stderr)"""
    extra = {"DPITOOL_TEST_FAULT": fault} if fault else {}
    jobs = str(1 + int(fault.split("@")[1]) % 2) if fault else "2"
    status, out, err = run([dpitool, "classify", "-j", jobs, "-o", "json", str(PCAPS / capture)],
                           env=environment(**extra))
    return status, {r["flow_id"]: r for r in map(json.loads, out.splitlines())}, err.decode()


def others_wrong(want, got):
    """The flows that no fault is told of, and are others than without."""
    return [i for i in want if FLAG not in got.get(i, {}).get("flags", []) and got.get(i) != want[i]]


def tell(what, wrong):
    """Whether it failed."""
    print(f"{'not ok' if wrong else 'ok'}  {what}" + (f"\n    {wrong}" if wrong else ""), flush=True)
    return bool(wrong)


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
    others = others_wrong(want, got)
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


def packets_of(path):
    return [(p.ns, p.wirelen, p.data) for p in readcap.packets(path.read_bytes())]


def crash_dir_wrong(dpitool, capture, fault, options):
    """What is wrong, or None."""
    with tempfile.TemporaryDirectory(prefix="dpitool-faults-") as folder:
        kept, whole = pathlib.Path(folder) / "kept", pathlib.Path(folder) / "whole"
        command = [dpitool, "classify", "-o", "json", f"--crash-dir={kept}", *options, str(PCAPS / capture)]
        status, out, err = run(command, env=environment(**({"DPITOOL_TEST_FAULT": fault} if fault else {})))
        marked = [r["flow_id"] for r in map(json.loads, out.splitlines()) if FLAG in r.get("flags", [])]
        index = json.loads((kept / "index.json").read_bytes())
        files = sorted(name for name in os.listdir(kept) if not name.startswith("index."))
        if [r["flow_id"] for r in index] != marked or [r["file"] for r in index] != files or bool(fault) != bool(marked):
            return f"status {status}, {len(marked)} flows are marked, {files} are there: {err.decode()}"
        run([dpitool, "extract", "--all", "--split", str(whole), *options, str(PCAPS / capture)])
        for name in files:
            got, want = packets_of(kept / name), packets_of(next(whole.glob(f"{pathlib.Path(name).stem}.*")))
            if not got or got != want[:len(got)]:
                return f"{name} has {len(got)} packets, which are not the first of {len(want)}"
    return None


CRASH_DIRS = [("http11.pcapng", "crash@5", []), ("http11.pcapng", "hang@2", []), ("http11.pcapng", None, []),
              ("dns-udp.pcapng", "crash@3", ["--memory=1M"]), ("tls-apps.pcapng", "crash@40", ["--active-timeout=1"])]


# --- a large capture ------------------------------------------------------------------------------------------------

LARGE_PACKETS, LARGE_CRASHES, KILLS = 200_000, range(1, 90_000, 4_500), 40
BETWEEN_KILLS_S = [0.021 + 0.001 * i for i in range(7)]  # while what was under way is worked off again


def killed(dpitool, capture, n):
    """Records of a run whose worker is killed, and soon after that its copy with the copy's own."""
    command = [dpitool, "classify", "-j", "1", "-o", "json", str(capture)]
    with tempfile.TemporaryFile() as out, subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL,
                                                           env=environment()) as child:
        time.sleep(0.1 + 0.01 * n)
        for pid in tree_of(child.pid)[1:2]:
            kill(pid)
        time.sleep(BETWEEN_KILLS_S[n % len(BETWEEN_KILLS_S)])
        for pid in reversed(tree_of(child.pid)[1:]):
            kill(pid)
        status = child.wait()
        out.seek(0)
        return status, {r["flow_id"]: r for r in map(json.loads, out)}


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def large_wrong(dpitool, capture, want):
    for n in LARGE_CRASHES:
        status, got, _ = records(dpitool, capture, f"crash@{n}")
        if others_wrong(want, got) or status != 1:
            return f"crash@{n}: status {status}, {len(others_wrong(want, got))} other flows"
    return None


def kills_wrong(dpitool, capture, want):
    for n in range(KILLS):
        status, got = killed(dpitool, capture, n)
        if others_wrong(want, got):
            return f"kill {n}: status {status}, {len(others_wrong(want, got))} other flows"
    return None


def large(dpitool, inputs):
    """(passed, failed)"""
    failed = 0
    with tempfile.NamedTemporaryFile(prefix="dpitool-faults-", suffix=".pcap") as capture:
        subprocess.run([inputs, "mix", str(LARGE_PACKETS), *sorted(glob.glob(f"{PCAPS}/*.pcap*"))], stdout=capture, check=True)
        _, want, _ = records(dpitool, capture.name)
        for what, test in (("crashes in a large capture", large_wrong), ("kills in a large capture", kills_wrong)):
            failed += tell(what, test(dpitool, capture.name, want))
    return 2 - failed, failed


def main(args):
    every = "--every" in args
    dpitool, *inputs = map(os.path.abspath, [arg for arg in args if arg != "--every"])
    failed, done = 0, 0
    for capture in CAPTURES:
        crashes = [f"crash@{n}" for n in (range(1, 400) if every else (1, 2, 5, 11))]
        hangs = [f"hang@{n}" for n in ((1, 4, 9) if every else (3,))] if capture == CAPTURES[0] else []
        hangs += ["stop@2"] if hangs and every else []
        for kind, faults in (("crashes", crashes), ("hangs", hangs)):
            if not faults:
                continue
            failed += tell(f"{kind} in {capture}", try_all(dpitool, capture, faults))
            done += 1
    for capture, fault, options in CRASH_DIRS:
        failed += tell(f"--crash-dir, {fault or 'no fault'} in {capture} {' '.join(options)}",
                       crash_dir_wrong(dpitool, capture, fault, options))
        done += 1
    passed, large_failed = large(dpitool, inputs[0]) if inputs else (0, 0)
    return tally_line(done - failed + passed, failed + large_failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
