# SPDX-License-Identifier: BSD-2-Clause
"""ndpi_harness - compiles the C that `unknown --scaffold` writes for nDPI, and runs it on first messages of the group."""
import os
import re
import subprocess
import threading

from dpitest import run

HERE = os.path.dirname(os.path.abspath(__file__))
WARN = ["-Wall", "-Wextra", "-Werror"]


def words(command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


TEST = re.compile(r'payload: "(\w+)", transport: (\w+), (?:port: \w+/(\d+), )?direction: (\w+), protocol: Unknown-([\w.-]+)')


def line_of(payload, transport, side, port):
    return f"{payload} {transport} {side} {port or 1}\n"


def inverted(payload):
    return bytes(byte ^ 0xff for byte in bytes.fromhex(payload)).hex()


class Harness:
    """Counts what it compiled, and first messages that were asked for and found."""

    def __init__(self, folder):
        self.folder, self.compiled, self.asked, self.found = folder, 0, 0, 0
        self.flags, self.libs = words(["pkg-config", "--cflags", "libndpi"]), words(["pkg-config", "--libs", "libndpi"])
        self.lock = threading.Lock()

    def compile(self, path, *more):
        status, _, err = run(["cc", "-O1", "-DNDPI_LIB_COMPILATION", *WARN, *more, *self.flags])
        return [f"{path}: {err.decode()}"] if status else []

    def check_plugin(self, path):
        """Against declarations of a later nDPI than the one that is installed."""
        status, _, err = run(["cc", "-fsyntax-only", *WARN, "-I", os.path.join(HERE, "../ndpi6"), path])
        return [f"{path}: {err.decode()}"] if status else []

    def check_source(self, path, tests):
        with open(path, encoding="utf-8") as file:
            init = re.search(r"init_\w+_dissector", file.read())[0]
        program = os.path.join(self.folder, os.path.basename(path) + f".{abs(hash(path))}")
        wrong = self.compile(path, f"-DINIT={init}", "-o", program, path, os.path.join(HERE, "ndpi_harness.c"), *self.libs)
        if wrong or not tests:
            return wrong
        text = os.path.join(program + ".hex")
        with open(text, "w", encoding="utf-8") as file:
            file.write("".join(line_of(payload, *more) + line_of(inverted(payload), *more) for payload, *more in tests))
        with open(text, encoding="utf-8") as file:
            status, out, err = run([program], stdin=file)
        with self.lock:
            self.asked += len(tests)
            self.found += out.split()[::2].count(b"1")
        if status or b"1" in out.split()[1::2]:
            return [f"{path}: exit status {status}: {err.decode()}, or it takes anything"]
        return []

    def check(self, target):
        """What is wrong with the C in the folder. Its example payloads are those that signatures.yaml has for tests."""
        with open(os.path.join(target, "signatures.yaml"), encoding="utf-8") as file:
            tests = [(payload, transport, side, port, group)
                     for payload, transport, port, side, group in TEST.findall(file.read())]
        wrong = []
        for name in sorted(os.listdir(target)):
            path = os.path.join(target, name)
            if name.endswith("_plugin.c"):
                wrong += self.check_plugin(path)
            elif name.endswith("_ndpi.c"):
                group = re.sub(r"^U\d+-(.*)_ndpi\.c$", r"\1", name)
                wrong += self.check_source(path, [test[:4] for test in tests if test[4] == group])
            else:
                continue
            with self.lock:
                self.compiled += 1
        return wrong
