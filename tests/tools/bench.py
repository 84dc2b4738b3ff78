#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench.py DPITOOL FOLDER - dpitool as it is installed beside programs that do less, on inputs made by FOLDER/inputs.

Runs are pairs: dpitool, then another program, on the same input; the figures are medians of the pairs' ratios, so
that what else the machine does at the time touches both. CPU time is that of all processes, user and system, of dpitool
doing one thing after the other (-j 1); wall time is that of its default. Memory is the most that all processes have at
once (PSS), and the most that one of them has (RSS, as time(1) tells), from a run of its own. In the environment:
BENCH_ROUNDS   pairs (5)
BENCH_SCALE    a factor for the size of inputs (1)
BENCH_ONLY     inputs, with commas between (all)
BENCH_PROGRAMS the programs dpitool is compared with, likewise (all that are installed); no-rules, no-contain, json (beside
               CSV) and unknown are dpitool itself, so ratios tell what a part of it costs
BENCH_DIR      where the inputs are (FOLDER)"""
import glob
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment  # noqa: E402

PCAPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../pcaps")
# name: kind of tests/bench/inputs.c, size, and who is left out for what it would need
MUCH_MEMORY = ("ndpiReader", "bare", "tshark", "tcpflow")
INPUTS = {
    "mix": ("mix", 1_000_000, ()),
    "bulk": ("bulk", 1_000_000_000, ()),
    "scan-1m": ("scan", 1_000_000, ("tshark",)),
    "scan-10m": ("scan", 10_000_000, MUCH_MEMORY),
    "dns": ("dns", 200_000, ()),
    "tls": ("tls", 50_000, ()),
}
SAMPLE_S = 0.02
# dpitool without a part, or with one that is not a default: measured when BENCH_PROGRAMS asks
VARIANTS = {
    "no-rules": ["--no-default-rules"],
    "no-contain": ["--no-contain"],
    "json": ["-o", "json:{out}/flows.json"],
    "unknown": ["-o", "unknown:{out}/unknown"],
}


def programs(dpitool, folder):
    """{name: command with {input} and {out}, a folder that is empty}, those that are installed."""
    classify = [dpitool, "classify", "--progress", "never", "-o", "csv:{out}/flows.csv", "{input}"]
    known = {
        "dpitool": classify,
        **{name: classify + words for name, words in VARIANTS.items()},
        "ndpiReader": ["ndpiReader", "-C", "{out}/flows.csv", "-i", "{input}"],
        "bare": [f"{folder}/bare", "{input}"],
        "loop": [f"{folder}/loop", "{input}"],
        "tshark": ["tshark", "-n", "-r", "{input}", "-T", "fields", "-e", "frame.protocols"],
        "argus": ["argus", "-r", "{input}", "-w", "{out}/argus"],
        "softflowd": ["softflowd", "-d", "-r", "{input}"],
        "tcpflow": ["tcpflow", "-r", "{input}", "-o", "{out}"],
    }
    return {name: command for name, command in known.items() if shutil.which(command[0])}


def version(command):
    """What a program says of its version, in one line."""
    asks = {"ndpiReader": [], "argus": ["-h"], "softflowd": ["-V"]}.get(os.path.basename(command[0]), ["--version"])
    done = subprocess.run([command[0], *asks], capture_output=True, text=True, errors="replace", check=False,
                          stdin=subprocess.DEVNULL)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if any(c.isdigit() for c in line)]
    return lines[0] if lines else "unknown"


def tree_of(pid):
    """The process and those below it, whichever thread has started them."""
    found = [pid]
    for parent in found:
        for path in glob.glob(f"/proc/{parent}/task/*/children"):
            try:
                with open(path, encoding="ascii") as file:
                    found += [int(child) for child in file.read().split()]
            except OSError:
                pass
    return found


def pss_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    except OSError:
        return 0


class Sampler(threading.Thread):
    """Watches what a process and those below it have in memory."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.peak, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.wait(SAMPLE_S):
            self.peak = max(self.peak, sum(map(pss_kib, tree_of(self.pid))))


def measure(command, capture, memory=False):
    """(CPU seconds, wall seconds, MiB of all at once or 0, MiB of the largest) of one run; None when it fails."""
    with tempfile.TemporaryDirectory() as out:
        env = environment()
        del env["DPITOOL_RULES"]  # as it is shipped
        words = [word.format(input=capture, out=out) for word in command]
        start = time.monotonic()
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=env)
        sampler = Sampler(child.pid) if memory else None
        if sampler:
            sampler.start()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = status
        wall = time.monotonic() - start
        if sampler:
            sampler.over.set()
            sampler.join()
        mib = sampler.peak / 1024 if sampler else 0
        whole = (used.ru_utime + used.ru_stime, wall, mib, used.ru_maxrss / 1024)
        return whole if os.waitstatus_to_exitcode(status) == 0 else None


def make_input(maker, name, kind, size, folder):
    path = os.path.join(folder, f"{name}-{size}.pcap")
    if not os.path.exists(path):
        captures = sorted(glob.glob(f"{PCAPS}/*.pcap*")) if kind == "mix" else []
        with open(path + ".new", "wb") as out:
            subprocess.run([maker, kind, str(size), *captures], stdout=out, check=True)
        os.rename(path + ".new", path)
    return path


def measure_times(known, name, capture):
    """(CPU seconds, wall seconds), of dpitool from a run with -j 1 and from one without; None when one fails."""
    alone = measure(known[name] + ["-j", "1"], capture) if name in ("dpitool", *VARIANTS) else None
    usual = measure(known[name], capture)
    if name not in ("dpitool", *VARIANTS):
        alone = usual
    return (alone[0], usual[1]) if alone and usual else None


def compare(known, other, capture, rounds):
    """The row of one program: medians of its own figures, and of the ratios to dpitool's."""
    pairs = []
    for _ in range(rounds):
        ours, theirs = (measure_times(known, name, capture) for name in ("dpitool", other))
        if not ours or not theirs:
            return None
        pairs.append((ours, theirs))
    ours, theirs = (list(measure(known[name], capture, memory=True)[2:]) for name in ("dpitool", other))
    ratio = [statistics.median(b[i] / max(a[i], 0.001) for a, b in pairs) for i in (0, 1)]
    return {"ours": [statistics.median(a[i] for a, _ in pairs) for i in (0, 1)] + ours,
            "theirs": [statistics.median(b[i] for _, b in pairs) for i in (0, 1)] + theirs,
            "ratio": ratio + [b / max(a, 0.1) for a, b in zip(ours, theirs)]}


def table_row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def figures(name, four):
    table_row(name, *(f"{v:.2f}" for v in four[:2]), *(f"{v:.1f}" for v in four[2:]), "", "", "", "")


def bench_input(name, known, capture, rounds, wanted):
    print(f"\n### {name}: {os.path.getsize(capture):,} bytes\n")
    table_row("program", "CPU s", "wall s", "MiB", "MiB of one", "CPU, times dpitool's", "wall", "memory", "of one")
    table_row(*["---"] + ["---:"] * 8)
    shown = False
    for other in wanted:
        if other in INPUTS[name][2]:
            continue
        row = compare(known, other, capture, rounds)
        if not row:
            table_row(other, "failed", *[""] * 7)
            continue
        if not shown:
            figures("dpitool", row["ours"])
        shown = True
        table_row(other, *(f"{v:.2f}" for v in row["theirs"][:2]), *(f"{v:.1f}" for v in row["theirs"][2:]),
                  *(f"{v:.2f}" for v in row["ratio"]))


def listed(variable, known, default=None):
    """What a variable of the environment chooses among known; unless it is set the default, or all."""
    wanted = [word for word in os.environ.get(variable, "").split(",") if word] or list(default or known)
    for word in wanted:
        if word not in known:
            sys.exit(f"{variable}: no '{word}' among {', '.join(known)}")
    return wanted


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")


def main(dpitool, folder):
    known = programs(os.path.abspath(dpitool), os.path.abspath(folder))
    rounds, scale = int(os.environ.get("BENCH_ROUNDS", 5)), float(os.environ.get("BENCH_SCALE", 1))
    inputs = listed("BENCH_ONLY", INPUTS)
    others = [name for name in known if name != "dpitool"]
    wanted = listed("BENCH_PROGRAMS", others, [name for name in others if name not in VARIANTS])
    if rounds < 1 or scale <= 0:
        sys.exit("BENCH_ROUNDS and BENCH_SCALE are above 0")
    where = os.environ.get("BENCH_DIR", folder)
    print(f"{processor()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}; "
          f"{rounds} pairs, inputs of {scale:g} times the full size\n")
    for name in ["dpitool"] + [w for w in wanted if w not in ("bare", "loop", *VARIANTS)]:
        print(f"- {name}: {version(known[name])}")
    for name in inputs:
        kind, size, _ = INPUTS[name]
        capture = make_input(f"{folder}/inputs", name, kind, max(1, int(size * scale)), where)
        bench_input(name, known, capture, rounds, wanted)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
