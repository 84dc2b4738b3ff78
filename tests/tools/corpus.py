#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""corpus.py DPITOOL [--sanitized DPITOOL] CAPTURE|FOLDER... - holds the invariants on every file.

Of each file, whatever it is: exit status 0, 1 or 3, with a message when it is not 0; in the summary the buckets, the
captures and packets_read have one sum; the packets of the CSV rows and of the JSON lines are those in flows; every
CSV row has the header's cells; every JSON line is valid by `dpitool fields --json-schema`. A second build, with
sanitizers, must report nothing and write the same bytes."""
import argparse
import csv
import functools
import io
import json
import os
import sys
import tempfile
import time
from collections import Counter, namedtuple

from jsonschema import Draft202012Validator

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import TOO_LONG, captures, each, json_lines, last_line, run, sanitizer_report, tally_line  # noqa: E402

STATUSES = (0, 1, 3)
FORMATS = ("csv", "json", "summary-json")

Run = namedtuple("Run", "status err outputs")
Outcome = namedtuple("Outcome", "path status flows buckets wrong seconds")


def classify(binary, path):
    """One run with every format at once; what was not written is None."""
    with tempfile.TemporaryDirectory(prefix="dpitool-corpus-") as folder:
        files = {name: os.path.join(folder, name) for name in FORMATS}
        wanted = [part for name in FORMATS for part in ("-o", f"{name}:{files[name]}")]
        status, out, err = run([binary, "classify", *wanted, path])
        if out:
            err += b"stdout: " + out[:200]
        outputs = {}
        for name, file in files.items():
            outputs[name] = open(file, "rb").read() if os.path.exists(file) else None
        extra = sorted(set(os.listdir(folder)) - set(FORMATS))
    return Run(status, err + b"".join(b"left behind: " + n.encode() + b"\n" for n in extra), outputs)


def check_status(result):
    if result.status == TOO_LONG:
        return ["it had to be stopped"]
    report = sanitizer_report(result.status, result.err)
    if report:
        return [report]
    if result.status not in STATUSES:
        return [f"exit status {result.status}: {last_line(result.err)}"]
    if result.status and not result.err.strip():
        return [f"exit status {result.status} without a message"]
    return [f"{line}" for line in result.err.decode("utf-8", "replace").splitlines()
            if line.startswith(("left behind: ", "stdout: "))]


def check_summary(data):
    summary = json.loads(data)
    read, buckets = summary["packets_read"], summary["buckets"]
    wrong = []
    if sum(buckets.values()) != read:
        wrong.append(f"the buckets hold {sum(buckets.values())} packets, {read} were read")
    in_captures = sum(c["packets"] for c in summary["captures"])
    if in_captures != read:
        wrong.append(f"the captures hold {in_captures} packets, {read} were read")
    return summary, wrong


def check_csv(data, summary):
    text = io.StringIO(data.decode("utf-8"), newline="")
    rows = csv.reader(text, strict=True)
    header = next(rows)
    wrong, packets, ids = [], 0, []
    column, flow_id = header.index("packets_total"), header.index("flow_id")
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            wrong.append(f"CSV row {number} has {len(row)} cells, the header {len(header)}")
            continue
        packets += int(row[column])
        ids.append(int(row[flow_id]))
    if packets != summary["buckets"]["flow"]:
        wrong.append(f"the CSV rows hold {packets} packets, the bucket flow {summary['buckets']['flow']}")
    return ids, wrong


def schema_of(binary):
    status, out, err = run([binary, "fields", "--json-schema"])
    if status != 0:
        sys.exit(f"dpitool fields --json-schema: {last_line(err)}")
    Draft202012Validator.check_schema(json.loads(out))
    return out


@functools.lru_cache
def validator_of(schema):
    return Draft202012Validator(json.loads(schema))


def check_json(data, summary, validator):
    wrong, packets, ids = [], 0, []
    for number, record in enumerate(json_lines(data), 1):
        packets += record["packets_total"]
        ids.append(record["flow_id"])
        for error in validator.iter_errors(record):
            wrong.append(f"JSON line {number}: {'.'.join(map(str, error.path))} {error.message[:200]}")
    if packets != summary["buckets"]["flow"]:
        wrong.append(f"the JSON lines hold {packets} packets, the bucket flow {summary['buckets']['flow']}")
    return ids, wrong


def check_outputs(result, schema):
    """(what is wrong, flows, buckets)"""
    missing = [name for name in FORMATS if result.outputs[name] is None]
    if missing:
        return ([f"{name} was not written" for name in missing] if result.status != 3 else []), 0, {}
    try:
        summary, wrong = check_summary(result.outputs["summary-json"])
        csv_ids, csv_wrong = check_csv(result.outputs["csv"], summary)
        json_ids, json_wrong = check_json(result.outputs["json"], summary, validator_of(schema))
        wrong += csv_wrong + json_wrong
        if csv_ids != json_ids:
            wrong.append("the CSV and the JSON do not have the same flows in the same order")
        if len(json_ids) != summary["flows"]["total"]:
            wrong.append(f"{len(json_ids)} JSON lines, {summary['flows']['total']} flows in the summary")
        return wrong, len(json_ids), summary["buckets"]
    except (ValueError, KeyError, StopIteration, csv.Error) as error:
        return [f"an output cannot be read: {error!r}"], 0, {}


def check_file(binary, sanitized, schema, path):
    start = time.monotonic()
    result = classify(binary, path)
    wrong = check_status(result)
    flows, buckets = 0, {}
    if not wrong:
        wrong, flows, buckets = check_outputs(result, schema)
    if sanitized:
        second = classify(sanitized, path)
        wrong += [f"with sanitizers: {text}" for text in check_status(second)]
        if (second.status, second.outputs) != (result.status, result.outputs):
            wrong.append("the build with sanitizers gives another exit status or other bytes")
    return Outcome(path, result.status, flows, buckets, wrong, time.monotonic() - start)


def report(outcomes, seconds):
    bad = [o for o in outcomes if o.wrong]
    for outcome in bad:
        print("\n    ".join([f"not ok  {outcome.path}"] + outcome.wrong[:8]))
    statuses, buckets = Counter(o.status for o in outcomes), Counter()
    for outcome in outcomes:
        buckets.update(outcome.buckets)
    print(f"{len(outcomes)} files in {seconds:.0f} s, exit status " +
          ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    print(f"{sum(o.flows for o in outcomes)} flows, {sum(buckets.values())} packets: " +
          ", ".join(f"{name} {count}" for name, count in buckets.most_common() if count))
    slowest = max(outcomes, key=lambda o: o.seconds, default=None)
    if slowest:
        print(f"slowest {slowest.seconds:.1f} s: {slowest.path}")
    return tally_line(len(outcomes) - len(bad), len(bad))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sanitized", metavar="DPITOOL", help="a second build, with sanitizers")
    parser.add_argument("dpitool")
    parser.add_argument("paths", nargs="+")
    args = parser.parse_args()
    found = captures(args.paths, "")
    start = time.monotonic()
    work = functools.partial(check_file, args.dpitool, args.sanitized, schema_of(args.dpitool))
    return report(list(each(work, found)), time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
