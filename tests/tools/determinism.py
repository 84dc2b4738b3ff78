#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""determinism.py [--few] DPITOOL CAPTURE|FOLDER... - what dpitool writes is a function of the input's bytes.

Of each capture, each format by itself in the pinned environment is the reference. The same bytes must come again from
a second run (its hash keys are others), under another time zone and locale with -j 1, from one run with all formats at once.
From standard input, from each compression, from classic pcap turned to pcapng and from the capture cut in two files
only the columns capture and interface may differ, and in the summary what it says of files.

--few: every third capture, for it takes 46 runs each."""
import functools
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import pcapfile  # noqa: E402
from dpitest import captures, each, environment, run, tally_line  # noqa: E402

FORMATS = ("csv", "json", "table", "summary", "summary-json")
COMPRESSIONS = ("gzip", "zstd", "xz", "bzip2", "lz4")
ELSEWHERE = environment(TZ="Asia/Kathmandu", LC_ALL="C.UTF-8", LANG="de_DE.UTF-8")


def classify(binary, *arguments, env=None, stdin=None):
    """(exit status, stdout)"""
    return run([binary, "classify", *arguments], env=env, stdin=stdin)[:2]


def all_at_once(binary, path):
    """{format: bytes} of one run."""
    with tempfile.TemporaryDirectory(prefix="dpitool-determinism-") as folder:
        files = {fmt: os.path.join(folder, fmt) for fmt in FORMATS}
        classify(binary, *(part for fmt in FORMATS for part in ("-o", f"{fmt}:{files[fmt]}")), path)
        return {fmt: open(file, "rb").read() if os.path.exists(file) else b"" for fmt, file in files.items()}


def without_files(result):
    """A summary as JSON without what it says of the files: their names, formats and what is written in them."""
    status, out = result
    if not out:
        return result
    summary = json.loads(out)
    for key in ("captures", "warnings", "capture_drops"):
        summary.pop(key, None)
    return status, summary


def results(binary, header, *inputs, stdin=None):
    """What must not depend on the form of the input. Standard input is one file for all runs."""
    columns = [name for name in header if name not in ("capture", "interface")]
    for fmt, options in (("csv", columns), ("json", columns), ("summary-json", [])):
        fields = ["--fields", ",".join(options)] if options else []
        if stdin:
            stdin.seek(0)
        result = classify(binary, "-o", fmt, *fields, *inputs, stdin=stdin)
        yield fmt, without_files(result) if fmt == "summary-json" else result


def compressed(path, program):
    with open(path, "rb") as source:
        return subprocess.run([program, "-c"], stdin=source, capture_output=True, check=True).stdout


def other_forms(path):
    """(what it is, files of it) of the same packets."""
    for program in COMPRESSIONS:
        yield program, [compressed(path, program)]
    with open(path, "rb") as source:
        data = source.read()
    try:
        packets = list(pcapfile.read(data))
        if not pcapfile.is_pcapng(data):
            yield "pcapng", [pcapfile.as_pcapng(data)]
    except (ValueError, struct.error, KeyError, IndexError, TypeError):
        return  # damaged, or a variant that the strict reader does not know
    times = [packet.time_ns for packet in packets]
    # Files are ordered by their first packet, so the cut must not turn them round; and a packet without a time has
    # that of the packet before it, which a file of its own does not have.
    if len(times) > 1 and times[0] <= times[len(times) // 2] and 0 not in times:
        yield "cut in two", pcapfile.cut_in_two(data)


def forms_differ(binary, path, header):
    reference = list(results(binary, header, path))
    with open(path, "rb") as source:
        if reference != list(results(binary, header, "-", stdin=source)):
            yield "standard input makes a difference"
    with tempfile.TemporaryDirectory(prefix="dpitool-determinism-") as folder:
        for what, files in other_forms(path):
            names = [os.path.join(folder, f"{n}") for n in range(len(files))]
            for name, data in zip(names, files):
                with open(name, "wb") as out:
                    out.write(data)
            for (fmt, expected), (_, got) in zip(reference, results(binary, header, *names)):
                if expected != got:
                    yield f"{fmt}: as {what} it makes a difference"


def differences(binary, path):
    together, wrong = all_at_once(binary, path), []
    reference = {fmt: classify(binary, "-o", fmt, path) for fmt in FORMATS}
    for fmt, expected in reference.items():
        if expected != classify(binary, "-o", fmt, path):
            wrong.append(f"{fmt}: a second run differs")
        if expected != classify(binary, "-j", "1", "-o", fmt, path, env=ELSEWHERE):
            wrong.append(f"{fmt}: another time zone and locale, and -j 1, make a difference")
        if expected[1] != together[fmt]:
            wrong.append(f"{fmt}: one of several outputs differs from the only one")
    header = reference["csv"][1].split(b"\r\n", 1)[0].decode().split(",") if reference["csv"][1] else []
    return wrong + list(forms_differ(binary, path, header))


def main(args):
    few = args[0] == "--few"
    binary, paths = args[few], captures(args[few + 1:])[::3 if few else 1]
    passed = failed = 0
    for path, wrong in zip(paths, each(functools.partial(differences, binary), paths)):
        if wrong:
            print("\n    ".join([f"not ok  {path}"] + wrong))
        passed, failed = passed + (not wrong), failed + bool(wrong)
    return tally_line(passed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
