#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""instructions.py [--update] DPITOOL INPUTS - instructions of fixed runs, counted by callgrind, against
tests/bench/instructions.txt: over 5 % more fails.

Counts depend on the compiler, the C library, nDPI and what the processor can, so the file has a section for each such
setting; where there is none, nothing is compared and it is said. INPUTS is the program of tests/bench. All runs but
the first count from the first packet on, so that starting nDPI does not hide what packets and flows cost."""
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import each, environment, tally_line  # noqa: E402

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BASELINE = os.path.join(TESTS, "bench/instructions.txt")
ALLOWED = 1.05
MADE = {"mix": 20000, "bulk": 10_000_000, "scan": 5000, "dns": 3000, "tls": 800}
# name: (whole program?, arguments; an input that is made is {name})
RUNS = {
    "start": (True, ["-o", "csv", "tests/pcaps/ping.pcapng"]),
    "rules": (True, ["-r", "rules", "-o", "csv", "tests/pcaps/ping.pcapng"]),
    "quic": (False, ["-o", "csv", "tests/pcaps/quic.pcapng"]),
    "fragments": (False, ["-o", "csv", "tests/pcaps/made/fragments-odd.pcap"]),
    "tunnels": (False, ["-o", "csv", "tests/pcaps/made/tunnel-gtp.pcap"]),
    "mix": (False, ["-o", "csv", "{mix}"]),
    "mix-summary": (False, ["-o", "summary", "{mix}"]),
    "bulk": (False, ["-o", "csv", "{bulk}"]),
    "scan": (False, ["-o", "csv", "{scan}"]),
    "scan-json": (False, ["-o", "json", "{scan}"]),
    "dns": (False, ["-o", "csv", "{dns}"]),
    "tls-rules": (False, ["-r", "tests/rules", "-o", "csv", "{tls}"]),
}
RULES_FILE = "rules"  # grows with the rules that are shipped: told, never a failure


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout


def setting(dpitool):
    compiler = output_of(os.environ.get("CC", "cc"), "--version").splitlines()[0]
    libc = os.confstr("CS_GNU_LIBC_VERSION")
    ndpi = re.search(r"nDPI (\S+)", output_of(dpitool, "version"))
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), [])
    vectors = [flag for flag in ("avx2", "avx512vl") if flag in flags]
    return "; ".join([compiler, libc, f"nDPI {ndpi.group(1) if ndpi else 'unknown'}", os.uname().machine, *vectors])


def sections():
    """{setting: {run: count}}"""
    found, now = {}, None
    with open(BASELINE, encoding="utf-8") as file:
        for line in file:
            if line.startswith("["):
                now = found.setdefault(line.strip()[1:-1], {})
            elif line.strip() and not line.startswith("#"):
                name, count = line.split()
                now[name] = int(count.replace(",", ""))
    return found


def write(found):
    with open(BASELINE, encoding="utf-8") as file:
        head = [line for line in file if line.startswith("#")]
    with open(BASELINE, "w", encoding="utf-8") as file:
        file.writelines(head)
        for name, counts in sorted(found.items()):
            file.write(f"\n[{name}]\n" + "".join(f"{run:<12} {count:>15,}\n" for run, count in counts.items()))


def count(dpitool, inputs, name):
    """Instructions of a run, or what valgrind says instead."""
    whole, words = RUNS[name]
    toggles = [] if whole else ["--toggle-collect=capture_run_go", "--toggle-collect=outputs_finish"]
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *toggles, dpitool, "classify",
               "-j", "1", "--no-contain", "--no-sandbox", "--progress", "never", *(word.format(**inputs) for word in words)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
                          env=environment(), cwd=os.path.dirname(os.path.abspath(TESTS)), check=False)
    match = re.search(r"Collected : (\d+)", done.stderr)
    return int(match.group(1)) if match and done.returncode == 0 else done.stderr.strip()[-300:]


def make_inputs(maker, folder):
    captures = sorted(glob.glob(f"{TESTS}/pcaps/*.pcap*"))
    made = {}
    for kind, size in MADE.items():
        made[kind] = os.path.join(folder, f"{kind}.pcap")
        with open(made[kind], "wb") as out:
            subprocess.run([maker, kind, str(size), *(captures if kind == "mix" else [])], stdout=out, check=True)
    return made


def judge(name, now, before):
    """Prints the line of a run; returns "passed", "failed" or "skipped"."""
    if not isinstance(now, int):
        print(f"not ok  {name}: {now}")
        return "failed"
    if not before:
        print(f"new  {name}: {now:,}")
        return "skipped"
    ratio = now / before
    grown = ratio > ALLOWED and name != RULES_FILE
    print(f"{'not ok' if grown else 'ok'}  {name}: {now:,}, {100 * (ratio - 1):+.1f} %", flush=True)
    return "failed" if grown else "passed"


def main(arguments):
    update = arguments[:1] == ["--update"]
    dpitool, maker = (os.path.abspath(path) for path in arguments[update:])
    found, here = sections(), setting(dpitool)
    before = found.get(here, {})
    if not before:
        print(f"nothing to compare with for {here}: instructions.py --update writes it down")
    with tempfile.TemporaryDirectory() as folder:
        inputs = make_inputs(maker, folder)
        counts = dict(zip(RUNS, each(lambda name: count(dpitool, inputs, name), RUNS)))
    results = [judge(name, now, before.get(name)) for name, now in counts.items()]
    if update and all(isinstance(now, int) for now in counts.values()):
        found[here] = counts
        write(found)
        return tally_line(len(counts), 0)
    return tally_line(*(results.count(word) for word in ("passed", "failed", "skipped")))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
