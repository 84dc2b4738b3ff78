#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""failures.py [--every=N] [--only=TEXT] DPITOOL FAILING.so - each allocation of ours fails in turn (failing.c), and some
of nDPI's, most of them while it starts; the disk is full behind each byte of an output; a capture ends, and is wrong, at
each of its bytes.

Every time: no crash, a message where the exit status is not 0, and no output that looks whole. --every: only each N-th.
--only: those tests that have TEXT in their name."""
import argparse
import functools
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import each, environment, last_line, run, sanitizer_report, tally_line  # noqa: E402

TESTS = pathlib.Path(__file__).resolve().parents[1]
CAPTURE = str(TESTS / "pcaps/made/fragments.pcap")
SMALL = [TESTS / "pcaps/made" / name for name in ("ipip-3.pcap", "simple-blocks.pcapng")]
COMMANDS = {
    "classify": ["classify", "-o", "csv", "-o", "summary-json:/dev/null", CAPTURE],
    "without containment": ["classify", "--no-contain", "-o", "json", CAPTURE],
    "extract": ["extract", "--all", "-w", "/dev/null", CAPTURE],
    "rules": ["rules", "check", str(TESTS / "rules/apps.yaml")],
    "diff": ["diff", str(TESTS / "results/old.csv"), str(TESTS / "results/new.json")],
}
FORMATS = ("csv", "json", "table", "summary", "summary-json")
NO_MEMORY = NO_ROOM = 5
DIFFERS = 6  # says so in its output
AT_A_TIME = 64


def judge(status, err, allowed):
    """What is wrong, or None."""
    report = sanitizer_report(status, err)
    if report or status not in allowed:
        return report or f"exit status {status}: {last_line(err)}"
    return f"exit status {status} without a message" if status not in (0, DIFFERS) and not err.strip() else None


def without_one(args, command, at):
    """(what is wrong or None, whether the allocation was there)"""
    status, _, err = run([args.dpitool, *command], env=environment(LD_PRELOAD=args.failing, FAIL_AT=str(at)))
    usual = args.usual[command[0]]
    failed = b"out of memory" in err or b"detection" in err or b"nDPI" in err
    return judge(status, err, {usual, NO_MEMORY, 1}), failed


def allocations(args, command):
    """Until as many in a row as are tried at a time are beyond the last one."""
    args.usual[command[0]] = run([args.dpitool, *command])[0]
    tried = 0
    for first in itertools.count(1, AT_A_TIME * args.every):
        numbers = range(first, first + AT_A_TIME * args.every, args.every)
        results = list(each(functools.partial(without_one, args, command), numbers))
        wrong = [f"allocation {n}: {w}" for n, (w, _) in zip(numbers, results) if w]
        if wrong:
            return wrong[0], tried
        tried += sum(failed for _, failed in results)
        if not any(failed for _, failed in results):
            return None if tried else "none failed", tried


def of_library(args, command, at):
    """(what is wrong or None, whether starting failed)"""
    status, _, err = run([args.dpitool, *command],
                         env=environment(LD_PRELOAD=args.failing, FAIL_IN="libndpi", FAIL_AT=str(at)))
    lines = err.count(b"\n")
    return judge(status, err, {0, 1, NO_MEMORY}) or (f"{lines} lines" if status == NO_MEMORY and lines != 1 else None), \
        status == NO_MEMORY


def allocations_of_library(args, command):
    numbers = [*range(1, 9), *range(9, 60000, 1500 * args.every)]  # 4.2 starts with 30,000
    results = list(each(functools.partial(of_library, args, command), numbers))
    wrong = [f"allocation {n}: {w}" for n, (w, _) in zip(numbers, results) if w]
    failed = sum(f for _, f in results)
    return (wrong[0] if wrong else None if failed else "none failed"), f"{len(numbers)}, {failed} of them end it"


def written(args, form, room):
    """What is wrong, or None, when a file may have so many bytes."""
    with tempfile.TemporaryDirectory() as folder:
        command = f"exec prlimit --fsize={room} -- " \
                  f"'{args.dpitool}' classify --no-contain -o '{form}:{folder}/out' '{CAPTURE}'"
        done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, env=environment(),
                              check=False)
        left = os.listdir(folder)
    return judge(done.returncode, done.stderr, {NO_ROOM}) or (f"{left} is there" if left else None)


def full_disk(args, form):
    with tempfile.TemporaryDirectory() as folder:
        run([args.dpitool, "classify", "-o", f"{form}:{folder}/out", CAPTURE])
        size = os.path.getsize(f"{folder}/out")
    rooms = range(0, size, args.every)
    wrong = [w for w in each(functools.partial(written, args, form), rooms) if w]
    return wrong[0] if wrong else None, len(rooms)


def spoiled(args, data):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        status, _, err = run([args.dpitool, "classify", "--no-contain", "-o", "csv", "-o", "summary-json:/dev/null",
                              file.name])
    return judge(status, err, {0, 1, 3})


def every_byte(args, path):
    data = path.read_bytes()
    variants = [data[:n] for n in range(0, len(data), args.every)]
    variants += [data[:n] + bytes([data[n] ^ 1 << n % 8]) + data[n + 1:] for n in range(0, len(data), args.every)]
    wrong = [w for w in each(functools.partial(spoiled, args), variants) if w]
    return wrong[0] if wrong else None, len(variants)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--sanitized", help="a build for the captures that are spoiled")
    parser.add_argument("dpitool")
    parser.add_argument("failing")
    args = parser.parse_args()
    args.usual = {}
    args.dpitool, args.failing = os.path.abspath(args.dpitool), os.path.abspath(args.failing)
    tests = [(f"allocations of {name}", functools.partial(allocations, args, command))
             for name, command in COMMANDS.items()]
    tests += [(f"allocations of nDPI, {name}", functools.partial(allocations_of_library, args, command))
              for name, command in (("classify", COMMANDS["classify"]), ("version", ["version"]))]
    tests += [(f"a full disk, {form}", functools.partial(full_disk, args, form)) for form in FORMATS]
    spoiling = argparse.Namespace(dpitool=os.path.abspath(args.sanitized or args.dpitool), every=args.every)
    tests += [(f"{path.name} at every byte", functools.partial(every_byte, spoiling, path)) for path in SMALL]
    failed = 0
    tests = [(name, test) for name, test in tests if args.only in name]
    for name, test in tests:
        wrong, n = test()
        print(f"{'not ok' if wrong else 'ok'}  {name}: {n}" + (f"\n    {wrong}" if wrong else ""), flush=True)
        failed += bool(wrong)
    return tally_line(len(tests) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
