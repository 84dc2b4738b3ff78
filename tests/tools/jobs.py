#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""jobs.py [--sanitized] DPITOOL - the same bytes for every -j, captures together and each by itself (--independent); and what becomes
of them when an output is slow or blocked, its reader goes away, the disk is full, a thread cannot be started, a signal
comes, or detection fails. --sanitized: captures by themselves are detected in without processes of their own, for the
allocator of GCC 12's AddressSanitizer may wait for ever behind a fork among threads; what needs these is left out."""
import contextlib
import errno
import fcntl
import functools
import itertools
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import tree_of  # noqa: E402
from dpitest import each, environment, hear_signals, run, tally_line  # noqa: E402
from signals import SAID, Case, status_is, wait_until  # noqa: E402

PCAPS = pathlib.Path(__file__).resolve().parents[1] / "pcaps"
CAPTURES = [PCAPS / name for name in ("tls-apps.pcapng", "dns-udp.pcapng", "made/syn-scan.pcap", "quic.pcapng",
                                      "made/tunnel-gtp.pcap", "http11.pcapng", "made/fragments.pcap")]
MANY_FLOWS = PCAPS / "made/syn-scan.pcap"
FORMATS = ("csv", "json", "table", "summary", "summary-json")
JOBS = ("1", "2", "3", "64")
NO_ROOM = 5
OUT_OF_MEMORY = (b"out of memory", os.strerror(errno.ENOMEM).encode())  # by ourselves, by the system
APART = ["--independent"]  # and --no-contain with sanitizers


def classify(dpitool, *arguments, **more):
    return run([dpitool, "classify", *map(str, arguments)], env=environment(**more))


def every_number(dpitool):
    """every -j: the same bytes, messages and status"""
    ways = [*itertools.product(([], APART), [["-o", form] for form in FORMATS]),
            (APART, ["-o", "csv", "--where", "bytes_total > 100", "-f", "ip"]),
            (APART, ["-o", "table", "--top", "30", "--sort", "packets_total"]),
            (APART, ["-o", "csv", "--first", "20", "--conversations"])]
    wrong = []
    for way, words in ways:
        results = list(each(lambda n, w=way + words: classify(dpitool, "-j", n, *w, *CAPTURES), JOBS))
        wrong += [f"{way + words}: -j {n} differs from -j {JOBS[0]}" for n, result in zip(JOBS, results)
                  if result != results[0] or result[0]]
    return wrong


def the_same_alone(dpitool, expected, **env):
    order = [c["name"] for c in json.loads(classify(dpitool, "-o", "summary-json", *CAPTURES)[1])["captures"]]
    alone = b"".join(classify(dpitool, "-o", "csv", path, **env)[1].partition(b"\r\n")[2] for path in order)
    wrong = []
    for n in JOBS:
        status, out, err = classify(dpitool, *APART, "-j", n, "-o", "csv", *CAPTURES, **env)
        same = out.partition(b"\r\n")[2] == alone
        wrong += status_is(status, expected, err.decode()) + ([] if same else [f"-j {n}: the records are others"])
    return wrong


def one_by_one(dpitool):
    """--independent: the records that each capture gives alone, by the order of their first packets"""
    return the_same_alone(dpitool, 0)


def damaged(dpitool):
    """--independent: a capture that is cut, and one that is none"""
    with tempfile.TemporaryDirectory() as folder:
        cut = pathlib.Path(folder) / "cut.pcap"
        cut.write_bytes(MANY_FLOWS.read_bytes()[:-10])
        results = [classify(dpitool, *APART, "-j", n, "-o", "csv", cut, *CAPTURES) for n in JOBS]
        cut.write_bytes(b"no capture")
        none = classify(dpitool, *APART, "-o", "csv", cut, *CAPTURES)
    wrong = status_is(results[0][0], 1, results[0][2].decode()) + [r[2].decode() for r in results if r != results[0]]
    return wrong + status_is(none[0], 3, none[2].decode()) + (["it has written something"] if none[1] else [])


def failing_detection(dpitool):
    """--independent: detection crashes in each capture, as it does in each alone"""
    return the_same_alone(dpitool, 1, DPITOOL_TEST_FAULT="crash@3")


def part_fails(dpitool):
    """--independent: a capture that the filter is nothing for is told, and the others are written; alone it fails"""
    words = ["-f", "not ether host 00:11:22:33:44:55", "-o", "csv"]
    status, out, err = classify(dpitool, *APART, *words, PCAPS / "http11.pcapng", PCAPS / "any-sll.pcap")
    alone = classify(dpitool, *APART, *words, PCAPS / "any-sll.pcap")
    wrong = status_is(status, 1, err.decode()) + status_is(alone[0], 2, alone[2].decode())
    return wrong + ([] if out == classify(dpitool, *words, PCAPS / "http11.pcapng")[1] and b"any-sll" in err else
                    ["the other capture's records are missing, or nothing is told"])


def scarce(dpitool):
    """--independent: descriptors or memory for few detectors: the same bytes, or a message that memory is out"""
    command = [dpitool, "classify", *APART, "-o", "csv", *CAPTURES]
    want = run([*command, "-j", "1"], env=environment())
    wrong = status_is(want[0], 0, want[2].decode())
    for limit in ("--nofile=16", "--nofile=48", "--as=200000000", "--as=400000000"):
        got = run(["prlimit", limit, "--", *command, "-j", "64"], env=environment())
        out_of_memory = limit.startswith("--as") and got[0] == NO_ROOM and any(said in got[2] for said in OUT_OF_MEMORY)
        wrong += [] if got == want or out_of_memory else [f"{limit}: status {got[0]}, not as with -j 1: {got[2].decode()}"]
    return wrong


def refused(dpitool):
    """ranges, and what --independent cannot be given with: one line each"""
    wrong = []
    for words in (["-j", "0"], ["-j", "65"], ["-j", "1000"], ["--memory", "1k"], ["--memory", "0"],
                  ["--independent", "--dns-hints", "hints"], ["--independent", "-o", "unknown:folder"],
                  ["--independent", "--crash-dir", "folder"]):
        status, out, err = classify(dpitool, *words, MANY_FLOWS)
        if status != 2 or out or err.count(b"\n") != 1 or words[0].encode() not in err:
            wrong.append(f"{words}: status {status}: {err.decode()}")
    return wrong


def no_room(dpitool):
    """a full disk, seen by the thread that writes: a message, and no file"""
    wrong = []
    for way in ([], [*APART, "-j", "3", *CAPTURES]):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["prlimit", "--fsize=5000", "--", dpitool, "classify", *way, "-o", f"csv:{folder}/out",
                                   MANY_FLOWS], capture_output=True, env=environment(), check=False)
            left = os.listdir(folder)
        wrong += status_is(done.returncode, NO_ROOM, done.stderr.decode()) + ([f"{left} is there"] if left else [])
    return wrong


# --- what needs a program that is still running ---------------------------------------------------------------------


def threads(case):
    return len(os.listdir(f"/proc/{case.child.pid}/task"))


def without_threads(case):
    """a thread cannot be started: the same bytes without"""
    wrong = []
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    if hard != resource.RLIM_INFINITY:
        return None  # no stack can be asked for that is too large for a thread

    def large_stacks():
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 47, hard))
    case.start("-o", "csv:flows.csv", preexec_fn=large_stacks)
    case.feed(MANY_FLOWS)
    if threads(case) != 1:
        wrong.append("it was started")
    os.close(case.writer)
    case.writer = None
    status, err = case.end()
    whole = classify(case.dpitool, "-o", "csv", MANY_FLOWS, "--fields", "flow_id")[1].count(b"\n")
    wrong += status_is(status, 0, err)
    if case.files()["flows.csv"].count(b"\n") != whole:
        wrong.append("flows are missing")
    words = [*APART, "-j", "3", "-o", "csv", *map(str, CAPTURES)]
    alone = subprocess.run([case.dpitool, "classify", *words], capture_output=True, env=environment(),
                           preexec_fn=large_stacks, check=False)
    return wrong + ([] if alone.stdout == classify(case.dpitool, *words)[1] else ["--independent: other bytes"])


def small_pipe(case, *arguments, capture=MANY_FLOWS):
    """A run whose standard output has little room; returns where it is read."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    case.child = subprocess.Popen([case.dpitool, "classify", *arguments, capture], cwd=case.out, stdout=write,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
    os.close(write)
    return read


def cpu_seconds(case):
    fields = pathlib.Path(f"/proc/{case.child.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_all(fd, slowly=False):
    data = []
    while piece := os.read(fd, 65536):
        data.append(piece)
        if slowly and len(data) % 64 == 0:
            time.sleep(0.02)
    os.close(fd)
    return b"".join(data)


def large(case):
    """A capture of more flows than pipes, buffers and queues hold: the same one again and again, later each time."""
    data = MANY_FLOWS.read_bytes()
    path = case.out.parent / "large.pcap"
    with open(path, "wb") as out:
        out.write(data[:24])
        for i in range(4):
            at = 24
            while at < len(data):
                n = int.from_bytes(data[at + 8:at + 12], "little")
                seconds = int.from_bytes(data[at:at + 4], "little") + 100 * i
                out.write(seconds.to_bytes(4, "little") + data[at + 4:at + 16 + n])
                at += 16 + n
    return path


def slow_reader(case):
    """an output that is read slowly: all of it comes, and nobody turns in circles"""
    path = large(case)
    expected = classify(case.dpitool, "-o", "json", path)[1]
    got = read_all(small_pipe(case, "-o", "json", capture=path), slowly=True)
    status, err = case.end()
    return status_is(status, 0, err) + ([] if got == expected else [f"{len(got)} bytes of {len(expected)}"])


def blocked(case):
    """an output that nobody reads, and SIGINT: it waits without work; then what was read is in it"""
    path = large(case)
    read = small_pipe(case, "-o", "json", capture=path)
    wait_until(lambda: case.sleeps() and threads(case) > 1, "the program does not wait")
    time.sleep(0.3)
    before = cpu_seconds(case)
    time.sleep(1)
    used = cpu_seconds(case) - before
    case.child.send_signal(signal.SIGINT)
    got = read_all(read)
    status, err = case.end()
    ids = [int(line.partition(b'"flow_id":')[2].partition(b",")[0]) for line in got.splitlines()]
    wrong = status_is(status, -signal.SIGINT, err) + ([] if err == SAID else [f"stderr: {err}"])
    wrong += [f"it took {used} s of CPU while it waited"] if used > 0.2 else []
    return wrong + ([] if got.endswith(b"}\n") and len(set(ids)) == len(ids) == max(ids) else ["flows are missing"])


def reader_leaves(case):
    """the reader of an output goes away in the midst of it: the other output is whole"""
    path = large(case)
    read = small_pipe(case, "-o", "json", "-o", "csv:flows.csv", capture=path)
    os.read(read, 1000)
    os.close(read)
    status, err = case.end()
    whole = classify(case.dpitool, "-o", "csv", path)[1] == case.files().get("flows.csv")
    return status_is(status, -signal.SIGPIPE, err) + ([] if whole else ["flows.csv is not whole"]) + \
        ([f"stderr: {err}"] if err else [])


def only_reader_leaves(case):
    """the reader of the only output goes away: the program ends"""
    read = small_pipe(case, "-o", "json", capture=large(case))
    os.read(read, 1000)
    os.close(read)
    status, err = case.end()
    return status_is(status, -signal.SIGPIPE, err) + ([f"stderr: {err}"] if err else [])


def all_sleep(case):
    """Whether the program and two detectors are there, and none of their threads has anything to do for a while."""
    for _ in range(5):
        processes = tree_of(case.child.pid)
        stats = [stat.read_text(encoding="utf-8") for pid in processes
                 for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
        if len(processes) < 3 or {stat.rpartition(")")[2].split()[0] for stat in stats} != {"S"}:
            return False
        time.sleep(0.1)
    return True


def interrupted_apart(case):
    """--independent, SIGINT while two captures are silent: what was read of both is in the output"""
    wrong = []
    second = case.fifo.parent / "second"
    os.mkfifo(second)
    case.start("--independent", "-j", "2", "-o", "csv:flows.csv", second)
    other = os.open(second, os.O_WRONLY)
    os.write(other, (PCAPS / "http11.pcapng").read_bytes())
    case.feed(PCAPS / "dns-udp.pcapng")
    wait_until(lambda: all_sleep(case), "the program does not wait for more")
    case.child.send_signal(signal.SIGINT)
    status, err = case.end()
    os.close(other)
    rows = case.files().get("flows.csv", b"").count(b"\n")
    want = 1 + sum(classify(case.dpitool, "-o", "csv", PCAPS / name, "--fields", "flow_id")[1].count(b"\n") - 1
                   for name in ("http11.pcapng", "dns-udp.pcapng"))
    if rows != want:
        wrong.append(f"{rows} rows, expected {want}")
    return status_is(status, -signal.SIGINT, err) + ([] if err == SAID else [f"stderr: {err}"]) + wrong


def interrupted_between(case):
    """--independent -j 1, SIGINT while the first capture gives out its records: that others were left out is told"""
    read = small_pipe(case, *APART, "-j", "1", "-o", "json", PCAPS / "http11.pcapng", capture=large(case))
    wait_until(case.sleeps, "the program does not wait")
    time.sleep(0.3)
    case.child.send_signal(signal.SIGINT)
    read_all(read)
    status, err = case.end()
    return status_is(status, -signal.SIGINT, err) + ([] if err == SAID else [f"stderr: {err}"])


FINISHED = [every_number, one_by_one, damaged, failing_detection, part_fails, scarce, refused, no_room]
RUNNING = [without_threads, slow_reader, blocked, reader_leaves, only_reader_leaves, interrupted_apart,
           interrupted_between]
OF_PROCESSES = [failing_detection, scarce, interrupted_apart]  # of captures by themselves


def in_case(test, dpitool):
    with contextlib.ExitStack() as stack:
        return test(Case(stack, dpitool))


def main(args):
    failed = skipped = 0
    hear_signals()
    sanitized = args[:1] == ["--sanitized"]
    dpitool = os.path.abspath(args[sanitized])
    if sanitized:
        APART.append("--no-contain")
    for test in FINISHED + RUNNING:
        if sanitized and test in OF_PROCESSES:
            wrong = None
        else:
            wrong = (functools.partial(in_case, test) if test in RUNNING else test)(dpitool)
        failed += bool(wrong)
        skipped += wrong is None
        verdict = "left out" if wrong is None else "not ok" if wrong else "ok"
        print("\n    ".join([f"{verdict}  {test.__doc__}"] + (wrong or [])), flush=True)
    return tally_line(len(FINISHED + RUNNING) - failed - skipped, failed, skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
