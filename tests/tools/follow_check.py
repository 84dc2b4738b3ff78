#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""follow_check.py DPITOOL CAPTURE|FOLDER... - the TCP streams of dpitool follow --conversations are those of tshark's
follow,tcp,raw: the same bytes in each direction, and where nothing was out of order the same turns.

tshark begins another stream where ports are used again; those of the same ends are put behind each other. Where bytes
are missing tshark writes a sentence into the data, which is taken out. Every stream that differs must be of a class
that the program decides; the last line before the tally is the share of streams that are equal."""
import base64
import collections
import functools
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, run, tally_line  # noqa: E402

SEPARATOR = b"=" * 67
MARKER = re.compile(rb"\[-?\d+ bytes missing in capture file\]\0")
STREAMS_A_RUN = 100
TIME_LIMIT = 600


def streams_of_tshark(path):
    """{(end, end): [(end, bytes), ...]}, one for all streams of the same ends; None when tshark cannot read the file."""
    _, out, err = run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "tcp.stream"], time_limit=TIME_LIMIT)
    numbers = [int(n) for n in re.findall(rb"\d+", out)]
    if not numbers and err:
        return None
    found = {}
    for first in range(0, max(numbers, default=-1) + 1, STREAMS_A_RUN):
        taps = [word for n in range(first, min(first + STREAMS_A_RUN, max(numbers) + 1))
                for word in ("-z", f"follow,tcp,raw,{n}")]
        _, out, _ = run(["tshark", "-n", "-r", path, "-q", *taps], time_limit=TIME_LIMIT)
        # tshark prints its taps last to first
        for block in reversed(out.split(SEPARATOR + b"\nFollow: ")[1:]):
            add_stream(found, block)
    return found


def add_stream(found, block):
    lines = block.split(SEPARATOR)[0].splitlines()
    ends = tuple(re.search(rb"Node \d: (.*)", line)[1].decode() for line in lines[2:4])
    if ends[0] == ":0":  # a stream without bytes
        return
    stream = found.setdefault(tuple(sorted(ends)), [])
    for line in lines[4:]:
        stream.append((ends[line.startswith(b"\t")], bytes.fromhex(line.decode().strip())))


def stream_of_dpitool(binary, path, ends):
    """[(end, bytes or the number of bytes that are missing), ...], or None when there is no such flow."""
    status, out, err = run([binary, "follow", "--conversations", "--ignore-vlan", "--flow", "-".join(ends),
                            "--as", "yaml", path])
    if status == 6:
        return None
    head, _, turns = out.decode().partition("turns:")
    if not turns:
        raise RuntimeError(f"{path} {ends}: exit status {status}, {err.decode()}")
    side = {role: re.search(rf'^{role}: "(.*)"', head, re.M)[1] for role in ("client", "server")}
    found = []
    for turn in turns.split("  - from: ")[1:]:
        role, kind, *lines = turn.splitlines()
        missing = re.search(r"missing: (\d+)", kind)
        found.append((side[role], int(missing[1]) if missing else base64.b64decode("".join(lines))))
    return found


def without_markers(stream):
    return [(end, MARKER.sub(b"", data)) for end, data in stream if MARKER.sub(b"", data)]


def bytes_of(stream, end):
    return b"".join(data for e, data in stream if e == end and isinstance(data, bytes))


def turns_of(stream):
    turns = []
    for end, data in stream:
        if not isinstance(data, bytes):
            continue
        if turns and turns[-1][0] == end:
            turns[-1][1] += data
        else:
            turns.append([end, data])
    return turns


def compare(binary, path, ends, theirs):
    """The class of one stream."""
    ours = stream_of_dpitool(binary, path, ends)
    if ours is None:
        return "no such flow here"
    has_gap = any(not isinstance(data, bytes) for _, data in ours) or any(MARKER.search(d) for _, d in theirs)
    theirs = without_markers(theirs)
    for end in set(ends):
        mine, other = bytes_of(ours, end), bytes_of(theirs, end)
        if mine == other:
            continue
        if mine.startswith(other):
            return "tail"
        if mine.endswith(other):
            return "head"
        return "differs"
    if turns_of(ours) == turns_of(theirs):
        return "equal with gaps" if has_gap else "equal"
    return "turns with gaps" if has_gap else "turns"


def check_file(binary, path):
    theirs = streams_of_tshark(path)
    if theirs is None:
        return path, []
    return path, [(ends, compare(binary, path, ends, stream)) for ends, stream in theirs.items()]


def main(args):
    binary = os.path.abspath(args[0])
    classes = collections.Counter()
    for path, streams in each(functools.partial(check_file, binary), captures(args[1:], "")):
        for ends, kind in streams:
            classes[kind] += 1
            if not kind.startswith("equal"):
                print(f"{path} {'-'.join(ends)}: {kind}", flush=True)
    for kind, count in classes.most_common():
        print(f"{count:7} {kind}")
    return tally_line(sum(classes.values()), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
