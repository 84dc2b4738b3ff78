#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""follow_check.py DPITOOL - the files of follow --write have what --direction writes to standard output.

follow_check.py DPITOOL CAPTURE|FOLDER... - the TCP streams of dpitool follow --conversations are those of tshark's
follow,tcp,raw: the same bytes in each direction, and where no bytes are missing the same turns.

tshark begins another stream where ports are used again; those of the same ends are put behind each other. Where bytes
are missing tshark writes a sentence into the data, which is taken out. A stream that is not equal must be of one of the
classes below, which the program decides; any other fails."""
import base64
import collections
import functools
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, run, tally_line  # noqa: E402

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
SEPARATOR = b"=" * 67
MARKER = re.compile(rb"\[-?\d+ bytes missing in capture file\]\0")
STREAMS_A_RUN = 100

EQUAL = "equal"
EQUAL_GAPS = "equal, with bytes missing"
TURNS_GAPS = "the same bytes, with bytes missing: tshark has other turns around them"
TURNS_ORDER = "the same bytes, which tshark says were out of order, in other turns"
LATE = "bytes were captured behind their acknowledgement: tshark had given them up"
RESET = "a reset with a payload, which is no part of the stream"
KEPT_BACK = "bytes are missing, nobody acknowledged them, and tshark keeps back what is behind"
BEFORE_FIRST = "tshark leaves out what was sent before the first segment it saw, but captured behind it"
OVERLAP = "segments with different bytes for the same place: the first that came, tshark: the first in the stream"
IN_TUNNEL = "in a tunnel that is not entered"
FRAGMENTS = "in fragments"
IN_PAYLOAD = "packets in the payload, for whose ends tshark takes those of the stream"
CLASSES = (EQUAL, EQUAL_GAPS, TURNS_GAPS, TURNS_ORDER, KEPT_BACK, LATE, RESET, BEFORE_FIRST, OVERLAP,
           IN_TUNNEL, FRAGMENTS, IN_PAYLOAD)
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
    command = [binary, "follow", "--conversations", "--ignore-vlan", "--flow", "-".join(ends), "--as", "yaml", path]
    status, out, err = run(command)
    if b" flows are " in err:  # UDP between the same ends
        status, out, err = run(command + ["-f", "tcp or (vlan and tcp)"])
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


def before_gap(stream, end, data):
    """Whether data is what the end sent before one of its gaps, or all."""
    before = b""
    for e, piece in stream:
        if e != end:
            continue
        if isinstance(piece, bytes):
            before += piece
        elif before == data:
            return True
    return before == data


def is_part(theirs, ours, end):
    """Whether all that tshark has of the end is in ours, in order."""
    mine, at = bytes_of(ours, end), 0
    for e, data in theirs:
        if e == end:
            at = mine.find(data, at)
            if at < 0:
                return False
            at += len(data)
    return True


def frames(path, ends, more):
    """Whether tshark finds frames of these ends for which more is true."""
    ports = " && ".join(f"tcp.port=={end.rpartition(':')[2]}" for end in ends)
    return bool(run(["tshark", "-n", "-r", path, "-Y", f"{ports} && {more}"], time_limit=TIME_LIMIT)[1])


def protocols_of(path, ends):
    """The protocols of the frames in which tshark finds these ends, a line a frame."""
    ports = " && ".join(f"tcp.port=={end.rpartition(':')[2]}" for end in ends)
    return run(["tshark", "-n", "-r", path, "-Y", ports, "-T", "fields", "-e", "frame.protocols"],
               time_limit=TIME_LIMIT)[1]


def is_tunnelled(path, ends):
    return any(re.search(rb"\bip(?:v6)?:(?!tcp)", line) for line in protocols_of(path, ends).splitlines())


def carries_packets(path, ends):
    return re.search(rb"\btcp:.*\bip", protocols_of(path, ends))


def is_fragmented(path, ends):
    address = ends[0].rpartition(":")[0].strip("[]")
    wanted = f"(ip.addr=={address} && (ip.flags.mf==1 || ip.frag_offset>0))" if "." in address else "ipv6.fragment"
    _, out, _ = run(["tshark", "-n", "-r", path, "-Y", wanted, "-c", "1000000"], time_limit=TIME_LIMIT)
    return bool(out)


def compare(binary, path, ends, theirs):
    """The class of one stream."""
    ours = stream_of_dpitool(binary, path, ends)
    if ours is None:
        return IN_TUNNEL if is_tunnelled(path, ends) else "no such flow"
    has_gap = any(not isinstance(data, bytes) for _, data in ours) or any(MARKER.search(d) for _, d in theirs)
    theirs = without_markers(theirs)
    data = [(end, bytes_of(ours, end), bytes_of(theirs, end)) for end in set(ends)]
    if all(mine == other for _, mine, other in data):
        if turns_of(ours) == turns_of(theirs):
            return EQUAL_GAPS if has_gap else EQUAL
        if has_gap:
            return TURNS_GAPS
        return TURNS_ORDER if frames(path, ends, "tcp.analysis.flags") else "turns"
    if has_gap and all(before_gap(ours, end, other) for end, _, other in data):
        return KEPT_BACK
    if all(len(mine) == len(other) for _, mine, other in data) and has_gap:
        return OVERLAP
    if all(mine.endswith(other) for _, mine, other in data):
        return BEFORE_FIRST
    if has_gap and all(is_part(theirs, ours, end) for end in set(ends)):
        return LATE
    if frames(path, ends, "tcp.flags.reset==1 && tcp.len>0"):
        return RESET
    if is_fragmented(path, ends):
        return FRAGMENTS
    return IN_PAYLOAD if carries_packets(path, ends) else "bytes"


def check_file(binary, path):
    theirs = streams_of_tshark(path)
    if theirs is None:
        return path, []
    return path, [(ends, compare(binary, path, ends, stream)) for ends, stream in theirs.items()]


def check_files(binary, form):
    """What is wrong with the files of one form, or nothing."""
    arguments = [] if form is None else ["--as", form]
    ending = {None: "bin", "raw": "bin", "yaml": "yaml"}.get(form, "txt")
    with tempfile.TemporaryDirectory() as folder:
        follow = [binary, "follow", "--flow", "2", f"{TOP}/tests/pcaps/http11.pcapng"]
        status, out, err = run(follow + ["-w", f"{folder}/s", *arguments])
        if status or out or sorted(os.listdir(folder)) != [f"s-client.{ending}", f"s-server.{ending}"]:
            return f"exit status {status}, {sorted(os.listdir(folder))} {err.decode()}"
        for side in ("client", "server"):
            _, want, _ = run(follow + ["--direction", side, "--as", form or "raw"])
            with open(f"{folder}/s-{side}.{ending}", "rb") as file:
                if not want or file.read() != want:
                    return f"the file of the {side} is not what --direction {side} shows"
    return ""


def check_all_files(binary):
    found = {form: check_files(binary, form) for form in (None, "ascii", "hex", "raw", "yaml")}
    for form, wrong in found.items():
        print(f"not ok  --as {form or 'auto'}: {wrong}" if wrong else f"ok  --as {form or 'auto'}")
    failed = sum(map(bool, found.values()))
    return tally_line(len(found) - failed, failed)


def main(args):
    binary = os.path.abspath(args[0])
    if not args[1:]:
        return check_all_files(binary)
    counts = collections.Counter()
    for path, streams in each(functools.partial(check_file, binary), captures(args[1:], "")):
        for ends, kind in streams:
            counts[kind] += 1
            if kind not in (EQUAL, EQUAL_GAPS, TURNS_GAPS, KEPT_BACK):
                print(f"{path} {'-'.join(ends)}: {kind}", flush=True)
    for kind, count in counts.most_common():
        print(f"{count:7} {kind}")
    passed = sum(counts[kind] for kind in CLASSES)
    print(f"{100 * (counts[EQUAL] + counts[EQUAL_GAPS] + counts[TURNS_GAPS]) / max(sum(counts.values()), 1):.2f} % equal")
    return tally_line(passed, sum(counts.values()) - passed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
