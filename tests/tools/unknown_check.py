#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""unknown_check.py [--large] [--update] DPITOOL [CAPTURE|FOLDER...] - what -o unknown:FOLDER writes, read by readcap.py:

Of each capture: the files are those of the flows without a label, in index.csv as in -o csv, in index.json as in -o
json; the packets of each are those that extract --split has of that flow, the first of them or all, from a file as from
standard input. Without captures also what is made here: index.csv of one against tests/expected, many flows of which
each packet says its flow, with little memory and few descriptors; folders that cannot be used; a signal.
--large: 100,000 flows, and a million. --update renews tests/expected/unknown-index.csv after a look."""
import collections
import csv
import functools
import io
import json
import os
import pathlib
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from dpitest import TOO_LONG, captures, each, environment, hear_signals, last_line, run, tally_line  # noqa: E402
import packets  # noqa: E402
import pcapfile  # noqa: E402
import readcap  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
EXPECTED = TOP / "tests/expected/unknown-index.csv"
SAMPLE = "tests/pcaps/invented-tcp.pcapng"
SAMPLES = ("invented-tcp.pcapng", "invented-udp.pcapng", "vxlan.pcapng", "ping.pcapng", "port-scan.pcapng",
           "made/icmp.pcap", "made/other-transports.pcap", "made/tunnel-alike.pcap", "made/tunnel-outside.pcap",
           "http11.pcapng")
NO_LABEL = 'ndpi_label == "Unknown"'
PACKETS = 10  # of a flow, unless --unknown-packets says another number
DESCRIPTORS = 64
NO_PROTOCOL = bytes.fromhex("d79a5ce3b1f0a6c8d79a5ce3b1f0a6c8")


def in_file(path):
    return readcap.packets(pathlib.Path(path).read_bytes())


def seen(packet):
    return packet.link, packet.ns, packet.wirelen, packet.data


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def classify(binary, arguments, **popen):
    done = subprocess.run([binary, "classify", *arguments], cwd=TOP, env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, **{"stdin": subprocess.DEVNULL, **popen})
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "replace")


# --- against other ways to ask ----------------------------------------------------------------------------


def index_wrong(binary, path, folder):
    _, table, _ = classify(binary, ["-o", "csv", "--where", NO_LABEL, path])
    _, lines, _ = classify(binary, ["-o", "json", "--where", NO_LABEL, path])
    rows = rows_of((folder / "index.csv").read_bytes().decode("utf-8"))
    objects = json.loads((folder / "index.json").read_bytes())
    files = [row.pop("file") for row in rows]
    if rows != rows_of(table):
        return "index.csv is not what -o csv has of the flows without a label"
    if [o.pop("file") for o in objects] != files or objects != [json.loads(line) for line in lines.splitlines()]:
        return "index.json is not what -o json has of the flows without a label"
    there = sorted(name for name in os.listdir(folder) if not name.startswith("index."))
    return "" if there == sorted(files) else f"{len(there)} captures are there, index.csv names {len(files)}"


def packets_wrong(folder, split, most):
    """Fragments count when the last of a datagram is there: of a flow with some, the first packets may be others."""
    for row in rows_of((folder / "index.csv").read_bytes().decode("utf-8")):
        name = pathlib.Path(row["file"]).stem
        want = [seen(p) for p in in_file(next(split.glob(name + ".pcap*")))]
        got = [seen(p) for p in in_file(folder / row["file"])]
        if len(got) != (min(most, len(want)) if most else len(want)):
            return f"{row['file']} has {len(got)} packets of {len(want)}"
        if "fragmented" in row["flags"].split(";") and most:
            if collections.Counter(got) - collections.Counter(want):
                return f"{row['file']} has packets that are not in its flow"
        elif got != want[:len(got)]:
            return f"{row['file']} has other packets than its flow"
    return ""


def same_folders(a, b):
    names = sorted(os.listdir(a))
    return names == sorted(os.listdir(b)) and all(
        (a / n).read_bytes() == (b / n).read_bytes() for n in names if not n.startswith("index."))


def check_file(binary, path):
    """Wrong, right or None, when there is nothing to compare."""
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        ways = {"first": [], "all": ["--unknown-packets", "0"]}
        for way, more in ways.items():
            status, _, err = classify(binary, ["-o", f"unknown:{top / way}", *more, path])
            if status == 3:
                return None
            if status not in (0, 1):
                return f"exit status {status}: {err.strip()}"
        wrong = index_wrong(binary, path, top / "first")
        if wrong or len(os.listdir(top / "all")) == 2:
            return wrong
        with open(os.path.join(TOP, path), "rb") as stdin:
            classify(binary, ["-o", f"unknown:{top / 'stdin'}", "-"], stdin=stdin)
        if not same_folders(top / "first", top / "stdin"):
            return "the captures are others from standard input"
        status, _, err = run([binary, "extract", "--split", top / "split", "--where", NO_LABEL, os.path.join(TOP, path)])
        if status == TOO_LONG or status not in (0, 1):
            return f"extract: exit status {status}: {last_line(err)}"
        return (packets_wrong(top / "first", top / "split", PACKETS) or
                packets_wrong(top / "all", top / "split", 0))


# --- what is made here ------------------------------------------------------------------------------------


def check_expected(binary, update):
    with tempfile.TemporaryDirectory() as top:
        classify(binary, ["-o", f"unknown:{top}/out", SAMPLE])
        now = pathlib.Path(top, "out/index.csv").read_bytes()
    if update:
        EXPECTED.write_bytes(now)
    return "" if EXPECTED.read_bytes() == now else f"{EXPECTED.name} is another; look, then --update"


def make_flows(path, flows, rounds):
    """Each packet says in 8 bytes which flow it is of, and its number; flows take turns, ends answer each other."""
    with open(path, "wb") as out:
        out.write(pcapfile.Pcap(nano=True).bytes)
        for turn in range(rounds):
            record = pcapfile.Pcap(nano=True)
            del record.bytes[:]
            for i in range(flows):
                ends = (f"10.{i >> 14 & 63}.{i >> 7 & 127}.{1 + (i & 127)}", "192.0.2.1", 40000 + i // 2**20, 47999)
                if turn % 2:
                    ends = ends[1], ends[0], ends[3], ends[2]
                payload = NO_PROTOCOL + struct.pack(">II", i, turn) + b"\xee\x01" * (4 + i % 50)
                record.packet(1700000000 * 10**9 + turn * flows + i, packets.ether(packets.udp(*ends, payload)))
            out.write(record.bytes)


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


def check_many(binary, flows, rounds, memory, *more):
    """Records of flows that were ended early are several; what is in their files together is what came."""
    with tempfile.TemporaryDirectory() as top:
        capture = os.path.join(top, "capture.pcap")
        make_flows(capture, flows, rounds)
        folder = pathlib.Path(top, "out")
        status, _, err = classify(binary, ["-o", f"unknown:{folder}", "--memory", memory, *more, capture],
                                  preexec_fn=few_descriptors)
        if status or "not kept" in err:
            return f"{flows} flows: exit status {status}: {err.strip()}"
        left = collections.Counter(seen(p) for p in in_file(capture))
        files = 0
        for entry in os.scandir(folder):
            if entry.name.startswith("index."):
                continue
            files += 1
            got = [seen(p) for p in in_file(entry.path)]
            order = [struct.unpack_from(">II", p[3], 42 + len(NO_PROTOCOL)) for p in got]
            if not got or order != sorted(order) or len({flow for flow, _ in order}) != 1:
                return f"{flows} flows: {entry.name} has packets of {len({flow for flow, _ in order})} flows"
            left.subtract(got)
        if any(left.values()):
            return f"{flows} flows: {sum(map(abs, left.values()))} packets are missing in the files or in excess"
        with open(folder / "index.json", encoding="utf-8") as index:
            rows = sum(1 for line in index if '"flow_id"' in line)
        return "" if rows == files >= flows else f"{flows} flows: {files} files, {rows} rows in index.json"


def check_bound(binary):
    """What --unknown-spool has no room for is lost, said, and what is there is whole."""
    with tempfile.TemporaryDirectory() as top:
        capture = os.path.join(top, "capture.pcap")
        make_flows(capture, 1000, 4)
        status, _, err = classify(binary, ["-o", f"unknown:{top}/out", "--memory", "2500k", "--unknown-spool", "20k",
                                           capture])
        lost = int(err.split()[1]) if "were not kept" in err else 0
        got = sum(len(in_file(e.path)) for e in os.scandir(f"{top}/out") if not e.name.startswith("index."))
        if status or lost == 0 or got + lost != 1000 * 4:
            return f"exit status {status}: {got} packets, and it says: {err.strip()}"
    return ""


def bad_folders(top):
    """Name, folder, arguments, what is said."""
    (top / "file").write_bytes(b"")
    (top / "full").mkdir()
    (top / "full/notes.txt").write_bytes(b"mine")
    (top / "link").symlink_to(top / "full")
    (top / "dangling").symlink_to(top / "nowhere")
    return [("file", [], "it is a file"), ("file/", [], "it is a file"), ("link", ["--force"], "it is a symbolic link"),
            ("link/", ["--force"], "it is a symbolic link"), ("dangling", [], "it is a symbolic link"),
            ("full", [], "is not empty"), ("missing/new", [], "No such file or directory"),
            ("file/new", [], "Not a directory")]


def check_folders(binary):
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        for name, more, said in bad_folders(top):
            before = sorted(top.rglob("*"))
            status, _, err = classify(binary, ["-o", f"unknown:{top}/{name}", *more, SAMPLE])
            if status != 5 or err.count("\n") != 1 or said not in err:
                return f"{name}: exit status {status}, not 5, or it is not said why: {err}"
            if sorted(top.rglob("*")) != before:
                return f"{name}: it left something behind"
    return ""


def check_force(binary):
    """Only what an earlier run wrote is replaced."""
    with tempfile.TemporaryDirectory() as top:
        folder = pathlib.Path(top, "out")
        mine = ["notes.txt", "flow-1.pcap", "flow-000009-udp-1.pcap.bak"]
        folder.mkdir()
        for name in [*mine, "flow-999999-udp-9.pcap"]:
            (folder / name).write_bytes(b"mine")
        target = pathlib.Path(top, "target")
        target.write_bytes(b"mine")
        (folder / "flow-000001-tcp-47110.pcap").symlink_to(target)
        status, _, err = classify(binary, ["--force", "-o", f"unknown:{folder}", SAMPLE])
        there = sorted(n for n in os.listdir(folder) if n.startswith("flow-0") and n.endswith(".pcap"))
        if status or err or len(there) != 3 or (folder / "flow-999999-udp-9.pcap").exists():
            return f"exit status {status}, {err.strip()}, {there}"
        if target.read_bytes() != b"mine" or any((folder / n).read_bytes() != b"mine" for n in mine):
            return "a file that is not dpitool's was changed"
        kept = {n: (folder / n).read_bytes() for n in there}
        status, _, err = classify(binary, ["--force", "-o", f"unknown:{folder}", folder / there[0]])
        if status != 2 or "would replace the capture" not in err or {n: (folder / n).read_bytes() for n in there} != kept:
            return f"a capture in the folder itself: exit status {status}: {err.strip()}"
    return ""


def check_signal(binary):
    """What was read until then is whole in the folder."""
    with tempfile.TemporaryDirectory() as top:
        folder = pathlib.Path(top, "out")
        with subprocess.Popen([binary, "classify", "-o", f"unknown:{folder}", "-"], env=environment(), cwd=TOP,
                              stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            child.stdin.write((TOP / SAMPLE).read_bytes())
            child.stdin.flush()
            time.sleep(0.7)
            child.send_signal(signal.SIGINT)
            child.wait(30)
            child.stdin.close()
        rows = json.loads((folder / "index.json").read_bytes())
        if child.returncode != -signal.SIGINT or len(rows) != 3 or len(os.listdir(folder)) != 5:
            return f"status {child.returncode}, {len(rows)} flows, {sorted(os.listdir(folder))}"
        return "" if all(len(in_file(folder / row["file"])) == PACKETS for row in rows) else "a capture is not whole"


def main(args):
    flags = {a for a in args if a.startswith("--")}
    binary, *paths = [a for a in args if a not in flags]
    hear_signals()
    binary = os.path.abspath(binary)
    results = []
    if not paths:
        paths = [str(TOP / "tests/pcaps" / name) for name in SAMPLES]
        results = [("expected", check_expected(binary, "--update" in flags)),
                   ("in memory and file", check_many(binary, 1000, 4, "2700k")),
                   ("flows ended early", check_many(binary, 500, 2, "1M")),
                   ("the bound", check_bound(binary)), ("folders", check_folders(binary)),
                   ("--force", check_force(binary)), ("a signal", check_signal(binary))]
    if "--large" in flags:
        results += [("100,000 flows", check_many(binary, 100000, 3, "64M")),
                    ("100,000 flows, all packets", check_many(binary, 100000, 3, "1G", "--unknown-packets", "0")),
                    ("a million flows", check_many(binary, 1000000, 1, "64M"))]
    else:
        results += each(functools.partial(check_named, binary), captures(paths))
    counts = collections.Counter()
    for name, wrong in results:
        counts["skipped" if wrong is None else "failed" if wrong else "passed"] += 1
        if wrong:
            print(f"{name}: {wrong}", flush=True)
    return tally_line(counts["passed"], counts["failed"], counts["skipped"])


def check_named(binary, path):
    return path, check_file(binary, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
