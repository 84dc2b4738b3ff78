#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""completions.py DPITOOL - every option of every command says the same in help, manual and completions, and bash,
zsh and fish complete what they should: bash and zsh in a terminal, fish through `complete -C`. A shell that is not
installed is left out and counted."""
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, run, tally_line  # noqa: E402
from usage import commands, common, options  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 20  # seconds for a shell to answer
FILE = "tests/pcaps/http11.pcapng"

# What is typed, and what its last word becomes: one word, or words to choose from (a set: these and no others;
# a list: these among others; an empty set: nothing is offered).
CASES = [
    ("dpitool ", ["classify", "protocols", "fields", "version"]),
    ("dpitool cla", "classify"),
    ("dpitool help proto", "protocols"),
    ("dpitool --vers", "--version"),
    ("dpitool classify --fi", {"--fields", "--filter", "--first"}),
    ("dpitool classify --conv", "--conversations"),
    ("dpitool classify --conversations --ignore-v", "--ignore-vlan"),
    ("dpitool classify -o ", ["table", "csv", "json", "summary", "summary-json"]),
    ("dpitool classify -o cs", "csv"),
    ("dpitool classify -o summary-", "summary-json"),
    ("dpitool classify -o csv:tests/pcaps/http1", f"csv:{FILE}"),
    ("dpitool classify --output csv:tests/pcaps/http1", f"csv:{FILE}"),
    ("dpitool classify --output=js", "--output=json"),
    ("dpitool classify --output=csv:tests/pcaps/http1", f"--output=csv:{FILE}"),
    ("dpitool classify -o csv:x.csv -o summary-", "summary-json"),
    ("dpitool classify -o csv:x.csv --conv", "--conversations"),
    ("dpitool classify --color=alw", "--color=always"),
    ("dpitool classify --color alw", "always"),
    ("dpitool classify --color ", {"auto", "always", "never"}),
    ("dpitool classify --fields community", "community_id"),
    ("dpitool classify --fields flow_id,community", "flow_id,community_id"),
    ("dpitool classify --fields=flow_id,type,community", "--fields=flow_id,type,community_id"),
    ("dpitool classify --sort bytes_t", "bytes_total"),
    ("dpitool classify --top ", set()),
    ("dpitool classify tests/pcaps/http1", FILE),
    ("dpitool classify --all -f tcp tests/pcaps/http1", FILE),
    ("dpitool classify -- tests/pcaps/http1", FILE),
    ("dpitool fields tests/pcaps/http1", set()),
    ("dpitool fields --json-", "--json-schema"),
    ("dpitool rules imp", "import"),
    ("dpitool rules check tests/pcaps/http1", FILE),
    ("dpitool classify -r tests/pcaps/http1", FILE),
    ("dpitool rules import --category adv", "advertising"),
]


# --- the shells --------------------------------------------------------------------------------------------

class Terminal:
    """A shell in a terminal. rc, which it begins with, makes it append what it offers to the file offered, and
    write its line to the file line, and empty it, when Ctrl-G is typed. Both begin with an answer to that."""

    def __init__(self, command, rc, folder):
        self.offered, self.line = (os.path.join(folder, name) for name in ("offered", "line"))
        env = environment(TERM="dumb", OFFERED=self.offered, LINE=self.line, HOME=folder, ZDOTDIR=folder)
        for name in (".bashrc", ".zshrc"):
            pathlib.Path(folder, name).write_text(rc, encoding="utf-8")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(TOP)
            os.execvpe(command[0], command, env)
        self.complete("")

    def type(self, text):
        os.write(self.fd, text.encode())

    def drain(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            os.read(self.fd, 65536)

    def complete(self, typed):
        """(the line after Tab, what was offered)"""
        for path in (self.offered, self.line):
            pathlib.Path(path).unlink(missing_ok=True)
        self.type(typed + "\t\x07")
        end = time.monotonic() + PATIENCE
        while not os.path.exists(self.line):
            if time.monotonic() > end:
                raise SystemExit(f"no answer to: {typed}")
            self.drain(0.02)
        offered = pathlib.Path(self.offered)
        return (pathlib.Path(self.line).read_text(encoding="utf-8"),
                set(offered.read_text(encoding="utf-8").split("\n")) - {""} if offered.exists() else set())

    def close(self):
        os.close(self.fd)  # hangs up
        os.waitpid(self.pid, 0)


BASH = r"""
PS1= ; bind 'set bell-style none'; bind 'set completion-query-items 0'; bind 'set enable-bracketed-paste off'
source completions/dpitool.bash
probe() { _dpitool "$@"; printf '%s\n' "${COMPREPLY[@]}" >"$OFFERED"; }; complete -F probe dpitool
dump() { printf %s "$READLINE_LINE" >"$LINE.new"; mv "$LINE.new" "$LINE"; READLINE_LINE=; }; bind -x '"\C-g": dump'
"""
ZSH = r"""
PS1= ; unsetopt beep auto_list; fpath=($HOME $fpath); autoload -Uz compinit; compinit -D -u
compadd() { if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then local -a hits; builtin compadd -A hits "$@"; print -rl -- $hits >>$OFFERED; fi; builtin compadd "$@" }
dump() { print -rn -- $BUFFER >$LINE.new; mv $LINE.new $LINE; BUFFER= }; zle -N dump; bindkey '^G' dump
"""


class Bash(Terminal):
    def __init__(self, folder):
        super().__init__(["bash", "-i"], BASH, folder)


class Zsh(Terminal):
    def __init__(self, folder):
        shutil.copy(TOP / "completions/dpitool.zsh", os.path.join(folder, "_dpitool"))
        super().__init__(["zsh", "-d", "-i"], ZSH, folder)


class Fish:
    def __init__(self, folder):
        self.env = environment(HOME=folder, TERM="dumb", LC_ALL="C.UTF-8")

    def offers(self, typed):
        """{word: description}"""
        script = f"source completions/dpitool.fish; complete -C {shlex.quote(typed)}"
        done = subprocess.run(["fish", "--no-config", "-c", script], env=self.env, cwd=TOP, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE, text=True, check=False)
        if done.stderr:
            raise SystemExit(f"fish: {typed}: {done.stderr}")
        return dict((line + "\t").split("\t")[:2] for line in done.stdout.splitlines())

    def complete(self, typed):
        words = set(self.offers(typed))
        before = typed[:typed.rindex(" ") + 1]
        return before + min(words) if len(words) == 1 else typed, words

    def close(self):
        pass


SHELLS = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def wrong_completion(shell, typed, want):
    line, offered = shell.complete(typed)
    if isinstance(want, str):
        got = line[typed.rindex(" ") + 1:].rstrip(" ,=:")
        return None if got == want else f"became '{got}', expected '{want}' (offered: {sorted(offered)[:9]})"
    if isinstance(want, set):
        return None if offered == want else f"offered {sorted(offered)[:9]}, expected {sorted(want)}"
    missing = set(want) - offered
    return f"did not offer {sorted(missing)}, only {sorted(offered)[:9]}" if missing else None


def every_option(dpitool):
    """What is typed is an option but for its last letter; it is offered."""
    for command in commands(dpitool):
        for option in options(dpitool, command):
            yield f"dpitool {command} --{option.name[:-1]}", [f"--{option.name}"]


def check_shell(name, dpitool):
    """[(what, what is wrong or None)]"""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        shell = SHELLS[name](folder)
        for typed, want in CASES + list(every_option(dpitool)):
            results.append((f"{name}: {typed}", wrong_completion(shell, typed, want)))
        shell.close()
    return results


# --- the same text everywhere ------------------------------------------------------------------------------

def manual_texts(command):
    """{option: (argument, text)} of a page."""
    found = {}
    page = (TOP / f"man/dpitool-{command}.1").read_text(encoding="utf-8")
    page = page.partition(".SH OPTIONS\n")[2].partition(".SH ")[0]
    for head, body in re.findall(r"(?m)^\.TP\n\.B (.*\\-\\-.*)\n((?:[^.].*\n)*)", page):
        plain = re.sub(r"\\f[IRB]|\\&", "", head).replace("\\-", "-")
        name, _, argument = plain[plain.index("--") + 2:].partition(" ")
        text = body.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")
        found[name] = (argument, " ".join(text.split()))
    return found


def zsh_texts(command):
    script = (TOP / "completions/dpitool.zsh").read_text(encoding="utf-8")
    case = re.search(rf"(?ms)^    {command}\)\n(.*?)^        ;;", script).group(1)
    texts = {}
    for name, text in re.findall(r"--([a-z0-9-]+)=?[^\[\n]*\[((?:\\.|[^\]\\])*)\]", case):
        texts[name] = re.sub(r"\\(.)", r"\1", text.replace("'\\''", "'"))
    return texts


def check_texts(dpitool):
    fish = Fish(tempfile.gettempdir()) if shutil.which("fish") else None
    bash = (TOP / "completions/dpitool.bash").read_text(encoding="utf-8")
    for command in commands(dpitool):
        manual, zsh = manual_texts(command), zsh_texts(command)
        in_bash = re.search(rf"(?m)^    {command}\) echo(.*) ;;$", bash).group(1).split()
        in_fish = fish.offers(f"dpitool {command} --") if fish else None
        for option in options(dpitool, command) + common(dpitool):
            where = {"manual": manual.get(option.name) == (option.argument, option.text),
                     "zsh": zsh.get(option.name) == option.text,
                     "bash": f"--{option.name}" in in_bash and (not option.letter or f"-{option.letter}" in in_bash)}
            if fish:
                where["fish"] = in_fish.get(f"--{option.name}") == option.text
            wrong = [place for place, right in where.items() if not right]
            yield (f"text of {command} --{option.name}",
                   f"help says something else than: {', '.join(wrong)}" if wrong else None)


def main(args):
    dpitool = os.path.abspath(args[0])
    results, skipped = list(check_texts(dpitool)), 0
    for name in SHELLS:
        if shutil.which(name):
            results += check_shell(name, dpitool)
        else:
            print(f"{name} is not installed")
            skipped += 1
    failed = [f"{what}: {wrong}" for what, wrong in results if wrong]
    print("\n".join(failed), end="\n" if failed else "")
    return tally_line(len(results) - len(failed), len(failed), skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
