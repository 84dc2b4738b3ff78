#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""coverage.py [--missing] BUILD - what the inputs of tests/fuzz/corpus cover of our parsers, by llvm-cov: lines and
branches in per cent, of each file and in all; beside it what the unit tests cover. BUILD has the replayers and the unit
tests with clang's coverage in them. Fails when the inputs cover less than is asked. --missing: the lines that they do not
reach."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SRC = HERE.parents[1] / "src"
sys.path.insert(0, str(HERE.parent / "tools"))
from dpitest import each, environment  # noqa: E402

# what reads bytes that somebody else wrote
PARSERS = ["capture", "decode", "defrag", "reasm", "names", "expr", "results", "yaml", "io/inflate.c", "io/codec.c",
           "rules/chars.c", "rules/events.c", "rules/host.c", "rules/load.c", "rules/load_signatures.c",
           "rules/reading.c", "rules/signature.c", "rules/values.c"]
# not for bytes of the input: options, folders and descriptors, which golden and unit tests hold
BESIDE = {"capture/filter.c", "capture/inputs.c", "names/hint_file.c"}
ASKED = {"lines": 92, "branches": 85}


def tool(name):
    return shutil.which(name) or shutil.which(f"{name}-14") or sys.exit(f"{name} is missing")


def sources():
    found = sorted(path for p in PARSERS for path in ([SRC / p] if p.endswith(".c") else (SRC / p).glob("*.c")))
    return [p for p in found if str(p.relative_to(SRC)) not in BESIDE]


def collect(programs, profile):
    """Runs (program, arguments), and merges what they covered to a file."""
    def one(numbered):
        number, (program, arguments) = numbered
        raw = f"{profile}.{number}.raw"
        done = subprocess.run([str(program), *map(str, arguments)], env=environment(LLVM_PROFILE_FILE=raw),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False, cwd=HERE.parents[1])
        if done.returncode:
            print(f"{program}: status {done.returncode}: what it covered may be missing", file=sys.stderr)
        return raw
    raws = [raw for raw in each(one, enumerate(programs)) if os.path.exists(raw)]
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", str(profile), *raws], check=True)
    for raw in raws:
        os.remove(raw)


def export(programs, profile):
    """{file: {lines, branches: (covered, count)}}"""
    objects = [word for program, _ in programs[1:] for word in ("-object", str(program))]
    done = subprocess.run([tool("llvm-cov"), "export", "-summary-only", f"-instr-profile={profile}",
                           str(programs[0][0]), *objects, *map(str, sources())], stdout=subprocess.PIPE, check=True)
    files = json.loads(done.stdout)["data"][0]["files"]
    return {str(pathlib.Path(f["filename"]).resolve().relative_to(SRC)):
            {kind: (f["summary"][kind]["covered"], f["summary"][kind]["count"]) for kind in ASKED} for f in files}


def missing(programs, profile):
    objects = [word for program, _ in programs[1:] for word in ("-object", str(program))]
    subprocess.run([tool("llvm-cov"), "show", "-show-branches=count", f"-instr-profile={profile}", str(programs[0][0]),
                    *objects, *map(str, sources())], check=True)


def percent(covered, count):
    return 100 * covered / count if count else 100.0


def total(figures, kind):
    return percent(*(sum(f[kind][i] for f in figures.values()) for i in (0, 1)))


def row(name, inputs, tests):
    cells = "".join(f"{value:10.1f}" for value in (inputs["lines"], inputs["branches"], tests["lines"],
                                                   tests["branches"]))
    print(f"{name:28}{cells}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("build", type=pathlib.Path)
    args = parser.parse_args()
    replayers = [(args.build / f"tests/fuzz/replay_{p.stem[5:]}", sorted((HERE / "corpus" / p.stem[5:]).iterdir()))
                 for p in sorted(HERE.glob("fuzz_*.c"))]
    units = [(path, []) for path in sorted((args.build / "tests/unit").glob("test_*")) if not path.suffix]
    figures = []
    for name, programs in (("inputs", replayers), ("units", units)):
        profile = args.build / f"{name}.profdata"
        collect(programs, profile)
        if args.missing:
            return missing(programs, profile)
        figures.append(export(programs, profile))
    inputs, tests = figures
    print(f"{'per cent':28}{'inputs of the fuzzers':>20}{'unit tests':>20}")
    print(f"{'':28}{'lines':>10}{'branches':>10}{'lines':>10}{'branches':>10}")
    none = {kind: (0, 0) for kind in ASKED}
    for name in sorted(inputs):
        row(name, *({kind: percent(*f.get(name, none)[kind]) for kind in ASKED} for f in figures))
    sums = [{kind: total(f, kind) for kind in ASKED} for f in figures]
    row("in all", *sums)
    short = [f"{kind}: {sums[0][kind]:.1f} of {asked}" for kind, asked in ASKED.items() if sums[0][kind] < asked]
    print("not ok  " + ", ".join(short) if short else "ok")
    return bool(short)


if __name__ == "__main__":
    sys.exit(main())
