#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""rules.py [--deep] DPITOOL - the rules that are shipped are sound and pass their tests; the examples of
dpitool-rules(5) do; the JSON Schema takes them and refuses what the program refuses; what is imported can be used
and says the same. --deep: a million hosts load in 2 s and 200 MiB."""
import glob
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import jsonschema
import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, run, tally_line  # noqa: E402
from rules_errors import ERRORS  # noqa: E402

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
PROTOS = "/usr/share/ndpi/ndpiProtos.txt"
# errors that a schema cannot see
NOT_SCHEMA = re.compile(r"anchor|alias|tag|document|twice|NUL|escape|label|IDN|glob|star|bits|revers|famil|port 65536|"
                        r"long host|fails|mask|more bytes|behind|many|prefix|bad address|bad range|of a range|comment|address as host|long text|range|cut|catch-all|empty$")

HOSTS, SECONDS, KIBIBYTES = 1000000, 2.0, 200 << 10

# file to import, what is asked, which application it is (None: none)
IMPORTED = [
    ("tests/rules/lists/netify.conf", [
        (["a.video.example"], "example.video"), (["192.0.2.5"], "example.video"), (["2001:db8:5::1"], "example.video"),
        (["chat.example"], "example.chat"), (["www.shop.example"], "example.shop"), (["shop.example"], None)]),
    ("tests/rules/lists/ndpi.txt", [
        (["192.0.2.11:443"], "lab"), (["192.0.2.200"], "labnet"), (["x.lab-1.example"], "lab"),
        (["--transport", "udp", "198.51.100.1:5062"], "sip"), (["198.51.100.1:5062"], None),
        (["[2001:db8::9]:100"], "labnet"), (["[2001:db8::9]:101"], None), (["miner.example"], "mining")]),
    ("tests/rules/lists/hosts", [(["ads.example"], "imported"), (["x.ads.example"], None)]),
    (PROTOS, [
        (["198.51.100.1:81"], "http"), (["--transport", "udp", "198.51.100.1:5061"], "sip"),
        (["198.51.100.1:3260"], "iscsi"), (["www.disneyplus.com"], "disneyplus"), (["notdisneyplus.com"], None),
        (["api-global.netflix.com"], "netflix"), (["213.75.170.11:443"], "customprotocol"),
        (["213.75.170.11:444"], None), (["54.80.47.130"], "amazonprime"),
        (["x.lvlt.dash.us.aiv-cdn.net.c.footprint.net"], "amazonvideo")]),
]


def hash_at(data):
    """Where the hash of the rule files stands in what was compiled of them: src/rules/compiled.c."""
    return (data.index(b"\0") + 8) // 8 * 8 + 8


class Checks:
    def __init__(self, dpitool, folder):
        self.dpitool, self.path = dpitool, os.path.join(folder, "rules.yaml")
        self.passed = self.failed = self.skipped = 0

    def count(self, name, wrong):
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        if wrong:
            print(f"{name}: {wrong}")

    def write(self, content):
        with open(self.path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def sound(self, name, *options, warnings=False):
        status, _, said = run([self.dpitool, "rules", "check", *options])
        self.count(name, said.decode() if status != 0 or not (warnings or b"warnings 0" in said) else None)

    def shipped(self):
        if glob.glob(os.path.join(TOP, "rules/*.yaml")):
            self.sound("shipped rules", "--strict", os.path.join(TOP, "rules"))
        self.sound("rules of the tests", "--strict", os.path.join(TOP, "tests/rules"))
        self.sound("signatures of the tests", os.path.join(TOP, "tests/signatures"), warnings=True)

    def listed(self, **more):
        """The shipped rules, as the program of the tree in the folder has them."""
        env = environment(**more)
        if not more:
            del env["DPITOOL_RULES"]
        status, out, said = run([f"{self.tree}/build/dpitool", "rules", "list", "-o", "json"], env=env)
        return json.loads(out) if status == 0 else said.decode()

    def compiled(self):
        """What was compiled says the same as the files; changed files go before it, and damage does no harm."""
        self.tree = os.path.join(os.path.dirname(self.path), "tree")
        rules, compiled = f"{self.tree}/rules", f"{self.tree}/build/rules.compiled"
        os.makedirs(f"{self.tree}/build")
        for name in ("Makefile", "build/libdpitool.a"):  # by which it knows that it was not installed
            with open(f"{self.tree}/{name}", "wb"):
                pass
        shutil.copy(self.dpitool, f"{self.tree}/build/dpitool")
        shutil.copytree(f"{TOP}/rules", rules)
        shutil.copy(f"{TOP}/build/rules.compiled", compiled)
        files = self.listed(DPITOOL_RULES=rules)
        self.count("compiled rules", None if self.listed() == files else "not what the files say")
        with open(compiled, "rb") as file:
            data = file.read()
        other = self.compiled_of_others()
        at = hash_at(data)
        with open(compiled, "wb") as file:
            file.write(other[:at] + data[at:at + 8] + other[at + 8:])
        self.count("compiled rules are used", None if "GotHub" in str(self.listed()) else "they are not")
        with open(f"{rules}/more.yaml", "w", encoding="utf-8") as file:
            file.write("version: 1\napplications: [{id: more, name: More, category: web, hosts: [more.example]}]\n")
        more = self.listed()
        self.count("a file that is new", None if len(more) == len(files) + 1 and "GotHub" not in str(more) else "not seen")
        os.unlink(f"{rules}/more.yaml")
        with open(compiled, "r+b") as file:
            file.truncate(os.path.getsize(compiled) // 2)
        self.count("compiled rules that are cut", None if self.listed() == files else "not what the files say")

    def compiled_of_others(self):
        """What is compiled of rules in which GitHub has another name."""
        folder, path = f"{self.tree}/other", f"{self.tree}/other.compiled"
        shutil.copytree(f"{TOP}/rules", folder)
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "r+b") as file:
                text = file.read().replace(b"GitHub", b"GotHub")
                file.seek(0)
                file.write(text)
        subprocess.run([f"{TOP}/build/rules/compile", folder, path], check=True)
        with open(path, "rb") as file:
            return file.read()

    def manual(self, schema):
        """The examples that begin with "version: 1"."""
        with open(os.path.join(TOP, "man/dpitool-rules.5"), encoding="utf-8") as file:
            blocks = re.findall(r"(?ms)^\.EX\n(version: 1\n.*?)^\.EE$", file.read())
        for i, block in enumerate(blocks, 1):
            text = block.replace("\\-", "-").replace("\\(ti", "~")
            self.write(text)
            self.sound(f"example {i} of dpitool-rules(5)", self.path)
            self.count(f"example {i} and the schema", self.refused(schema, text))
        self.count("examples in dpitool-rules(5)", None if len(blocks) >= 2 else f"only {len(blocks)} of them")

    @staticmethod
    def refused(schema, text):
        """Why the schema does not take it, or None."""
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(text)))
        return errors[0].message if errors else None

    def schema(self):
        with open(os.path.join(TOP, "man/dpitool-rules.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        paths = glob.glob(os.path.join(TOP, "rules/*.yaml")) + glob.glob(os.path.join(TOP, "tests/rules/*.yaml"))
        paths += glob.glob(os.path.join(TOP, "tests/signatures/*.yaml"))
        for path in paths:
            with open(path, encoding="utf-8") as file:
                self.count(f"schema: {path}", self.refused(schema, file.read()))
        for name, (content, _) in ERRORS.items():
            if isinstance(content, bytes) or NOT_SCHEMA.search(name):
                continue
            try:
                wrong = None if self.refused(schema, content) else "the schema takes it"
            except yaml.YAMLError:
                continue
            self.count(f"schema: {name}", wrong)
        return schema

    def imported(self):
        for path, questions in IMPORTED:
            if not os.path.exists(os.path.join(TOP, path)):
                self.skipped += 1
                continue
            status, out, _ = run([self.dpitool, "rules", "import", os.path.join(TOP, path)])
            self.write(out)
            self.count(f"import of {path}", f"exit status {status}" if status else None)
            self.sound(f"rules from {path}", self.path, warnings=True)
            for asked, expected in questions:
                self.ask(path, asked, expected)

    def ask(self, path, asked, expected):
        status, out, _ = run([self.dpitool, "rules", "test", "-r", self.path, *asked])
        found = re.search(r"application  .* \(([^)]*)\)", out.decode())
        got = found[1] if found else None
        self.count(f"{path}: {' '.join(asked)}", f"{got}, status {status}" if got != expected or
                   status != (0 if expected else 6) else None)

    def million(self):
        chance = random.Random(1)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("version: 1\napplications:\n")
            for n in range(HOSTS):
                if n % 1000 == 0:
                    file.write(f"  - id: a{n}\n    name: A{n}\n    category: web\n    hosts:\n")
                file.write(f"      - h{n}.{chance.choice(['cdn', 'api', 'www'])}.example{n % 5000}.com\n")
        best = None
        for _ in range(3):  # others may be using the machine
            began = time.monotonic()
            status, out, said = run([self.dpitool, "rules", "test", "-r", self.path, "x.h7.api.example7.com"])
            took = time.monotonic() - began
            best = took if best is None else min(best, took)
        self.count("a million hosts", said.decode() + out.decode() if status not in (0, 6) else None)
        self.count("time for a million hosts", f"{best:.2f} s" if best > SECONDS else None)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.count("memory for a million hosts", f"{peak} KiB" if peak > KIBIBYTES else None)
        print(f"{HOSTS} hosts: {best:.2f} s, {peak >> 10} MiB")


def main(args):
    deep = "--deep" in args
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(os.path.abspath([a for a in args if a != "--deep"][0]), folder)
        if deep:
            checks.million()
        else:
            checks.shipped()
            checks.compiled()
            checks.manual(checks.schema())
            checks.imported()
    return tally_line(checks.passed, checks.failed, checks.skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
