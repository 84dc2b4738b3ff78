#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""funclen.py [FILE...] - lengths of the functions: median, 90th percentile, the longest ones."""
import glob
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from csource import functions  # noqa: E402


def lengths(paths):
    """(lines, path, line, name) of every function, longest first."""
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found += [(lines, path, line, name) for name, line, lines in functions(file.read())]
    return sorted(found, reverse=True)


def sources():
    return sorted(glob.glob("src/*.c") + glob.glob("src/*/*.[ch]"))


def main(args):
    found = lengths(args or sources())
    if not found:
        print("no functions")
        return
    sizes = [f[0] for f in found]
    ninetieth = sorted(sizes)[len(sizes) * 9 // 10]
    print(f"{len(sizes)} functions: median {statistics.median(sizes):g} lines, "
          f"90 % within {ninetieth}, longest {sizes[0]}")
    for size, path, line, name in found[:20]:
        print(f"{size:5}  {path}:{line} {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
