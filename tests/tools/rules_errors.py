#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""rules_errors.py DPITOOL - what is wrong with rule files, each kind at its line and column, all of a file in one run;
files that want to exhaust memory or time; and that those which may look odd are read."""
import os
import resource
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import run, tally_line  # noqa: E402

HEAD = "version: 1\napplications:\n  - id: a\n    name: A\n    category: web\n"  # five lines
HOSTS = HEAD + "    hosts: [a.example]\n"


def host(text):
    """The column of what stands in the list is 13."""
    return f"{HEAD}    hosts: [{text}]\n"


def address(text):
    return f"{HEAD}    addresses: [{text}]\n"


def ports(text):
    return f"{HEAD}    ports: [{text}]\n"


def test_of(text):
    return f"{HOSTS}tests:\n  - {{{text}}}\n"


SIGNATURE = "version: 1\nsignatures:\n  - id: s\n    protocol: S\n    category: web\n    transport: udp\n"  # six lines
SIGNED = SIGNATURE + "    bytes: [{at: 0, hex: a7510203}]\n"


def signature(text):
    """The text is line 7, its key in column 5."""
    return f"{SIGNATURE}    {text}\n"


def payload_test(text):
    """The text of the test begins in line 9, column 5."""
    return f"{SIGNED}tests:\n  - {{{text}}}\n"


# name: (file, [(line, column, what is said)])
ERRORS = {
    # YAML itself
    "empty": ("", [(1, 1, "nothing in it")]),
    "comment only": ("# nothing\n", [(1, 1, "nothing in it")]),
    "no mapping": ("- a\n", [(1, 1, "a rule file is a list: expected a mapping")]),
    "anchor": (HEAD + "    hosts: &x [a.example]\n", [(6, 12, "an anchor")]),
    "alias": (HEAD + "    hosts: *x\n", [(6, 12, "an alias")]),
    "tag": (HEAD + "    hosts: !!seq [a.example]\n", [(6, 12, "a tag")]),
    "tag of text": (host("!x a.example"), [(6, 13, "a tag")]),
    "second document": (HOSTS + "---\nversion: 1\n", [(7, 1, "a second document")]),
    "glob without quotes": (HEAD + "    hosts:\n      - *.a.example\n", [(7, 10, "a glob needs quotes")]),
    "tab": (HEAD + "\thosts: [a.example]\n", [(6, 1, "a tab character")]),
    "colon": (HEAD + "    source: a: b\n", [(6, 13, "is no source"), (6, 14, "a text with a colon")]),
    "bracket": (HEAD + "    hosts: [a.example\n", [(7, 1, "this is no YAML")]),
    "quote": (HEAD + "    hosts: [\"a.example]\n", [(7, 1, "this is no YAML")]),
    "indentation": (HEAD + "   hosts: [a.example]\n", [(3, 5, "has no rule"), (6, 4, "this is no YAML")]),
    "depth": (HEAD + "    x: " + "[" * 20 + "]" * 20 + "\n", [(6, 5, "no key 'x'"), (6, 21, "more than 16")]),
    "long text": (HEAD + "    source: https://" + "x" * 5000 + "\n    hosts: [a.example]\n",
                  [(6, 13, "more than 4,096 bytes")]),
    "NUL": (HOSTS.replace("a.ex", "a\0.ex"), [(6, 14, "a NUL byte")]),
    "NUL in quotes": (host('"a\\0b.example"'), [(6, 13, "a NUL character")]),
    "no UTF-8": (HOSTS.encode().replace(b"a.ex", b"\xff.ex"), [(6, 13, "byte 0xff is no UTF-8")]),
    "cut UTF-8": (HOSTS.encode() + b"# \xc3", [(7, 3, "byte 0xc3 is no UTF-8")]),
    "control character": (HOSTS + "# \x1b[31m\n", [(7, 3, "the control character U+001B")]),
    # keys and types
    "no version": (HOSTS.replace("version: 1\n", ""), [(1, 1, "no version")]),
    "version 2": (HOSTS.replace("version: 1", "version: 2"), [(1, 10, "version is '2': expected 1")]),
    "no applications": ("version: 1\n", [(1, 1, "neither applications, signatures nor tests")]),
    "unknown key": ("version: 1\napplication: []\n", [(1, 1, "neither"), (2, 1, "did you mean applications?")]),
    "unknown key of application": (HOSTS + "    host: [b.example]\n", [(7, 5, "did you mean hosts?")]),
    "unknown condition": (HEAD + "    match:\n      - {port: [tcp/1]}\n",
                          [(7, 9, "without a condition"), (7, 10, "did you mean ports?")]),
    "key twice": (HOSTS + "    hosts: [b.example]\n", [(7, 5, "stands twice in an application, first in line 6")]),
    "key that is a list": (HOSTS + "    [x]: y\n", [(7, 5, "a key is a list")]),
    "applications is no list": ("version: 1\napplications: {a: b}\n", [(2, 15, "applications is a mapping")]),
    "applications is empty": ("version: 1\napplications: []\n", [(2, 15, "applications is an empty list")]),
    "applications is null": ("version: 1\napplications:\n", [(2, 14, "applications is empty")]),
    "application is a text": ("version: 1\napplications: [a]\n", [(2, 16, "an application is a text")]),
    "hosts is a text": (HEAD + "    hosts: a.example\n", [(6, 12, "hosts is a text: expected a list")]),
    "hosts is empty": (HEAD + "    hosts: []\n", [(6, 12, "hosts is an empty list")]),
    "hosts is null": (HEAD + "    hosts: ~\n", [(6, 12, "hosts is empty")]),
    "host is a list": (host("[a.example]"), [(6, 13, "a value in the list is a list")]),
    "match is a mapping": (HEAD + "    match: {hosts: [a.example]}\n", [(6, 12, "match is a mapping")]),
    "empty entry of match": (HEAD + "    match: [{}]\n", [(6, 13, "without a condition")]),
    "catch-all": (HOSTS + "    catch-all: yes\n", [(7, 16, "expected true or false")]),
    "no id": (HOSTS.replace("  - id: a\n    name", "  - name"), [(3, 5, "has no id")]),
    "no name": (HOSTS.replace("    name: A\n", ""), [(3, 5, "has no name")]),
    "no category": (HOSTS.replace("    category: web\n", ""), [(3, 5, "has no category")]),
    "no rule": (HEAD, [(3, 5, "has no rule")]),
    "bad id": (HOSTS.replace("id: a", "id: Net flix"), [(3, 9, "'Net flix' is no id")]),
    "long id": (HOSTS.replace("id: a", "id: " + "a" * 65), [(3, 9, "is no id")]),
    "id is empty": (HOSTS.replace("id: a", "id:"), [(3, 8, "id is empty")]),
    "id twice": (HOSTS + HOSTS.partition("applications:\n")[2], [(7, 9, "the id 'a' is taken")]),
    "name with an escape": (HOSTS.replace("name: A", 'name: "A\\e[31m"'), [(4, 11, "not printable")]),
    "long name": (HOSTS.replace("name: A", "name: " + "A" * 129), [(4, 11, "more than 128 bytes")]),
    "bad category": (HOSTS.replace("web", "vidoe"), [(5, 15, "did you mean video?")]),
    "bad source": (HOSTS + "    source: example.com\n", [(7, 13, "is no source")]),
    # hosts
    "URL": (host('"https://a.example/"'), [(6, 13, "a URL")]),
    "path": (host("a.example/x"), [(6, 13, "a path")]),
    "port behind host": (host('"a.example:443"'), [(6, 13, "a host with a port")]),
    "address as host": (host("192.0.2.1"), [(6, 13, "an address")]),
    "mail address": (host('"x@a.example"'), [(6, 13, "a mail address")]),
    "dot in front": (host(".a.example"), [(6, 13, "a dot in front")]),
    "empty label": (host("a..example"), [(6, 13, "an empty label")]),
    "empty host": (host('""'), [(6, 13, "empty: expected a host")]),
    "long label": (host("a" * 64 + ".example"), [(6, 13, "a label of more than 63 bytes")]),
    "long host": (host(".".join(["a" * 60] * 5)), [(6, 13, "a host of more than 253 bytes")]),
    "blank in host": (host("a b.example"), [(6, 13, "' ' in a host")]),
    "bad IDN": (host("a\u0338\u0338.xn--\u00e4.example"), [(6, 13, "no international name")]),
    "exact glob": (host('"=*.a.example"'), [(6, 13, "= and a wildcard")]),
    "glob of everything": (host('"*.*"'), [(6, 13, "matches everything")]),
    "double star": (host('"**.a.example"'), [(6, 13, "** in a glob")]),
    "wildcard in IDN": (host('"b\u00fc*.example"'), [(6, 13, "a wildcard in a label")]),
    # addresses, ports, fingerprints
    "bad address": (address("300.1.1.1"), [(6, 17, "is no address")]),
    "bad prefix": (address("x/24"), [(6, 17, "is no prefix")]),
    "33 bits": (address("192.0.2.0/33"), [(6, 17, "a number from 0 to 32")]),
    "129 bits": (address('"2001:db8::/129"'), [(6, 17, "a number from 0 to 128")]),
    "host bits": (address("192.0.2.1/24"), [(6, 17, "expected 192.0.2.0/24")]),
    "reversed range": (address("192.0.2.9-192.0.2.1"), [(6, 17, "ends before it begins")]),
    "range of two families": (address('"192.0.2.1-2001:db8::1"'), [(6, 17, "of one family")]),
    "bad range": (address("192.0.2.1-x"), [(6, 17, "is no range")]),
    "port without transport": (ports("443"), [(6, 13, "is no port of a transport")]),
    "port 65536": (ports("tcp/65536"), [(6, 13, "port 65536 is out of range")]),
    "port 0": (ports("tcp/0"), [(6, 13, "port 0 is out of range")]),
    "reversed ports": (ports("udp/5010-5000"), [(6, 13, "ends before it begins")]),
    "word as port": (ports("tcp/https"), [(6, 13, "'https' is no port")]),
    "bad JA3": (HEAD + "    ja3: [abc]\n", [(6, 11, "is no JA3 fingerprint")]),
    "bad JA4": (HEAD + "    ja4: [t13d]\n", [(6, 11, "is no JA4 fingerprint")]),
    "bad certificate": (HEAD + "    certificates: [" + "0" * 39 + "]\n", [(6, 20, "is no SHA-1")]),
    "bad protocol": (HEAD + "    protocols: [\"T L S\"]\n", [(6, 17, "is no protocol")]),
    # tests
    "test without subject": (test_of("application: a"), [(8, 5, "nothing to look up")]),
    "test without application": (test_of("name: a.example"), [(8, 5, "a test without application")]),
    "test of a range": (test_of("port: tcp/1-2, application: a"), [(8, 12, "is a range")]),
    "test of a bad address": (test_of("address: x, application: a"), [(8, 15, "is no address")]),
    "test that fails": (test_of("name: b.example, application: a"), [(8, 5, "no rule has it")]),
    "test of none that fails": (test_of("name: x.a.example, application: ~"), [(8, 5, "expected no application")]),
    # signatures
    "signatures is no list": ("version: 1\nsignatures: {a: b}\n", [(2, 13, "signatures is a mapping")]),
    "signature is a text": ("version: 1\nsignatures: [a]\n", [(2, 14, "a signature is a text")]),
    "signature without all": ("version: 1\nsignatures:\n  - {sizes: [9]}\n",
                              [(3, 5, "has no id"), (3, 5, "has no protocol"), (3, 5, "has no category"),
                               (3, 5, "has no transport")]),
    "signature without condition": (SIGNATURE, [(3, 5, "the signature has no condition")]),
    "unknown key of signature": (SIGNED + "    byte: []\n", [(8, 5, "did you mean bytes?")]),
    "id twice, of application and signature": (SIGNED + HOSTS.partition("\n")[2].replace("id: a", "id: s"),
                                               [(9, 9, "the id 's' is taken")]),
    "bad transport": (SIGNED.replace("udp", "upd"), [(6, 16, "did you mean udp?")]),
    "sctp as transport": (SIGNED.replace("udp", "sctp"), [(6, 16, "expected tcp or udp")]),
    "bad direction": (SIGNED + "    direction: left\n", [(8, 16, "expected client, server or both")]),
    "0 packets": (SIGNED + "    packets: 0\n", [(8, 14, "expected a number from 1 to 8")]),
    "9 packets": (SIGNED + "    packets: 9\n", [(8, 14, "expected a number from 1 to 8")]),
    "override": (SIGNED + "    override: maybe\n", [(8, 15, "override is 'maybe'")]),
    "bytes is a text": (signature("bytes: a751"), [(7, 12, "bytes is a text")]),
    "bytes without at": (signature("bytes: [{hex: a7}]"), [(7, 13, "without at")]),
    "bytes without hex": (signature("bytes: [{at: 0}]"), [(7, 13, "without hex")]),
    "half a byte": (signature("bytes: [{at: 0, hex: a75}]"), [(7, 26, "hex is 'a75'")]),
    "no digits": (signature("bytes: [{at: 0, hex: xy}]"), [(7, 26, "hex is 'xy'")]),
    "65 bytes, more bytes than may be": (signature("bytes: [{at: 0, hex: " + "a7" * 65 + "}]"),
                                         [(7, 26, "up to 64 bytes")]),
    "bad offset": (signature("bytes: [{at: 256, hex: a7}]"), [(7, 18, "from -32 to 255")]),
    "offset of 11 digits": (signature("bytes: [{at: 10000000000, hex: a7}]"), [(7, 18, "from -32 to 255")]),
    "word as offset": (signature("bytes: [{at: x, hex: a7}]"), [(7, 18, "at is 'x'")]),
    "bytes behind the end": (signature("bytes: [{at: -1, hex: a751}]"), [(7, 13, "end behind the message")]),
    "bytes behind what is kept": (signature("bytes: [{at: 255, hex: a751}]"), [(7, 13, "the first 256 bytes")]),
    "short mask": (signature("bytes: [{at: 0, hex: a751, mask: ff}]"), [(7, 13, "the mask has 1 bytes and hex has 2")]),
    "mask without a bit": (signature("bytes: [{at: 0, hex: a751, mask: fff0}]"), [(7, 13, "this matches nothing")]),
    "empty text": (signature("texts: ['']"), [(7, 13, "is empty")]),
    "text of 65, more bytes than may be": (signature("texts: [" + "x" * 65 + "]"), [(7, 13, "more than 64 bytes")]),
    "length without type": (signature("length: {at: 0}"), [(7, 13, "length without type")]),
    "length without at": (signature("length: {type: u8}"), [(7, 13, "length without at")]),
    "bad type": (signature("length: {at: 0, type: u16}"), [(7, 27, "did you mean u16be?")]),
    "length behind the end": (signature("length: {at: -1, type: u16be}"), [(7, 13, "end behind the message")]),
    "bad plus": (signature("length: {at: 0, type: u8, plus: 65536}"), [(7, 37, "from -65535 to 65535")]),
    "scale of 0": (signature("length: {at: 0, type: u8, scale: 0}"), [(7, 38, "from 1 to 1024")]),
    "bad size": (signature("sizes: [x]"), [(7, 13, "'x' is none: expected a size")]),
    "reversed sizes": (signature("sizes: [9-8]"), [(7, 13, "ends before it begins")]),
    "port 0 of signature, a bad range": (SIGNED + "    ports: [0]\n", [(8, 13, "from 1 to 65535")]),
    "many conditions": (signature("sizes: [" + ", ".join(["9"] * 66) + "]"),
                        [(7, 13 + 3 * 65, "more than 64 conditions")]),
    "payload test without protocol": (payload_test("payload: a7, transport: udp"), [(9, 5, "without protocol")]),
    "payload test without transport": (payload_test("payload: a7, protocol: S"), [(9, 5, "without transport")]),
    "payload test of an application": (payload_test("payload: a7, transport: udp, protocol: S, name: a.example"),
                                       [(9, 5, "two tests")]),
    "protocol without payload": (payload_test("name: a.example, application: ~, protocol: S"),
                                 [(9, 5, "need payload")]),
    "payload that is none": (payload_test("payload: x, transport: udp, protocol: S"), [(9, 15, "payload is 'x'")]),
    "payload test that fails": (payload_test("payload: a7510204, transport: udp, protocol: S"),
                                [(9, 5, "expected S, but no signature has it")]),
    "payload test of none that fails": (payload_test("payload: a7510203, transport: udp, protocol: ~"),
                                        [(9, 5, "expected no protocol, but s in")]),
    "port of another transport, of a range": (payload_test("payload: a7, transport: udp, port: tcp/1, protocol: ~"),
                                              [(9, 41, "no port of the transport")]),
    # all of a file
    "many": ("version: 2\napplications:\n  - id: A\n    name: ''\n    category: x\n    hosts: [a..b, 'https://x']\n"
             "    ports: [tcp/0]\n    wrong: {a: [b]}\n  - id: b\n",
             [(1, 10, "version"), (3, 9, "is no id"), (4, 11, "name is empty"), (5, 15, "no category"),
              (6, 13, "an empty label"), (6, 19, "a URL"), (7, 13, "out of range"), (8, 5, "no key 'wrong'"),
              (9, 5, "no name"), (9, 5, "no category"), (9, 5, "no rule")]),
}

# what is not an error: (file, --strict or not)
SOUND = {
    "BOM": "\ufeff" + HOSTS,
    "CRLF": HOSTS.replace("\n", "\r\n"),
    "CR": HOSTS.replace("\n", "\r"),
    "tabs behind values": HOSTS.replace("A\n", "A\t# tab\n"),
    "document marks": "%YAML 1.1\n---\n" + HOSTS + "...\n",
    "IDN": host("b\u00fccher.example") + "tests:\n  - {name: www.xn--bcher-kva.example, application: a}\n",
    "signature": payload_test("payload: A7:51:02:03, transport: udp, protocol: S"),
    "signature as protocol": SIGNED + HOSTS.partition("\n")[2].replace("hosts: [a.example]", "protocols: [s]"),
    "upper case": host("A.Example.") + "tests:\n  - {name: X.a.EXAMPLE, application: a}\n",
    "host of 253 bytes": host(".".join(["a" * 62] * 4)[:251] + ".b"),
}

WARNINGS = {
    "listed twice": (host("a.example, a.example"), [(6, 24, "listed twice in a")]),
    "covered host": (host("a.example, www.a.example"), [(6, 24, "'www.a.example' never decides")]),
    "covered exact host": (host('a.example, "=a.example"'), [(6, 24, "'=a.example' never decides")]),
    "covered glob": (host('a.example, "x*.a.example"'), [(6, 24, "'x*.a.example' never decides")]),
    "covered prefix": (address("192.0.2.0/24, 192.0.2.128/25"), [(6, 31, "'192.0.2.128/25' never decides")]),
    "covered port": (ports("tcp/1-100") + "    match: [{ports: [tcp/7]}]\n", [(7, 22, "'tcp/7' never decides")]),
    "two applications": (HOSTS + HOSTS.partition("applications:\n")[2].replace("id: a", "id: b"),
                         [(10, 13, "is in two applications")]),
    "unknown protocol": (HEAD + "    protocols: [TSL, Quic]\n", [(6, 17, "no flow has the protocol 'tsl'")]),
    "weak signature": (signature("bytes: [{at: 0, hex: a751}]"), [(3, 9, "s asks for 16 bits")]),
    "public suffix": (host("co.uk"), [(6, 13, "a public suffix")]),
    "glob of a public suffix": (host('"*.co.uk", "a*.co.uk"'), [(6, 13, "a public suffix")]),
}


def parse(said):
    """[(line, column, kind, text)] of the lines about the file."""
    found = []
    for line in said.decode("utf-8", "strict").splitlines():
        parts = line.split(":", 4)
        if len(parts) == 5 and parts[1].isdigit() and parts[2].isdigit():
            found.append((int(parts[1]), int(parts[2]), parts[3].strip(), parts[4].strip()))
    return found


def difference(found, kind, expected):
    """What is wrong with what was said, or None."""
    if len(found) != len(expected):
        return f"{len(expected)} of them expected, but: {found}"
    for (line, column, said, text), (want_line, want_column, part) in zip(found, expected):
        if (line, column, said) != (want_line, want_column, kind) or part not in text:
            return f"expected {want_line}:{want_column}: {kind}: ...{part}..., but: {line}:{column}: {said}: {text}"
    return None


class Checks:
    def __init__(self, dpitool, folder):
        self.dpitool, self.path = dpitool, os.path.join(folder, "rules.yaml")
        self.passed = self.failed = 0

    def check(self, content, *options):
        with open(self.path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return run([self.dpitool, "rules", "check", *options, self.path])

    def count(self, name, wrong):
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        if wrong:
            print(f"{name}: {wrong}")

    def errors(self):
        for name, (content, expected) in ERRORS.items():
            status, _, said = self.check(content)
            wrong = difference(parse(said), "error", expected)
            self.count(name, wrong or (f"exit status {status}" if status != 4 else None))

    def warnings(self):
        for name, (content, expected) in WARNINGS.items():
            status, _, said = self.check(content)
            strict, _, _ = self.check(content, "--strict")
            wrong = difference(parse(said), "warning", expected)
            self.count(name, wrong or (f"exit status {status} and {strict}" if (status, strict) != (0, 4) else None))
        status, _, said = self.check(HOSTS, "--strict")
        self.count("no source", difference(parse(said), "warning", [(3, 9, "no source")]))

    def sound(self):
        for name, content in SOUND.items():
            status, _, said = self.check(content)
            self.count(name, said.decode() if status != 0 or parse(said) else None)

    def hostile(self):
        """Each ends with an error in 10 s and 512 MiB of address space beyond what the program has anyway."""
        bomb = "version: 1\na: &a [x, x]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(9))
        many = HEAD + "    hosts: [" + ", ".join(["'..'"] * 20000) + "]\n"
        files = {"alias bomb": bomb, "100,000 brackets": "[" * 100000, "100,000 braces": "{a: " * 100000,
                 "brackets in lines": "[\n" * 100000, "20,000 errors": many,
                 "a text of 64 MiB": HEAD + "    name: \"" + "x" * (64 << 20) + "\"\n",
                 "a text of 64 MiB in lines": HEAD + "    source:\n" + "     xxxxxxxxxxxxxxxxxxxxxxxxxxx\n" * (2 << 20),
                 "100,000 keys": "version: 1\n" + "".join(f"k{i}: 1\n" for i in range(100000)),
                 "zeros": b"\0" * (4 << 20)}
        for name, content in files.items():
            began = time.monotonic()
            status, _, said = self.check(content)
            took = time.monotonic() - began
            wrong = f"exit status {status}" if status != 4 else f"{took:.1f} s" if took > 10 else None
            self.count(name, wrong or (None if said else "nothing said"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.count("memory of all of them", f"{peak} KiB" if peak > 512 << 10 else None)


def main(args):
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(os.path.abspath(args[0]), folder)
        checks.errors()
        checks.warnings()
        checks.sound()
        checks.hostile()
    return tally_line(checks.passed, checks.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
