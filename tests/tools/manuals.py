#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""manuals.py [--update] DOCGEN PAGE... - manual pages and completions are what docgen makes of
PAGE.in, no more and no less."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import run, tally_line  # noqa: E402


def main(args):
    update = "--update" in args
    docgen, *pages = [arg for arg in args if arg != "--update"]
    failed = 0
    for page in pages:
        status, made, err = run([docgen, page + ".in"])
        if status != 0:
            sys.exit(f"{page}.in: {err.decode(errors='replace').strip()}")
        if update:
            with open(page, "wb") as file:
                file.write(made)
        with open(page, "rb") as file:
            if file.read() != made:
                print(f"{page} is not what the program's tables say: make docs")
                failed += 1
    return tally_line(len(pages) - failed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
