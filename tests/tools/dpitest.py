# SPDX-License-Identifier: BSD-2-Clause
"""dpitest - what the test runners and the acceptance tools share: running dpitool, finding captures,
working on two files at a time, and the last line that tests/run-check adds up."""
import concurrent.futures
import functools
import json
import os
import re
import signal
import subprocess

SANITIZER_STATUS = 99  # tells a sanitizer's or valgrind's report from dpitool's own exit statuses
VALGRIND = ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite",
            f"--error-exitcode={SANITIZER_STATUS}"]
TOO_LONG = -1000  # the status of a run that was stopped
CAPTURE_ENDINGS = (".pcap", ".pcapng", ".cap", ".gz", ".zst", ".xz", ".bz2", ".lz4")


def hear_signals():
    """Signals that a job in the background is started deaf to are heard by what is started from here on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def environment(**more):
    """The pinned environment of every test: without the rules that are shipped, which change more often than the program."""
    env = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
           if key in os.environ}
    env.update(TZ="UTC", LC_ALL="C", COLUMNS="100", DPITOOL_RULES="",
               ASAN_OPTIONS=f"exitcode={SANITIZER_STATUS}:detect_stack_use_after_return=1",
               UBSAN_OPTIONS="print_stacktrace=1")
    env.update(more)
    return env


def run(command, env=None, time_limit=120, stdin=None):
    """(exit status, stdout, stderr) as bytes; the status is TOO_LONG when it had to be stopped."""
    try:
        done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True,
                              env=env or environment(), timeout=time_limit, check=False)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        return TOO_LONG, late.stdout or b"", late.stderr or b""


def sanitizer_report(status, stderr):
    """The line of a sanitizer's report that says what is wrong, or None."""
    for line in stderr.decode("utf-8", "replace").splitlines():
        if "Sanitizer:" in line or ": runtime error:" in line:
            return line.strip()
    return "a sanitizer stopped the program" if status == SANITIZER_STATUS else None


def last_line(data):
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def captures(paths, endings=CAPTURE_ENDINGS):
    """The files below the paths that look like captures by their names, sorted; a named file always.
    endings: "" takes every file."""
    found = []
    for path in paths:
        if os.path.isfile(path):
            found.append(path)
            continue
        if not os.path.isdir(path):
            raise SystemExit(f"{path}: neither a file nor a folder")
        for folder, _, names in os.walk(path):
            found += [os.path.join(folder, n) for n in names if n.lower().endswith(endings)]
    return sorted(found)


@functools.lru_cache
def transports():
    """{name: IP protocol number}, from the table that dpitool is built with."""
    table = os.path.join(os.path.dirname(__file__), "../../src/record/transports.def")
    with open(table, encoding="utf-8") as file:
        return {name: int(number) for number, name in re.findall(r'T\((\d+), "([^"]+)"\)', file.read())}


def transport_number(name):
    """The IP protocol number of a record's transport: a name where IANA has one, else a number."""
    return int(name) if name.isdigit() else transports()[name]


def json_lines(data):
    return [json.loads(line) for line in data.splitlines() if line]


def each(work, items):
    """work(item) of every item, as many at a time as there are processors, in the order of the items.
    Threads are enough: nearly all of the work is dpitool's, and processes need a /dev/shm."""
    with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        yield from pool.map(work, items)


def tally_line(passed, failed, skipped=0):
    """Prints the last line; returns the exit status."""
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0
