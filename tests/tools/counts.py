#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""counts.py DPITOOL CAPTURE|FOLDER... - the packets that dpitool reads are those that capinfos -c counts.

Every file that capinfos reads must have the same count. A last record that is cut by the end of the file does not
count: capinfos says "cut short" of such a file and dpitool that it is damaged, and both count what is before it. What
capinfos reads and dpitool does not read at all is skipped when it is no format of packets from a network; each format
is told with its number of files."""
import collections
import functools
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, last_line, run, tally_line  # noqa: E402

# What capinfos calls the formats that dpitool reads.
FORMATS = re.compile(r"pcap\b|pcapng")


def counted_by_capinfos(path):
    """(packets, format), or None when capinfos cannot read the file at all."""
    _, out, _ = run(["capinfos", "-t", "-c", "-M", path])
    packets = re.search(rb"Number of packets: +(\d+)", out)
    kind = re.search(rb"File type: +(.*)", out)
    if not packets or not kind:
        return None
    return int(packets[1]), kind[1].decode()


def counted_by_dpitool(binary, path):
    """(packets or None, last line of what it says)"""
    _, out, err = run([binary, "classify", "-o", "summary-json", path])
    return (json.loads(out)["packets_read"] if out else None), last_line(err)


def compare(binary, path):
    """(outcome, words): outcome is "same", "differs" or "skipped"."""
    theirs = counted_by_capinfos(path)
    if theirs is None:
        return "skipped", "not read by capinfos"
    packets, kind = theirs
    if not FORMATS.search(kind):
        return "skipped", kind
    ours, said = counted_by_dpitool(binary, path)
    if ours == packets:
        return "same", ""
    return "differs", f"capinfos counts {packets} packets, dpitool {ours} ({kind}) {said}"


def main(args):
    binary, paths = args[0], captures(args[1:], endings="")
    outcomes, skipped = collections.Counter(), collections.Counter()
    for path, (outcome, words) in zip(paths, each(functools.partial(compare, binary), paths)):
        outcomes[outcome] += 1
        if outcome == "differs":
            print(f"not ok  {path}\n    {words}")
        elif outcome == "skipped":
            skipped[words] += 1
    for words, n in skipped.most_common():
        print(f"skipped {n}: {words}")
    return tally_line(outcomes["same"], outcomes["differs"], outcomes["skipped"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
