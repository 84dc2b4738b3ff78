# SPDX-License-Identifier: BSD-2-Clause
"""usage - the commands and options of dpitool as its help tells them."""
import collections
import functools
import re

from dpitest import run

Option = collections.namedtuple("Option", "letter name argument text")
ROW = re.compile(r"^ {2}(?:-(\w), | {4})--([a-z0-9-]+)(?: (\S+))?(?: {2,}(.*)|)$")


@functools.lru_cache
def help_of(dpitool, *command):
    status, out, err = run([dpitool, *command, "--help"])
    if status != 0 or err:
        raise SystemExit(f"{' '.join(command)} --help: exit status {status}, {err.decode()}")
    return out.decode().splitlines()


def rows(lines):
    found = []
    for line in lines:
        match = ROW.match(line)
        if match:
            found.append([match[1], match[2], match[3] or "", match[4] or ""])
        elif found and line.startswith(" " * 8):
            found[-1][3] = f"{found[-1][3]} {line.strip()}".strip()
    return [Option(*row) for row in found]


def commands(dpitool):
    return [line.split()[0] for line in help_of(dpitool) if re.match(r"  [a-z]", line)]


def options(dpitool, command):
    """Its own options, with what their values are: the name of an argument, choices with | between, or ''."""
    return [option for option in rows(help_of(dpitool, command)) if option.name != "help"]


def common(dpitool):
    return [option for option in rows(help_of(dpitool)) if option.name == "help"]
