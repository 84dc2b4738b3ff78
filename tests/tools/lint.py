#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""lint.py - holds what no compiler does: lengths of functions, who includes whom (tests/deps.allow), headers
that compile alone, functions that are banned, no printing in the library, licence lines, scripts.
Takes the compiler and its flags from LINT_CC, those for nDPI's headers from LINT_NDPI. Programs that are not
installed are left out and counted."""
import glob
import os
import py_compile
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from csource import code_of  # noqa: E402
from dpitest import tally_line  # noqa: E402
from funclen import lengths, sources  # noqa: E402

MEDIAN, LONGEST = 15, 120
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
LIBRARIES = ("pcap", "ndpi", "csv", "yajl", "nettle", "yaml", "idn2", "libpsl", "seccomp", "zlib", "zstd", "lzma", "bzlib",
             "lz4")

# A call of one of these, and why not. Files that may are named.
BANNED = [
    (r"strcpy|strcat|sprintf|vsprintf|strtok|gets|strncpy|strncat", "has no bound, or lies about it", ()),
    (r"atoi|atol|atoll|atof|sscanf|scanf", "does not say when it failed", ()),
    (r"alloca", "takes the stack", ()),
    (r"gmtime|localtime|asctime|ctime|mktime|setlocale", "depends on the machine", ()),
    (r"malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf", "may fail: util/xalloc.h", ("src/util/xalloc.c",)),
    (r"printf|puts|putchar|perror|vprintf|err|errx|warn|warnx", "only src/cli prints", ("src/cli/", "src/main.c")),
    (r"exit|_exit|quick_exit", "only src/cli exits, and processes that are not the program",
     ("src/cli/", "src/main.c", "src/detect/contained_worker.c", "src/sandbox/sandbox.c", "src/trial/tshark.c")),
    (r"abort", "only where memory or randomness is gone", ("src/util/xalloc.c", "src/util/siphash.c")),
    (r"getenv|secure_getenv|time|clock_gettime|gettimeofday", "time and settings come from the caller",
     ("src/cli/", "src/main.c", "src/util/cpu_time.c")),
]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check_functions():
    """functions are short"""
    found = lengths(sources())
    wrong = [f"{path}:{line} {name} has {size} lines, {LONGEST} at most"
             for size, path, line, name in found if size > LONGEST]
    median = statistics.median(f[0] for f in found)
    if median > MEDIAN:
        wrong.append(f"the median function has {median:g} lines, {MEDIAN} at most")
    return wrong


def allowed_includes():
    rules = {}
    for line in read("tests/deps.allow").splitlines():
        if line and not line.startswith("#"):
            folder, _, rest = line.partition(":")
            folders, _, libraries = rest.partition("|")
            rules[folder] = (set(folders.split()), libraries.split())
    return rules


def wrong_include(rule, folder, quote, name):
    folders, libraries = rule
    top = name.split("/")[0]
    if quote == '"':
        return top not in folders | {folder, "util", "dpitool"}
    is_library = any(name.startswith(library) for library in LIBRARIES)
    return is_library and not any(name.startswith(library) for library in libraries)


def check_includes():
    """includes go in the directions of tests/deps.allow"""
    rules, wrong = allowed_includes(), []
    for path in sources():
        folder = path.split("/")[1]
        if folder not in rules:
            wrong.append(f"tests/deps.allow has no line for src/{folder}")
            continue
        for quote, name in INCLUDE.findall(read(path)):
            if wrong_include(rules[folder], folder, quote, name):
                wrong.append(f"{path} includes {name}: not in tests/deps.allow")
    for path in glob.glob("include/dpitool/*"):
        wrong += [f"{path} includes {name}: only include/dpitool and libc may be"
                  for quote, name in INCLUDE.findall(read(path))
                  if quote == '"' and not name.startswith("dpitool/")]
    return wrong


def check_headers():
    """each header compiles alone"""
    wrong = []
    for path in sorted(glob.glob("include/dpitool/*.h") + glob.glob("src/*/*.h")):
        compiler = shlex.split(os.environ["LINT_CC"])
        if path.startswith("src/ndpi/"):
            compiler += shlex.split(os.environ["LINT_NDPI"])
        done = subprocess.run(compiler + ["-fsyntax-only", "-x", "c", "-"], text=True, capture_output=True,
                              input=f'#include "{path.split("/", 1)[1]}"\n', check=False)
        if done.returncode:
            wrong.append(f"{path}: {done.stderr.splitlines()[0] if done.stderr else 'does not compile'}")
    return wrong


def check_banned():
    """no function that is banned is called"""
    wrong = []
    for path in sources():
        code = code_of(read(path))
        for names, why, files in BANNED:
            if path.startswith(tuple(files) or "-"):
                continue
            for match in re.finditer(rf"(?<![\w.>])({names})[ \t]*\(", code):
                line = code.count("\n", 0, match.start()) + 1
                wrong.append(f"{path}:{line} calls {match.group(1)}: {why}")
    return wrong


def check_text():
    """licence lines, line ends, lines of 120 columns at most in src and include"""
    wrong = []
    for path in sources() + glob.glob("include/dpitool/*") + glob.glob("tests/unit/*.[ch]") + scripts() + pythons():
        text = read(path)
        if "SPDX-License-Identifier: BSD-2-Clause" not in "\n".join(text.split("\n", 2)[:2]):
            wrong.append(f"{path}: the SPDX line is missing")
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip() or "\r" in line:
                wrong.append(f"{path}:{number} ends with white space")
            if len(line) > 120 and path.startswith(("src/", "include/")) and not path.endswith(".def"):
                wrong.append(f"{path}:{number} has {len(line)} columns")
            if re.search(r"\b(TODO|FIXME|XXX)\b", line) and not path.endswith("lint.py"):
                wrong.append(f"{path}:{number} leaves work for later")
    return wrong


def first_line_has(path, word):
    try:
        with open(path, "rb") as file:
            return file.readline(80).startswith(b"#!") and word in open(path, "rb").readline(80)
    except OSError:
        return False


def tracked(folders):
    return sorted(p for f in folders for p in glob.glob(f"{f}/**", recursive=True) if os.path.isfile(p))


def scripts():
    return [p for p in tracked(["scripts", ".ci", "tests"])
            if first_line_has(p, b"sh\n") or first_line_has(p, b"/bash\n")]


def pythons():
    return [p for p in tracked(["scripts", "tests"]) if p.endswith(".py") or first_line_has(p, b"python3\n")]


def check_python():
    """the Python scripts compile"""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for path in pythons():
            try:
                py_compile.compile(path, os.path.join(folder, "compiled"), doraise=True)
            except py_compile.PyCompileError as error:
                wrong.append(str(error).strip())
    return wrong


def program(*command):
    """What a program has to say of the tree; None when it is not installed."""
    if not shutil.which(command[0]):
        return None
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return (done.stdout.splitlines() or ["failed"]) if done.returncode else []


def check_shell():
    """shellcheck finds nothing in the shell scripts"""
    return program("shellcheck", *scripts()) if scripts() else []


def check_cppcheck():
    """cppcheck finds nothing"""
    return program("cppcheck", "-q", "--std=c11", "--enable=warning,portability,performance", "--inline-suppr",
                   "--error-exitcode=1", "--suppress=missingIncludeSystem", "--suppress=preprocessorErrorDirective",
                   "--suppress=nullPointerArithmeticRedundantCheck",
                   "-Iinclude", "-Isrc", "-D_GNU_SOURCE", '-DDPITOOL_VERSION="0"', "src")


def check_manuals():
    """mandoc finds nothing in the manual pages"""
    pages = sorted(glob.glob("man/*.[15]"))
    return program("mandoc", "-T", "lint", "-W", "warning", *pages) if pages else []


CHECKS = [check_functions, check_includes, check_headers, check_banned, check_text, check_python, check_shell,
          check_cppcheck, check_manuals]


def main():
    counts = {"ok": 0, "not ok": 0, "left out, not installed": 0}
    for check in CHECKS:
        wrong = check()
        said = "left out, not installed" if wrong is None else "not ok" if wrong else "ok"
        counts[said] += 1
        print("\n    ".join([f"{said}  {check.__doc__}"] + (wrong or [])), flush=True)
    return tally_line(*counts.values())


if __name__ == "__main__":
    sys.exit(main())
