#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""scaffold.py [--update] DPITOOL - what `unknown --scaffold` writes: rules check takes its signatures, they name the flows
that they say they name and no others; dissectors claim in tshark what they say they claim, and compile and run for
nDPI; weak groups get none; folders, tshark that is not there or hostile. --update renews the files in tests/expected."""
import csv
import io
import os
import random
import re
import shutil
import sys
import tempfile

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib")]
import packets as P  # noqa: E402
from pcapfile import Pcap  # noqa: E402
from dpitest import environment, run, tally_line  # noqa: E402
from ndpi_harness import Harness  # noqa: E402
from scaffold_check import TRIED  # noqa: E402

UNKNOWN, KNOWN = "tests/pcaps/made/unknown.pcap", "tests/pcaps/tls-apps.pcapng"
TEXTS = "tests/pcaps/made/hostile-texts.pcap"
PORTS = {"7011": "Unknown-udp7011-a751", "7012": "Unknown-tcp7012-a751"}  # of the groups that get one
EXPECTED = {"made": ["README.txt", "U01-udp7011-a751.lua", "U02-tcp7012-a751.lua", "U01-udp7011-a751_ndpi.c",
                     "U02-tcp7012-a751_plugin.c"],
            "texts": ["U01-tcp21.lua"]}
WHERE_TEXTS = ["--where", 'protocol == "FTP_CONTROL"', TEXTS]


def read(*path, mode="r"):
    with open(os.path.join(*path), mode) as file:  # pylint: disable=unspecified-encoding
        return file.read()


# port: (flows, what the messages of the i-th begin with); each port is a group
ALIKE = {7021: (9, lambda i: b"\xc1\xd2\xe3\xf4\x01"), 7022: (6, lambda i: b"\xc1\xd2\xe3\xf4\x02"),
         7023: (6, lambda i: b"\xa9\xb7"), 7024: (10, lambda i: (b"BEGIN ", b"CHECK ")[i % 2]),
         7031: (9, lambda i: b"\x91\x92\x93\x94"), 7032: (6, lambda i: b"\x91\x92\x93\x94")}


def write_alike(path):
    """Flows of groups that are hard to tell: by a byte, by their port, by kinds of messages, not at all."""
    rng, capture = random.Random(7), Pcap()
    for port, (flows, head) in ALIKE.items():
        for i in range(8 * flows):
            ends = (f"192.0.2.{2 + i // 8}", "198.51.100.1", 41000 + i // 8, port)
            ends = ends if i % 2 == 0 else (ends[1], ends[0], ends[3], ends[2])
            payload = head(i // 8) + rng.randbytes(20 + rng.randrange(30))
            capture.packet(10**18 + i * 10**6, P.ether(P.udp(*ends, payload)))
    with open(path, "wb") as file:
        file.write(capture.bytes)


def swap_some(packets):
    """Of segments of one side behind each other the second comes first, now and then."""
    rng = random.Random(3)
    for i in range(1, len(packets)):
        a, b = packets[i - 1:i + 1]
        if a[12:20] == b[12:20] and min(len(a), len(b)) > 40 and rng.randrange(4) == 0:
            packets[i - 1:i + 1] = [b, a]


def write_one_port(path):
    """Two protocols at one port: lines of text, and messages that tell their length, in pieces of which some are swapped."""
    rng, packets = random.Random(9), []
    for i in range(16):
        tcp = P.Tcp(f"192.0.2.{2 + i}", "198.51.100.1", 42000 + i, 7041)
        packets += tcp.open()
        for turn in range(10):
            body = rng.randbytes(20 + rng.randrange(200))
            binary = b"\xbe\xef" + (len(body) + 4).to_bytes(2, "big") + body
            payload = binary if i % 2 else b"READ item %d\n" % rng.randrange(1000)
            for at in range(0, len(payload), 50):
                packets.append(tcp.send(turn % 2, payload[at:at + 50])[0])
        packets += tcp.close()
    swap_some(packets)
    capture = Pcap()
    for number, packet in enumerate(packets):
        capture.packet(10**18 + number * 10**6, P.ether(packet))
    with open(path, "wb") as file:
        file.write(capture.bytes)


class Checks:
    def __init__(self, dpitool, folder):
        self.dpitool, self.folder = dpitool, folder
        self.passed = self.failed = self.skipped = 0

    def count(self, name, wrong):
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        if wrong:
            print(f"{name}: {wrong}")

    def write(self, name, *args, env=None, stdin=None):
        """(exit status, the folder, what was said)"""
        folder = os.path.join(self.folder, name)
        status, _, said = run([self.dpitool, "unknown", "--scaffold", folder, *args], env=env, stdin=stdin)
        return status, folder, said.decode()

    def scaffold(self, name, *args, **how):
        status, folder, said = self.write(name, *args, **how)
        self.count(f"{name}: exit status", None if status == 0 else f"{status}: {said}")
        return folder

    # --- signatures ---

    def records(self, path, capture):
        _, out, _ = run([self.dpitool, "classify", "--rules", path, "-o", "csv", "--fields",
                         "dst_port,protocol,classified_by,payload_src,payload_dst", capture])
        return list(csv.DictReader(io.StringIO(out.decode())))

    def signatures(self, folder):
        path = os.path.join(folder, "signatures.yaml")
        text = read(path)
        status, _, said = run([self.dpitool, "rules", "check", path])
        self.count("rules check", None if status == 0 and b"tests 4; errors 0, warnings 0" in said else said.decode())
        wrong = [row for row in self.records(path, UNKNOWN)
                 if row["protocol"] != PORTS.get(row["dst_port"], "Unknown")]
        self.count("the flows of both groups and no others", wrong)
        wrong = [row for row in self.records(path, KNOWN) if row["classified_by"] == "signature"]
        self.count("none of another capture", wrong)
        hits = re.findall(r"# hits (\d+) of (\d+) flows of the group, (\d+) of (\d+) other unknown flows,\s+# (\d+) of "
                          r"(\d+) identified flows", text)
        named = [row["protocol"] for row in self.records(path, UNKNOWN)]
        self.count("the hits that it tells", None if [int(h[0]) for h in hits] ==
                   [named.count(PORTS["7011"]), named.count(PORTS["7012"])] else hits)
        self.count("no false hits", None if all(h[2] == h[4] == "0" and h[0] == h[1] for h in hits) else hits)
        self.count("identified flows were tried", None if all(int(h[5]) > 0 for h in hits) else hits)
        refused = re.findall(r"(?m)^# (U\d+) \S+: no signature: (.+)$", text)
        self.count("weak groups have none, and why", None if len(refused) >= 3 else refused)
        made = [name[:3] for name in os.listdir(folder) if name.startswith("U")]
        self.count("weak groups have no files", [group for group, _ in refused if group in made])

    def alike(self):
        """Groups that share a magic: each flow is named by its own group, or it is said why there is no signature."""
        capture = os.path.join(self.folder, "alike.pcap")
        write_alike(capture)
        folder = self.scaffold("alike", "--by-port", capture)
        named = {(row["dst_port"], row["protocol"]) for row in self.records(os.path.join(folder, "signatures.yaml"), capture)}
        wanted = {("7021", "Unknown-udp7021-c1d2e3f4"), ("7022", "Unknown-udp7022-c1d2e3f4"), ("7023", "Unknown-udp7023-a9b7"),
                  ("7024", "Unknown-udp7024"), ("7031", "Unknown-udp7031-91929394"), ("7032", "Unknown-udp7031-91929394")}
        self.count("alike: names", None if named == wanted else named)
        status, _, said = run([self.dpitool, "rules", "check", os.path.join(folder, "signatures.yaml")])
        self.count("alike: rules check", None if status == 0 and b"errors 0, warnings 0" in said else said.decode())
        text = read(folder, "README.txt")
        for part in (r"no signature tells it from U0\d udp7031-91929394: 6 of 6 flows of U0\d have that of U0\d, too",
                     r"alone it hits 6 of 6 flows of U0\d udp7032-91929394, too", r"\(6, on port 7023\)"):
            self.count(f"alike: {part}", None if re.search(part, text) else text)
        self.dissectors(folder, 10, {"7031": 6 * 8})

    # --- dissectors ---

    def one_port(self):
        """Both dissectors at once, in either order, and every message is whole though segments are swapped."""
        capture = os.path.join(self.folder, "one-port.pcap")
        write_one_port(capture)
        folder = self.scaffold("one-port", capture)
        scripts = sorted(name for name in os.listdir(folder) if name.endswith(".lua"))
        self.count("one port: two dissectors", None if len(scripts) == 2 else read(folder, "README.txt"))
        if len(scripts) != 2 or not shutil.which("tshark"):
            self.skipped += 1
            return
        self.count("one port: segments are put in order", None if "-o tcp.reassemble_out_of_order:TRUE" in
                   "".join(read(folder, name) for name in scripts) else read(folder, scripts[0])[:500])
        for order in (scripts, scripts[::-1]):
            loaded = [word for name in order for word in ("-X", "lua_script:" + os.path.join(folder, name))]
            _, out, _ = run(["tshark", "-n", "-2", "-r", capture, *loaded, "-o", "tcp.reassemble_out_of_order:TRUE", "-V"])
            magics = re.findall(r"(?m)^\s+magic: (\S+)$", out.decode())
            self.count("one port: messages", None if magics.count("beef") == len(magics) == 80 else magics)
            self.count("one port: lines", None if len(re.findall("READ item", out.decode())) >= 80 else out.decode()[-2000:])

    def claims(self, folder, name, others):
        """Packets that tshark shows by the dissector: as it says in the head, counted once more."""
        script, capture = os.path.join(folder, name), os.path.join(folder, name.replace(".lua", ".pcapng"))
        status, out, err = run(["tshark", "-n", "-r", capture, "-X", f"lua_script:{script}", "-T", "fields", "-e",
                                "frame.protocols", "-e", "_ws.lua.error", "-e", "_ws.malformed"])
        protocol = re.sub(r"\W", "_", name[:-4].lower())
        rows = [line.split("\t") for line in out.decode().splitlines()]
        claimed = [row for row in rows if f":{protocol}" in row[0]]
        told = TRIED.search(read(script))
        if status or not told or b"Lua: " in err:
            return f"exit status {status}, {err.decode()}, {read(script)[:300]}"
        numbers = [int(n) for n in told.groups()]
        if numbers[0] != len(claimed) or numbers[0] < numbers[1] or any(numbers[2:4]) or numbers[4] != others or not numbers[5]:
            return f"{len(claimed)} claimed, told {numbers}"
        return next((row for row in claimed if row[1] or row[2]), None)

    def dissectors(self, folder, files, others=None):
        """others: packets of other flows that the dissectors of some ports claim."""
        for name in sorted(os.listdir(folder)):
            if name.endswith(".lua") and shutil.which("tshark"):
                self.count(f"{name} in tshark", self.claims(folder, name, (others or {}).get(name[7:11], 0)))
            elif name.endswith(".lua"):
                self.skipped += 1
        harness = Harness(self.folder)
        wrong = harness.check(folder)
        self.count("C compiles, finds its own first messages and not others",
                   wrong or (None if harness.compiled == files and harness.asked == harness.found >= files else vars(harness)))

    # --- the program around tshark ---

    def without_tshark(self):
        folder = self.scaffold("without", UNKNOWN, env=environment(PATH="/nonexistent"))
        self.count("no tshark", None if read(folder, "README.txt").count("not tried: there is no tshark") == 2 else "?")

    def few_tried(self):
        text = read(self.scaffold("few", "--tshark-groups", "1", UNKNOWN), "README.txt")
        if shutil.which("tshark"):
            self.count("one group is tried", None if len(TRIED.findall(text)) == 1 and
                       text.count("not tried: those of larger groups were; --tshark-groups") == 1 else text)
        else:
            self.skipped += 1

    def hostile_tshark(self):
        """A program of that name starts another one and leaves a file: the sandbox lets it do neither."""
        _, out, _ = run([self.dpitool, "version"])
        if b"on: only the files named" not in out:
            self.skipped += 1
            return
        tools, trace = os.path.join(self.folder, "tools"), os.path.join(self.folder, "trace")
        os.mkdir(tools)
        with open(os.path.join(tools, "tshark"), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\necho > {trace}\n/bin/true\n")
        os.chmod(os.path.join(tools, "tshark"), 0o755)
        folder = self.scaffold("hostile", UNKNOWN, env=environment(PATH=tools))
        self.count("a hostile tshark does nothing", os.path.exists(trace) or
                   read(folder, "README.txt").count("not tried: tshark did not come to its end") != 2)

    # --- folders ---

    def folders(self):
        folder = self.scaffold("used", "--no-tshark", UNKNOWN)
        status, _, said = self.write("used", "--no-tshark", UNKNOWN)
        self.count("not empty", None if status == 5 and "not empty" in said else said)
        for name in ("U77-udp1.lua", "mine.lua"):
            shutil.copy(os.path.join(folder, "README.txt"), os.path.join(folder, name))
        self.scaffold("used", "--no-tshark", "--force", KNOWN)
        left = sorted(os.listdir(folder))
        self.count("--force replaces its own files alone", None if left == ["README.txt", "mine.lua"] else left)
        self.count("nothing unknown", None if "No flow is unknown" in read(folder, "README.txt") else "?")
        for name in ("README.txt", "signatures.yaml", "U01-udp1.pcapng"):
            mixed = os.path.join(self.folder, "mixed-" + name)
            os.mkdir(mixed)
            with open(os.path.join(mixed, name), "w", encoding="utf-8") as file:
                file.write("mine\n")
            status, _, said = self.write("mixed-" + name, "--no-tshark", "--force", UNKNOWN)
            self.count(f"--force leaves {name} of a user", None if status == 5 and "not of an earlier run" in said and
                       read(mixed, name) == "mine\n" and len(os.listdir(mixed)) == 1 else said)
        again = self.scaffold("fed-back", "--no-tshark", UNKNOWN)
        capture = next(name for name in sorted(os.listdir(again)) if name.endswith(".pcapng"))
        os.symlink(os.path.join(again, capture), os.path.join(self.folder, "linked"))
        for path in (os.path.join(again, capture), again, os.path.join(self.folder, "linked")):
            status, _, said = self.write("fed-back", "--force", path)
            self.count("what is read is not replaced", None if status == 2 and "is read" in said else said)
        os.symlink(folder, os.path.join(self.folder, "link"))
        status, _, said = self.write("link", "--force", UNKNOWN)
        self.count("a link", None if status == 5 and "symbolic link" in said else said)

    def profiles(self):
        """--output with --force: groups of the earlier run are gone, a user's files stay, links are not followed."""
        folder, elsewhere = os.path.join(self.folder, "profiles"), os.path.join(self.folder, "elsewhere")
        command = [self.dpitool, "unknown", "-o", folder, "--force"]
        run([*command, UNKNOWN])
        before = sorted(os.listdir(folder))
        with open(os.path.join(folder, before[1], "notes.txt"), "w", encoding="utf-8") as file:
            file.write("mine\n")
        status, _, said = run([*command, "--filter", "udp port 9001", UNKNOWN])
        left = sorted(os.listdir(folder))
        self.count("profiles: those of the earlier run are gone", None if status == 0 and len(before) > 3 and
                   left == ["U01-udp9001-00000000", before[1]] and os.listdir(os.path.join(folder, before[1])) == ["notes.txt"]
                   else (before, left, said))
        os.mkdir(elsewhere)
        shutil.rmtree(os.path.join(folder, left[0]))
        os.symlink(elsewhere, os.path.join(folder, left[0]))
        status, _, said = run([*command, "--filter", "udp port 9001", UNKNOWN])
        self.count("profiles: a link", None if status == 5 and b"symbolic link" in said and not os.listdir(elsewhere) else said)

    def same_again(self, folder, *args, **how):
        again = self.scaffold("again", *args, **how)
        names = sorted(os.listdir(folder))
        differ = [name for name in names if read(folder, name, mode="rb") != read(again, name, mode="rb")]
        self.count("the same from standard input", differ or (None if names == sorted(os.listdir(again)) else "names"))

    def left_out(self):
        """Flows that are not grouped may be of the group: they are no other ones."""
        text = read(self.scaffold("left out", "--group-flows", "10", UNKNOWN), "signatures.yaml")
        others = re.findall(r"(\d+) of (\d+) other unknown flows", text)
        self.count("flows that are left out", None if others and all(o == ("0", "0") for o in others) else others)

    def expected(self, folder, of, update):
        for name in EXPECTED[of]:
            path = os.path.join("tests/expected/scaffold", of, name)
            if update:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.copy(os.path.join(folder, name), path)
            self.count(f"{path}: as expected", None if read(path) == read(folder, name) else "it differs; --update, then look")

    def all(self, update):
        folder = self.scaffold("both", UNKNOWN, KNOWN)
        self.signatures(folder)
        self.dissectors(folder, 4)
        self.alike()
        self.one_port()
        self.without_tshark()
        self.few_tried()
        self.hostile_tshark()
        self.folders()
        self.profiles()
        self.left_out()
        made = self.scaffold("made", "--no-tshark", UNKNOWN)
        with open(UNKNOWN, "rb") as file:
            self.same_again(made, "--no-tshark", "-", stdin=file)
        self.expected(made, "made", update)
        self.expected(self.scaffold("texts", "--no-tshark", *WHERE_TEXTS), "texts", update)


def main(args):
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(os.path.abspath(args[-1]), folder)
        checks.all("--update" in args)
    return tally_line(checks.passed, checks.failed, checks.skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
