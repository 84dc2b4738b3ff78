#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""scaffold.py DPITOOL - signatures that `unknown --scaffold` writes: rules check takes them, they name the flows
that they say they name and no others, the same ones whatever the form of the input, and weak groups get none."""
import csv
import io
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import run, tally_line  # noqa: E402

UNKNOWN, KNOWN = "tests/pcaps/made/unknown.pcap", "tests/pcaps/tls-apps.pcapng"
PORTS = {"7011": "Unknown-udp7011-a751", "7012": "Unknown-tcp7012-a751"}  # of the groups that get one


class Checks:
    def __init__(self, dpitool, folder):
        self.dpitool, self.folder = dpitool, folder
        self.passed = self.failed = 0

    def count(self, name, wrong):
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        if wrong:
            print(f"{name}: {wrong}")

    def scaffold(self, name, *args):
        """The path and the text of what is written."""
        folder = os.path.join(self.folder, name)
        status, _, said = run([self.dpitool, "unknown", "--scaffold", folder, *args])
        self.count(f"{name}: exit status", None if status == 0 else f"{status}: {said.decode()}")
        path = os.path.join(folder, "signatures.yaml")
        with open(path, encoding="utf-8") as file:
            return path, file.read()

    def records(self, path, capture):
        _, out, _ = run([self.dpitool, "classify", "--rules", path, "-o", "csv", "--fields",
                         "dst_port,protocol,classified_by,payload_src,payload_dst", capture])
        return list(csv.DictReader(io.StringIO(out.decode())))

    def names_its_group(self, path, text):
        wrong = [row for row in self.records(path, UNKNOWN)
                 if row["protocol"] != PORTS.get(row["dst_port"], "Unknown")]
        self.count("the flows of both groups and no others", wrong)
        wrong = [row for row in self.records(path, KNOWN) if row["classified_by"] == "signature"]
        self.count("none of another capture", wrong)
        hits = re.findall(r"# hits (\d+) of (\d+) flows of the group, (\d+) of (\d+) other unknown flows, (\d+) of "
                          r"(\d+) identified flows", text)
        named = [row["protocol"] for row in self.records(path, UNKNOWN)]
        self.count("the hits that it tells", None if [int(h[0]) for h in hits] ==
                   [named.count(PORTS["7011"]), named.count(PORTS["7012"])] else hits)
        self.count("no false hits", None if all(h[2] == h[4] == "0" and h[0] == h[1] for h in hits) else hits)
        self.count("identified flows were tried", None if all(int(h[5]) > 0 for h in hits) else hits)

    def all(self):
        path, text = self.scaffold("both", UNKNOWN, KNOWN)
        status, _, said = run([self.dpitool, "rules", "check", path])
        self.count("rules check", None if status == 0 and b"tests 2; errors 0, warnings 0" in said else said.decode())
        self.names_its_group(path, text)
        refused = re.findall(r"(?m)^# (U\d+) \S+: no signature: (.+)$", text)
        self.count("weak groups have none, and why", None if len(refused) >= 3 else refused)
        _, again = self.scaffold("again", UNKNOWN, KNOWN)
        self.count("the same again", None if again == text else "it differs")
        _, none = self.scaffold("none", KNOWN)
        self.count("nothing unknown, no signature", "there is one" if "signatures:" in none else None)


def main(args):
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(os.path.abspath(args[0]), folder)
        checks.all()
    return tally_line(checks.passed, checks.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
