#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""changes.py [--few|--large] DPITOOL - whatever is changed by hand in an expected file of tests/suite, `dpitool test` finds it,
and `dpitool diff` shows exactly that; whatever changes nothing (the order of flows and keys, the format), neither does.
--few: only some of the changes, for builds that are slow. --large: 100,000 flows in another order, a hundred of them
relabelled, in two seconds of the processor."""
import csv
import io
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, tally_line  # noqa: E402

SUITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../suite")
PASS, DIFFERS, WRONG = (0,), (6,), (2, 3, 4)
# What diff does not compare unless it is asked to.
PLACES = ("flow_id", "capture", "interface", "first_packet")
IDENTITY = ("community_id", "vlan", "tunnel")


class Bench:
    def __init__(self, dpitool, few):
        self.dpitool, self.few, self.passed, self.failed = os.path.abspath(dpitool), few, 0, 0
        self.random = random.Random(7)

    def run(self, *arguments):
        done = subprocess.run([self.dpitool, *arguments], capture_output=True, env=environment(), timeout=120, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def judge(self, what, right, said=""):
        self.passed, self.failed = self.passed + right, self.failed + (not right)
        if not right:
            print(f"not ok  {what}\n    {said[:1500]}", flush=True)

    def some(self, items):
        items = list(items)
        return self.random.sample(items, min(len(items), 6)) if self.few else items


def other(value):
    """A value of the same kind that is another one."""
    if isinstance(value, list):
        return value + ["more"]
    if isinstance(value, (int, float)):
        return value + 1
    if re.match(r"\d{4}-\d\d-\d\dT", value):
        return value[:-2] + ("1" if value[-2] != "1" else "2") + "Z"
    return value + "x"


def json_text(flows):
    return "".join(json.dumps(flow, ensure_ascii=False) + "\n" for flow in flows)


def csv_text(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def changed_json(text):
    """(what, text) for every field of the first and the last flow, and for flows as a whole."""
    flows = [json.loads(line) for line in text.splitlines()]
    for at in sorted({0, len(flows) - 1}):
        for key in flows[at]:
            copy = [dict(flow) for flow in flows]
            copy[at][key] = other(copy[at][key])
            yield f"{key} of flow {at + 1}", json_text(copy)
            copy = [dict(flow) for flow in flows]
            del copy[at][key]
            yield f"{key} of flow {at + 1} taken away", json_text(copy)
    yield "a field added", json_text([dict(flows[0], user="root")] + flows[1:])
    yield "the first flow taken away", json_text(flows[1:])
    if len(flows) > 1:
        yield "all flows but the first taken away", json_text(flows[:1])
    yield "a flow twice", json_text(flows + flows[-1:])
    yield "the last line cut", text[:-20]
    yield "an empty file", ""


def changed_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for at in sorted({1, len(rows) - 1}):
        for column, cell in enumerate(rows[at]):
            copy = [list(row) for row in rows]
            number = cell.isdigit() or re.fullmatch(r"\d+\.\d+", cell)
            copy[at][column] = cell[:-1] + str((int(cell[-1]) + 1) % 10) if number else other(cell or "1")
            yield f"{rows[0][column]} of row {at}", csv_text(copy)
    for column, name in enumerate(rows[0]):
        yield f"the column {name} taken away", csv_text([row[:column] + row[column + 1:] for row in rows])
        yield f"the column {name} renamed", csv_text([rows[0][:column] + [name + "_x"] + rows[0][column + 1:]] + rows[1:])
    yield "the first flow taken away", csv_text(rows[:1] + rows[2:])
    yield "a flow twice", csv_text(rows + rows[-1:])
    yield "the last line cut", text[:-20]
    yield "only the header", csv_text(rows[:1])


def changed_yaml(text):
    """Every value becomes another one, and every key one that is not known."""
    for match in re.finditer(r"(?<=[ '>=])\d+(?=[',} \n])", re.sub(r"#.*", lambda m: " " * len(m[0]), text)):
        number = str(int(match[0]) + 1)
        yield f"the number {match[0]} at {match.start()}", text[:match.start()] + number + text[match.end():], \
            ">=" in text[max(0, match.start() - 4):match.start()]
    for word in ("counts", "labels", "flows", "where", "expect", "not_ip", "packets_read", "protocol", "options", "damaged"):
        for match in re.finditer(rf"\b{word}:", text):
            yield f"the key {word}", text[:match.start()] + word + "_x:" + text[match.end():], False


class Copy:
    """The suite in a folder of its own, with one file that can be written."""

    def __init__(self, bench, folder, file):
        self.bench, self.folder, self.path, self.case = bench, folder, os.path.join(folder, file), file.split(".")[0]
        with open(self.path, encoding="utf-8", newline="") as source:
            self.text = source.read()

    def write(self, text):
        with open(self.path, "w", encoding="utf-8", newline="") as target:
            target.write(text)

    def expect(self, what, text, statuses):
        self.write(text)
        status, out, err = self.bench.run("test", self.folder, self.case)
        self.write(self.text)
        place = status not in WRONG or re.match(rf"dpitool: {re.escape(self.path)}:\d+: ", err)
        self.bench.judge(f"{os.path.basename(self.path)}: {what}: exit status {status}, expected {statuses}",
                         status in statuses and bool(place), out + err)


def update_renews(bench, folder):
    """--update writes what differs, to the byte as it was, and nothing else."""
    for file, change in (("http11.expected.json", ("HTTP", "Gopher")), ("dns-udp.expected.csv", ('"DNS"', '"Gopher"'))):
        copy = Copy(bench, folder, file)
        others = {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in os.listdir(folder) if name != file}
        copy.write(copy.text.replace(*change))
        status, out, err = bench.run("test", "--update", folder)
        with open(copy.path, encoding="utf-8", newline="") as source:
            bench.judge(f"{file}: --update", status == 0 and source.read() == copy.text, out + err)
        same = all(os.stat(os.path.join(folder, name)).st_mtime_ns == time for name, time in others.items()
                   if os.path.exists(os.path.join(folder, name)))
        bench.judge(f"{file}: --update leaves the others alone", same)
    os.remove(os.path.join(folder, "6in4.expected.json"))
    status, out, err = bench.run("test", "-u", folder, "6in4")
    bench.judge("--update writes what is missing", status == 0 and bench.run("test", folder, "6in4")[0] == 0, out + err)


def suite_changes(bench, folder):
    for file in sorted(os.listdir(folder)):
        kind = next((k for k in ("json", "csv", "yaml") if file.endswith(f".expected.{k}")), None)
        if not kind:
            continue
        copy = Copy(bench, folder, file)
        copy.expect("as it is", copy.text, PASS)
        if kind == "yaml":
            for what, text, loose in bench.some(changed_yaml(copy.text)):
                copy.expect(what, text, PASS + DIFFERS if loose else DIFFERS + WRONG)
            continue
        for what, text in bench.some((changed_json if kind == "json" else changed_csv)(copy.text)):
            copy.expect(what, text, DIFFERS + WRONG)
        lines = copy.text.splitlines(keepends=True)
        head = 1 if kind == "csv" else 0
        copy.expect("flows in another order", "".join(lines[:head] + lines[:head - 1 if head else None:-1]), PASS)
        if kind == "json":
            copy.expect("keys in another order", json_text([dict(sorted(json.loads(line).items())) for line in lines]), PASS)


def shown(bench, old, new, *options):
    status, out, err = bench.run("diff", "--format", "json", *options, old, new)
    return status, json.loads(out) if out else {}, err


def diff_changes(bench, folder):
    capture = os.path.join(folder, "tls-apps.pcapng")
    old, new, table = (os.path.join(folder, name) for name in ("old.json", "new.json", "old.csv"))
    bench.run("classify", "-o", f"json:{old}", "-o", f"csv:{table}", capture)
    with open(old, encoding="utf-8") as file:
        flows = [json.loads(line) for line in file]

    def compare(changed):
        with open(new, "w", encoding="utf-8") as file:
            file.write(json_text(changed))
        return shown(bench, old, new)

    mixed = list(flows)
    bench.random.shuffle(mixed)
    status, diff, err = compare(mixed)
    bench.judge("diff: another order", status == 0 and diff["same"] == len(flows), err)
    bench.judge("diff: CSV and JSON of one run", shown(bench, old, table)[0] == 0)
    for key in bench.some(flows[3]):
        changed = [dict(flow) for flow in mixed]
        at = next(i for i, flow in enumerate(changed) if flow["flow_id"] == flows[3]["flow_id"])
        changed[at][key] = other(changed[at][key])
        status, diff, err = compare(changed)
        if key == "type":
            bench.judge("diff: type", status in WRONG and ".json:" in err, err)
        elif key in PLACES:
            bench.judge(f"diff: {key}", status == 0, str(diff))
            bench.judge(f"diff: {key} when it is asked for", shown(bench, old, new, "--fields", key)[0] == 6)
        elif key in IDENTITY:
            bench.judge(f"diff: {key}", (diff["gone"], diff["added"], diff["same"]) == (1, 1, len(flows) - 1), str(diff))
        else:
            bench.judge(f"diff: {key}", status == 6 and diff["fields"] == {key: 1} and diff["changed"] == 1, str(diff))
            bench.judge(f"diff: {key} ignored", shown(bench, old, new, "--ignore", key)[0] == 0)
    relabelled = [dict(flow, application="Elsewhere") if flow.get("application") == "NetFlix" else flow for flow in mixed]
    diff = compare(relabelled)[1]
    bench.judge("diff: relabelled", {(r["from"], r["to"], r["flows"]) for r in diff["relabelled"]} ==
                {("TLS/NetFlix", "TLS/Elsewhere", 2), ("DNS/NetFlix", "DNS/Elsewhere", 2)}, str(diff))
    said = [bench.run("diff", "--format", kind, old, new)[1] for kind in ("text", "json", "junit")]
    compare(list(reversed(relabelled)))
    again = [bench.run("diff", "--format", kind, old, new)[1] for kind in ("text", "json", "junit")]
    bench.judge("diff: another order, the same bytes", all(said) and said == again)
    diff = compare(mixed[3:])[1]
    bench.judge("diff: three flows are gone", (diff["gone"], diff["added"], diff["changed"]) == (3, 0, 0), str(diff))


def large(bench, folder):
    with open(os.path.join(SUITE, "http11.expected.json"), encoding="utf-8") as file:
        models = [json.loads(line) for line in file]
    flows = [dict(models[i % len(models)], flow_id=i + 1, community_id=f"1:{i:028d}") for i in range(100000)]
    old, new = os.path.join(folder, "old.json"), os.path.join(folder, "new.json")
    for path in (old, new):
        with open(path, "w", encoding="utf-8") as file:
            file.write(json_text(flows))
        bench.random.shuffle(flows)
        flows[:100] = [dict(flow, protocol="Gopher") for flow in flows[:100]]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status, diff, err = shown(bench, old, new)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"100,000 flows: {seconds:.2f} s of the processor")
    bench.judge("100,000 flows", status == 6 and (diff["same"], diff["changed"]) == (99900, 100), err)
    bench.judge("100,000 flows in 2 s", seconds < 2)


def main(args):
    bench = Bench([a for a in args if not a.startswith("--")][0], "--few" in args)
    with tempfile.TemporaryDirectory() as folder:
        if "--large" in args:
            large(bench, folder)
            return tally_line(bench.passed, bench.failed)
        copy = os.path.join(folder, "suite")
        shutil.copytree(SUITE, copy)
        suite_changes(bench, copy)
        diff_changes(bench, copy)
        update_renews(bench, copy)
    return tally_line(bench.passed, bench.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
