#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""determinism.py DPITOOL CAPTURE|FOLDER... - what dpitool writes is a function of the input's bytes.

Of each capture, each format by itself in the pinned environment is the reference. The same bytes must come again from
a second run (its hash keys are others), under another time zone and locale, from one run with all formats at once, and
from standard input, where only the name of the capture may differ."""
import functools
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, environment, run, tally_line  # noqa: E402

FORMATS = ("csv", "json", "table", "summary", "summary-json")
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


def without_names(fmt, result):
    """A summary as JSON without what says where the capture was."""
    status, out = result
    if fmt != "summary-json" or not out:
        return result
    summary = json.loads(out)
    for capture in summary["captures"]:
        capture["name"] = "-"
    del summary["warnings"]
    return status, summary


def stdin_differs(binary, path, header):
    fields = ["--fields", ",".join(name for name in header if name != "capture")] if header else []
    for fmt, options in (("csv", fields), ("json", fields), ("summary-json", [])):
        named = classify(binary, "-o", fmt, *options, path)
        with open(path, "rb") as source:
            piped = classify(binary, "-o", fmt, *options, "-", stdin=source)
        if without_names(fmt, named) != without_names(fmt, piped):
            yield f"{fmt}: standard input makes a difference"


def differences(binary, path):
    together, wrong = all_at_once(binary, path), []
    reference = {fmt: classify(binary, "-o", fmt, path) for fmt in FORMATS}
    for fmt, expected in reference.items():
        if expected != classify(binary, "-o", fmt, path):
            wrong.append(f"{fmt}: a second run differs")
        if expected != classify(binary, "-o", fmt, path, env=ELSEWHERE):
            wrong.append(f"{fmt}: another time zone and locale make a difference")
        if expected[1] != together[fmt]:
            wrong.append(f"{fmt}: one of several outputs differs from the only one")
    header = reference["csv"][1].split(b"\r\n", 1)[0].decode().split(",") if reference["csv"][1] else []
    return wrong + list(stdin_differs(binary, path, header))


def main(args):
    binary, paths = args[0], captures(args[1:])
    passed = failed = 0
    for path, wrong in zip(paths, each(functools.partial(differences, binary), paths)):
        if wrong:
            print("\n    ".join([f"not ok  {path}"] + wrong))
        passed, failed = passed + (not wrong), failed + bool(wrong)
    return tally_line(passed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
