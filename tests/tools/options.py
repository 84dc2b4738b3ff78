#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""options.py DPITOOL - every option of every command, as help tells them, with values that are wrong: each time one
line on standard error that names the option, nothing on standard output, exit status 2."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import run, tally_line  # noqa: E402
from usage import commands, options  # noqa: E402

CAPTURE = os.path.join(os.path.dirname(__file__), "../pcaps/http11.pcapng")
# wrong for every argument there is: no number, choice, field, format, filter, time, prefix, path of a file
NONSENSE = ["@nonsense@", "", "-1", "99999999999999999999999", "1e3", "\x1b[31m\u202e", "%n%s", "x" * 3000]
# what is no nonsense to an option, or to an argument
TAKES = {"--filter": [""]}
ANY_NAME = ("PATH", "FOLDER")  # of a file: all but none


def wrong_uses(option):
    """Arguments behind the command."""
    name = f"--{option.name}"
    if not option.argument:
        yield [f"{name}=yes"]
        return
    for value in [""] if option.argument in ANY_NAME else NONSENSE:
        if value not in TAKES.get(name, []):
            yield [f"{name}={value}", CAPTURE]
            yield [name, value, CAPTURE]
    yield [CAPTURE, name]
    if option.letter:
        yield [CAPTURE, f"-{option.letter}"]
        if option.argument not in ANY_NAME:
            yield [f"-{option.letter}@nonsense@", CAPTURE]


def what_is_wrong(dpitool, command, option, arguments):
    status, out, err = run([dpitool, command, *arguments])
    lines = err.decode("utf-8", "strict").splitlines()
    if status != 2:
        return f"exit status {status}"
    if out:
        return "something on standard output"
    if len(lines) != 1 or not lines[0].startswith("dpitool: "):
        return f"{len(lines)} lines"
    if f"--{option.name}" not in lines[0] and f"-{option.letter} " not in lines[0]:
        return f"the option is not named: {lines[0]}"
    if not lines[0].isprintable():
        return f"not printable: {lines[0]!r}"
    return None


def main(args):
    dpitool = os.path.abspath(args[0])
    passed = failed = 0
    for command in commands(dpitool):
        for option in options(dpitool, command):
            for arguments in wrong_uses(option):
                wrong = what_is_wrong(dpitool, command, option, arguments)
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(f"{command} {' '.join(a[:40] for a in arguments)!a}: {wrong}")
    return tally_line(passed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
