#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""attacks.py DPITOOL - somebody else owns the names that outputs have: symbolic links, FIFOs, folders, names that change
while the program runs. Nothing outside is touched, nothing half-written is left. And faults of detection together with
options that end flows early, little memory, and standard input; and what is left of root while captures are read, where
the tests run as root."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, run, tally_line  # noqa: E402

PCAPS = pathlib.Path(__file__).resolve().parents[1] / "pcaps"
CAPTURE = str(PCAPS / "http11.pcapng")
SECRET = b"not to be touched\n"
RACES = 30


class Place:
    """A folder for outputs, and a file outside that nothing may touch."""

    def __init__(self, folder):
        self.outside = pathlib.Path(folder) / "outside"
        self.inside = pathlib.Path(folder) / "inside"
        self.outside.mkdir()
        self.inside.mkdir()
        self.victim = self.outside / "victim"
        self.victim.write_bytes(SECRET)
        self.output = self.inside / "flows.csv"

    def wrong(self, expected):
        """What is wrong, or None; expected: names inside."""
        if self.victim.read_bytes() != SECRET or os.listdir(self.outside) != ["victim"]:
            return "something outside was touched"
        left = set(os.listdir(self.inside))
        return None if left <= set(expected) else f"left behind: {sorted(left - set(expected))}"


def classify(dpitool, output, *more, **how):
    return run([dpitool, "classify", "-o", f"csv:{output}", *more, CAPTURE], **how)


def link_to_file(dpitool, place):
    place.output.symlink_to(place.victim)
    status, _, err = classify(dpitool, place.output)
    if status != 0 or place.output.is_symlink():
        return f"status {status}: {err.decode()}"
    return place.wrong(["flows.csv"])


def link_to_nothing(dpitool, place):
    place.output.symlink_to(place.outside / "made")
    classify(dpitool, place.output)
    return place.wrong(["flows.csv"])


def folder_in_place(dpitool, place):
    place.output.mkdir()
    status, _, err = classify(dpitool, place.output)
    return place.wrong(["flows.csv"]) if status == 5 and err else f"status {status}"


def split_into_a_link(dpitool, place):
    """The files of extract --split have names of ours: links that wait there are replaced."""
    for number in range(1, 5):
        (place.inside / f"flow-{number:06d}-tcp-80.pcap").symlink_to(place.victim)
    status, _, err = run([dpitool, "extract", "--split", str(place.inside), CAPTURE])
    made = [n for n in os.listdir(place.inside) if n.startswith("flow-")]
    return place.wrong(made) if status == 0 else f"status {status}: {err.decode()}"


def names_of_files(dpitool, place):
    """Host names such as ../../x are in these captures; names of files are numbers and words of ours."""
    for i, capture in enumerate(("made/hostile-names.pcap", "made/hostile-texts.pcap", "invented-tcp.pcapng")):
        for kind in (["extract", "--all", "--split"], ["unknown", "-o"]):
            folder = place.inside / f"{kind[0]}{i}"
            status, _, err = run([dpitool, *kind, str(folder), str(PCAPS / capture)])
            if status not in (0, 6):
                return f"{capture}: status {status}: {err.decode()}"
            odd = [n for _, folders, files in os.walk(folder) for n in folders + files
                   if not re.fullmatch(r"(flow-\d{6}-[a-z0-9]+(-\d+)?|no-flow)\.pcap(ng)?|profile\.(txt|json)|[A-Za-z0-9-]+", n)]
            if odd:
                return f"{capture}: {odd}"
    return place.wrong(os.listdir(place.inside))


def fifo(dpitool, place):
    os.mkfifo(place.output)
    got = []
    reader = threading.Thread(target=lambda: got.append(place.output.read_bytes()))
    reader.start()
    status, _, err = classify(dpitool, place.output)
    reader.join(10)
    if status != 0 or not got or not got[0].startswith(b"type,"):
        return f"status {status}: {err.decode()}"
    return place.wrong(["flows.csv"])


def race(dpitool, place):
    """Somebody puts a link in the output's place again and again."""
    stop = threading.Event()
    other = place.inside / "swap"

    def swap():
        while not stop.is_set():
            other.unlink(missing_ok=True)
            other.symlink_to(place.victim)
            os.replace(other, place.output)
            place.output.unlink(missing_ok=True)

    attacker = threading.Thread(target=swap)
    attacker.start()
    try:
        statuses = {classify(dpitool, place.output)[0] for _ in range(RACES)}
    finally:
        stop.set()
        attacker.join()
    return place.wrong(["flows.csv", "swap"]) if statuses <= {0, 5} else f"exit statuses {sorted(statuses)}"


def race_on_a_folder(dpitool, place):
    """Somebody puts a link in the place of the folder that captures go to, again and again. Needs Landlock."""
    if b"sandbox: on:" not in run([dpitool, "version"])[1]:
        return None
    folder, aside = place.inside / "flows", place.inside / "aside"
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            try:
                folder.rename(aside)
                folder.symlink_to(place.outside)
                time.sleep(0.0005)
                folder.unlink()
                aside.rename(folder)
            except OSError:
                pass  # it is not there yet, or both are

    attacker = threading.Thread(target=swap)
    attacker.start()
    statuses = set()
    try:
        for i in range(RACES):
            kind = ["extract", "--all", "--split", str(folder)] if i % 2 else \
                ["classify", "--force", "--unknown-include=guessed", "-o", f"unknown:{folder}"]
            statuses.add(run([dpitool, *kind, str(PCAPS / "invented-tcp.pcapng")])[0])
    finally:
        stop.set()
        attacker.join()
    return place.wrong(["flows", "aside"]) if statuses <= {0, 5} else f"exit statuses {sorted(statuses)}"


def devices(dpitool, place):
    """/dev/full says that nothing fits; what a link of ours leads to is replaced, and the device is as it was."""
    link = place.inside / "flows.csv"
    link.symlink_to("/dev/full")
    full, _, err = run([dpitool, "classify", "-o", "csv:/dev/full", CAPTURE])
    linked, _, _ = classify(dpitool, link)
    if (full, linked) != (5, 0) or not err or not pathlib.Path("/dev/full").is_char_device() or link.is_symlink():
        return f"status {full} and {linked}: {err.decode()}"
    return place.wrong(["flows.csv"])


def inputs_that_are_none(dpitool, place):
    """A folder in a folder, a device without end, a FIFO in a folder, links that lead nowhere and in a circle."""
    captures = place.inside / "captures"
    (captures / "deeper").mkdir(parents=True)
    os.mkfifo(captures / "waits.pcap")
    (captures / "nowhere.pcap").symlink_to("/nonexistent")
    (captures / "circle.pcap").symlink_to("circle.pcap")
    (captures / "up.pcap").symlink_to("..")
    (captures / "sound.pcapng").symlink_to(CAPTURE)
    status, out, err = run([dpitool, "classify", "-o", "json", str(captures)])
    if status not in (0, 1, 3) or b'"capture"' not in out:
        return f"status {status}: {err.decode()}"
    for path in ("/dev/zero", "/dev/null", str(captures / "circle.pcap")):
        status, _, err = run([dpitool, "classify", path], time_limit=20)
        if status != 3 or not err:
            return f"{path}: status {status}: {err.decode()}"
    return place.wrong(["captures"])


def records(dpitool, options, stdin, fault):
    """(exit status, records by flow_id)"""
    extra = {"DPITOOL_TEST_FAULT": fault} if fault else {}
    command = [dpitool, "classify", "-o", "json", *options, "-" if stdin else CAPTURE]
    with open(CAPTURE, "rb") as file:
        status, out, _ = run(command, env=environment(**extra), stdin=file if stdin else None)
    return status, {r["flow_id"]: r for r in map(json.loads, out.splitlines())}


def faults(dpitool, options, stdin=False):
    """A crash costs the flows of one detection and nothing else: the slices of a flow share theirs."""
    _, want = records(dpitool, options, stdin, None)
    came = 0
    for at in (1, 2, 3, 7, 12, 20, 33):
        status, got = records(dpitool, options, stdin, f"crash@{at}")
        hit = [r for r in got.values() if "detector-fault" in r.get("flags", [])]
        ends = {(r["src_ip"], r.get("src_port"), r["dst_ip"], r.get("dst_port")) for r in hit}
        if not want or got.keys() != want.keys() or len(ends) > 1:
            return f"crash@{at}: {len(got)} flows of {len(want)}, {len(ends)} with a fault"
        marked = {r["flow_id"] for r in hit}
        if any(got[i] != want[i] for i in want if i not in marked) or status != int(bool(hit)):
            return f"crash@{at}: status {status}, another record changed"
        came += bool(hit)
    return None if came else "no fault came to pass"


FAULTS = {
    "a short active timeout": (["--active-timeout=1"], False),
    "one MiB of memory": (["--memory=1M"], False),
    "one flow at a time": (["--max-flows=1"], False),
    "standard input": ([], True),
    "conversations": (["--conversations"], False),
}


def status_of(pid):
    """(user ids but the last, which is for files, and rights) of a process."""
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return set(lines["Uid"].split()[:3]), int(lines["CapEff"], 16) | int(lines["CapPrm"], 16), lines["Groups"].split()


def processes_of(pid):
    """The program and those that it has started, once there are some."""
    for _ in range(200):
        found = [pid]
        for parent in found:
            found += map(int, pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        if len(found) > 1:
            time.sleep(0.3)  # until they have settled in
            return found
        time.sleep(0.05)
    return [pid]


def root_wrong(dpitool, place, owner, options, user):
    """Reads a file that only its owner may read, and standard input, which lets it wait."""
    capture = place.inside / "capture.pcapng"
    capture.write_bytes(pathlib.Path(CAPTURE).read_bytes())
    capture.chmod(0o600)
    os.chown(capture, owner, owner)
    place.inside.chmod(0o700)
    with subprocess.Popen([dpitool, "classify", "-o", f"csv:{place.output}", *options, str(capture), "-"],
                          stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as child:
        data = capture.read_bytes()
        child.stdin.write(data[:5000])  # the first packets: their time is asked before detection starts
        child.stdin.flush()
        own, *others = map(status_of, processes_of(child.pid))
        _, err = child.communicate(data[5000:])
    rights_of_files = 0b1110 if user else ~0
    if child.returncode != 0 or not place.output.exists() or place.output.stat().st_uid != 0:
        return f"status {child.returncode}: {err.decode()}"
    if own[0] != {str(user)} or own[1] & ~rights_of_files or (user and own[2]):
        return f"the process that reads is {own}"
    if not others or any(o != ({str(user or 65534)}, 0, []) for o in others):
        return f"the processes that detect are {others}"
    return place.wrong(["flows.csv", "capture.pcapng"])


ROOT = {  # owner of the capture, options, who it becomes
    "root reads root's capture": (0, [], 65534),
    "root reads a user's capture": (4711, [], 4711),
    "root without the sandbox": (4711, ["--no-sandbox"], 0),
}


def can_be_others():
    """Whether this is root, and there are others to become: not so in a user namespace that maps root alone."""
    maps = [list(map(int, line.split())) for line in pathlib.Path("/proc/self/uid_map").read_text().splitlines()]
    return os.geteuid() == 0 and any(first <= 65534 < first + n for first, _, n in maps)


def main(dpitool):
    dpitool = os.path.abspath(dpitool)
    failed, done = 0, 0

    def tell(name, wrong):
        nonlocal failed, done
        print(f"{'not ok' if wrong else 'ok'}  {name}" + (f"\n    {wrong}" if wrong else ""), flush=True)
        failed += bool(wrong)
        done += 1

    for attack in (link_to_file, link_to_nothing, folder_in_place, split_into_a_link, names_of_files, fifo, race,
                   race_on_a_folder, devices, inputs_that_are_none):
        with tempfile.TemporaryDirectory(prefix="dpitool-attacks-") as folder:
            tell(attack.__name__.replace("_", " "), attack(dpitool, Place(folder)))
    for name, (options, stdin) in FAULTS.items():
        tell(f"faults with {name}", faults(dpitool, options, stdin))
    for name, case in ROOT.items() if can_be_others() else ():
        with tempfile.TemporaryDirectory(prefix="dpitool-attacks-") as folder:
            tell(name, root_wrong(dpitool, Place(folder), *case))
    return tally_line(done - failed, failed, 0 if can_be_others() else len(ROOT))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
