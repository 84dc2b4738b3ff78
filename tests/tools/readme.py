#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""readme.py [--update] DPITOOL FILE.md... - runs the examples of a Markdown file and compares what they print.

An example is a ```console block: a line that begins with "$ " is run by the shell in the top folder, with
standard error behind standard output; the lines below are what it prints, and "[exit status N]" when N is not 0.
--update writes what is printed into the file instead."""
import os
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$")
TOP = pathlib.Path(__file__).resolve().parents[2]


def run(command, dpitool):
    env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", PATH=f"{dpitool.parent}:{os.environ['PATH']}")
    done = subprocess.run(command, shell=True, cwd=TOP, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    status = f"[exit status {done.returncode}]\n" if done.returncode else ""
    lines = (done.stdout + done.stderr + status).splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)


def renew(block, dpitool):
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{run(command[2:], dpitool)}" for command in commands)


def main(args):
    update = "--update" in args
    dpitool, *files = [pathlib.Path(a).resolve() for a in args if a != "--update"]
    passed = failed = 0
    for path in files:
        text = path.read_text(encoding="utf-8")
        if update:
            path.write_text(BLOCK.sub(lambda m: f"```console\n{renew(m[1], dpitool)}```", text), encoding="utf-8")
            continue
        for match in BLOCK.finditer(text):
            now = renew(match[1], dpitool)
            if now == match[1]:
                passed += 1
                continue
            failed += 1
            print(f"{path.name}: an example prints something else now; look, then make docs:\n{now}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
