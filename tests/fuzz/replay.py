#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""replay.py FOLDER - runs the inputs of tests/fuzz/corpus through the programs FOLDER/replay_TARGET, one for each
fuzzer. An input after which a program does not go on is what went wrong."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
from dpitest import environment, run, sanitizer_report, tally_line  # noqa: E402


def replay(program, inputs):
    """What is wrong, or None."""
    # leaks: nDPI has some
    leaks = "" if program.name != "replay_engine" else ":detect_leaks=0"
    env = environment()
    env["ASAN_OPTIONS"] += leaks
    status, out, err = run([str(program), *map(str, inputs)], env=env)
    done = sum(line.startswith(b"ok ") for line in out.splitlines())
    if status == 0 and done == len(inputs):
        return None
    at = inputs[done] if done < len(inputs) else "the end"
    return f"status {status} at {at}: {sanitizer_report(status, err) or err.decode(errors='replace')[:400]}"


def main(folder):
    failed = total = 0
    for source in sorted(HERE.glob("fuzz_*.c")):
        name = source.stem[len("fuzz_"):]
        inputs = sorted((HERE / "corpus" / name).iterdir())
        wrong = replay(pathlib.Path(folder) / f"replay_{name}", inputs) if inputs else "there is no input"
        print(f"{'not ok' if wrong else 'ok'}  {name}: {len(inputs)} inputs" + (f"\n    {wrong}" if wrong else ""))
        failed += bool(wrong)
        total += 1
    return tally_line(total - failed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
