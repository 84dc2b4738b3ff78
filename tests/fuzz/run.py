#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""run.py [--time=SECONDS] [--only=TARGET,...] [--keep] DPITOOL BUILD - runs the fuzzers of BUILD/tests/fuzz, two at a
time, from the seeds that seeds.py makes, the inputs of tests/fuzz/corpus, and what earlier runs found (BUILD/found).

One line each: target, seconds of CPU, executions, edges that were covered, findings; these are left in BUILD/findings.
--keep: inputs of at most 20 KiB that together cover every edge that all cover take the place of those in
tests/fuzz/corpus, but for the ones that have a name that tells something. Leaks are not looked for in `engine`:
nDPI has some."""
import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
from dpitest import environment, tally_line  # noqa: E402

AT_ONCE = 2
SECONDS_OF_ONE = 10  # an input that takes longer is a finding
MEGABYTES = 1024
LARGEST = 64 << 10
LARGEST_KEPT = 20 << 10


class Target:
    def __init__(self, name, build):
        self.name = name
        self.program = build / f"tests/fuzz/fuzz_{name}"
        self.seeds, self.found = build / "seeds" / name, build / "found" / name
        self.findings = build / "findings" / name
        self.corpus = HERE / "corpus" / name
        for folder in (self.seeds, self.found, self.findings, self.corpus):
            folder.mkdir(parents=True, exist_ok=True)

    def start(self, arguments, **how):
        env = environment(ASAN_OPTIONS=f"detect_leaks={int(self.name != 'engine')}:detect_stack_use_after_return=1")
        return subprocess.run([str(self.program), f"-rss_limit_mb={MEGABYTES}", f"-timeout={SECONDS_OF_ONE}",
                               f"-max_len={LARGEST}", f"-artifact_prefix={self.findings}/", *map(str, arguments)],
                              env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False, **how)

    def fuzz(self, seconds):
        """(what libFuzzer said, files with findings)"""
        dictionary = HERE / f"dict/{self.name}.dict"
        arguments = [f"-dict={dictionary}"] if dictionary.exists() else []
        with open(self.findings.parent / f"{self.name}.log", "w+b") as log:
            self.start([*arguments, f"-max_total_time={seconds}", "-print_final_stats=1", self.found, self.seeds,
                        self.corpus], stderr=log)
            log.seek(0)
            return log.read().decode("utf-8", "replace"), sorted(self.findings.iterdir())

    def keep(self):
        small, cover = (self.found.parent / f"{self.name}.{what}" for what in ("small", "cover"))
        for folder in (small, cover):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for path in sorted([*self.corpus.iterdir(), *self.seeds.iterdir(), *self.found.iterdir()]):
            if path.stat().st_size <= LARGEST_KEPT:
                shutil.copy(path, small)
        self.start(["-set_cover_merge=1", "-use_counters=0", cover, small], stderr=subprocess.DEVNULL)
        kept = {hashlib.sha1(path.read_bytes()).hexdigest()[:12]: path for path in cover.iterdir()}
        for path in self.corpus.iterdir():
            if re.fullmatch("[0-9a-f]{12}", path.name) and path.name not in kept:
                path.unlink()
        for name, path in kept.items():
            shutil.copy(path, self.corpus / name)


def last(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def one(target, seconds):
    said, findings = target.fuzz(seconds)
    executions = last(r"number_of_executed_units: (\d+)", said)
    print(f"{'not ok' if findings or not executions else 'ok'}  {target.name}: {executions} executions, "
          f"{last(r'cov: ([0-9]+)', said)} edges, {len(findings)} findings", flush=True)
    for path in findings:
        print(f"    {path}")
    return bool(findings) or not executions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--time", type=int, default=60)
    parser.add_argument("--only")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("dpitool")
    parser.add_argument("build", type=pathlib.Path)
    args = parser.parse_args()
    build = args.build.resolve()
    names = args.only.split(",") if args.only else sorted(p.stem[5:] for p in HERE.glob("fuzz_*.c"))
    subprocess.run([HERE / "seeds.py", os.path.abspath(args.dpitool), build / "seeds"], check=True,
                   stdout=subprocess.DEVNULL)
    targets = [Target(name, build) for name in names]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        failed = sum(pool.map(lambda t: one(t, args.time), targets))
        if args.keep:
            list(pool.map(Target.keep, targets))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{used.ru_utime + used.ru_stime:.0f} s of CPU")
    return tally_line(len(targets) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
