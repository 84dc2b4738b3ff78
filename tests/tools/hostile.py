#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""hostile.py [--times=N] [--sanitized=DPITOOL --sanitized-times=N] [--seed=N] [--largest=BYTES] [--sample=N] [--part=K/N]
DPITOOL CAPTURE|FOLDER... - corrupts every file at random, again and again, and classifies it.

Of each: no crash; at most 10 s of CPU; at most 512 MB (not with sanitizers, which take more themselves); exit status 0,
1 or 3, with a message when it is not 0; the buckets, the captures and packets_read of the summary have one sum.
What is made depends on the seed, the name of the file and the count alone. Failures of nDPI are contained: they are
counted apart. --sample: only so many files, spread over all of them. --part=2/10: the second of ten parts of the files,
the same parts each time."""
import argparse
import functools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter, namedtuple

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, environment, last_line, sanitizer_report, tally_line  # noqa: E402

STATUSES = (0, 1, 3)
CPU_SECONDS, WALL_SECONDS = 10, 120  # the latter for what waits for ever
MEMORY_KB = 512 << 10
NUMBERS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\1\0\0\0", b"\0\0\0\1", b"\xff\xff\0\0")
DETECTION = re.compile(rb"nDPI (crashed|hung|.*fail)", re.I)

Run = namedtuple("Run", "status out err seconds kilobytes")
Outcome = namedtuple("Outcome", "status wrong contained seconds kilobytes")


def flip(data, rng):
    for _ in range(rng.choice((1, 4, 16, 1 + len(data) // 500))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(data, rng):
    for _ in range(rng.choice((1, 3, 10))):
        at = rng.randrange(len(data))
        data[at:at + 4] = rng.choice(NUMBERS)


def noise(data, rng):
    at = rng.randrange(len(data))
    data[at:at + 64] = rng.randbytes(len(data[at:at + 64]))


def cut(data, rng):
    del data[rng.randrange(1, len(data) + 1):]


def take_out(data, rng):
    at = rng.randrange(len(data))
    del data[at:at + rng.randrange(1, 200)]


def double(data, rng):
    at, n = rng.randrange(len(data)), rng.randrange(1, 2000)
    data[at:at] = data[at:at + n]


KINDS = (flip, flip, overwrite, overwrite, noise, cut, take_out, double)


def corrupted(original, rng):
    data = bytearray(original)
    for kind in rng.choices(KINDS, k=rng.choice((1, 1, 2, 3))):
        if data:
            kind(data, rng)
    return bytes(data)


def classify(binary, path):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with subprocess.Popen([binary, "classify", "-o", "summary-json", path], stdin=subprocess.DEVNULL, stdout=out,
                              stderr=err, env=environment()) as child:
            timer = threading.Timer(WALL_SECONDS, child.kill)
            timer.start()
            _, status, used = os.wait4(child.pid, 0)
            timer.cancel()
            child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Run(child.returncode, out.read(), err.read(), used.ru_utime + used.ru_stime, used.ru_maxrss)


def accounts(out):
    try:
        summary = json.loads(out)
        sums = {summary["packets_read"], sum(summary["buckets"].values()),
                sum(c["packets"] for c in summary["captures"])}
    except (ValueError, KeyError) as error:
        return f"the summary cannot be read: {error!r}"
    return None if len(sums) == 1 else f"the accounts have several sums: {sorted(sums)}"


def wrong_with(run, sanitized):
    """What is wrong, or None."""
    report = sanitizer_report(run.status, run.err)
    if report:
        return report
    if run.status not in STATUSES:
        return f"exit status {run.status}: {last_line(run.err)}"
    if run.status and not run.err.strip():
        return f"exit status {run.status} without a message"
    if not sanitized and run.seconds > CPU_SECONDS:
        return f"{run.seconds:.1f} s of CPU"
    if not sanitized and run.kilobytes > MEMORY_KB:
        return f"{run.kilobytes >> 10} MB"
    return accounts(run.out) if run.status != 3 else None


def try_one(binary, sanitized, original, seed, keep):
    data = corrupted(original, random.Random(seed))
    with tempfile.NamedTemporaryFile(prefix="dpitool-hostile-") as file:
        file.write(data)
        file.flush()
        run = classify(binary, file.name)
    wrong = wrong_with(run, sanitized)
    if wrong and keep:
        with open(os.path.join(keep, re.sub(r"\W", "_", seed)), "wb") as kept:
            kept.write(data)
    return Outcome(run.status, wrong, bool(DETECTION.search(run.err)), run.seconds, run.kilobytes)


def try_file(args, path):
    with open(path, "rb") as file:
        original = file.read()
    name = os.path.basename(path)
    outcomes = []
    for binary, sanitized, times in ((args.dpitool, False, args.times), (args.sanitized, True, args.sanitized_times)):
        for i in range(times if binary and original else 0):
            seed = f"{args.seed} {name} {i}"
            outcomes.append(try_one(binary, sanitized, original, seed, args.keep))
            if outcomes[-1].wrong:
                print(f"not ok  {path}, seed '{seed}'{', sanitizers' * sanitized}: {outcomes[-1].wrong}", flush=True)
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--sanitized")
    parser.add_argument("--sanitized-times", type=int, default=5)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--largest", type=int, default=4 << 20)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--keep", help="a folder for the files that show something wrong")
    parser.add_argument("dpitool")
    parser.add_argument("paths", nargs="+")
    args = parser.parse_args()
    found = [p for p in captures(args.paths) if os.path.getsize(p) <= args.largest]
    if args.sample:
        found = random.Random(args.seed).sample(found, min(args.sample, len(found)))
    part, parts = map(int, args.part.split("/"))
    found = found[part - 1::parts]
    outcomes = [o for of_file in each(functools.partial(try_file, args), found) for o in of_file]
    bad = sum(bool(o.wrong) for o in outcomes)
    statuses = Counter(o.status for o in outcomes)
    print(f"{len(found)} files, {len(outcomes)} runs, exit status " +
          ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    print(f"{sum(o.contained for o in outcomes)} failures of nDPI contained; at most "
          f"{max((o.seconds for o in outcomes), default=0):.1f} s of CPU")
    return tally_line(len(outcomes) - bad, bad)


if __name__ == "__main__":
    sys.exit(main())
