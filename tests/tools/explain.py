#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""explain.py DPITOOL CAPTURE|FOLDER... - dpitool explain against classify: watching a flow does not change its record,
each of its packets is told once, and its label is that of the look that is said to count. The first flows of every
capture, as they are and with records that the active timeout cuts."""
import itertools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, json_lines, run, tally_line  # noqa: E402

FLOWS = 2  # of a capture
WAYS = [], ["--active-timeout", "1"]


def told(answer):
    """How many packets the explanation has, and how often the one is named that is named most."""
    shown = [row["packet"] for row in answer["looks"][0]["shown"]] if answer["looks"] else []
    named = shown + [row["packet"] for row in answer["not_shown"]]
    return len(named) + answer["late"] + answer["not_told"], max(map(named.count, named), default=1)


def wrong_with(answer, record):
    packets, times = told(answer)
    if packets != record["packets_total"] or times != 1:
        yield f"{packets} packets are told of {record['packets_total']}, one {times} times"
    for name in answer.keys() & record.keys():
        if answer[name] != record[name]:
            yield f"{name} is {answer[name]}, and {record[name]} when nobody watches"
    if not answer["looks"] and not answer["label_of_record_before"]:
        yield "there is a label but no look"
    counts = answer.get("look_taken", 1) - 1
    if not answer["label_of_record_before"] and answer["looks"][counts]["label"] != record["ndpi_label"]:
        yield f"the look that counts says {answer['looks'][counts]['label']}"


def check(binary, path, way, record):
    command = [binary, "explain", *way, "--flow", str(record["flow_id"]), path]
    _, out, _ = run(command + ["--json"])
    answers = json_lines(out)
    wrong = list(wrong_with(answers[0], record)) if answers else ["no answer"]
    _, text, _ = run(command)
    if any(byte < 0x20 and byte != 0x0a or byte > 0x7e for byte in text):
        wrong.append("the text has bytes that are not printable")
    return wrong


def look_at(job):
    binary, path, way = job
    _, out, _ = run([binary, "classify", "-o", "json", *way, path])
    records = json_lines(out)[:FLOWS]
    return [(path, way, record["flow_id"], check(binary, path, way, record)) for record in records]


def main(args):
    jobs = [(args[0], path, way) for path, way in itertools.product(captures(args[1:]), WAYS)]
    results = list(itertools.chain.from_iterable(each(look_at, jobs)))
    for path, way, flow, wrong in results:
        for line in wrong:
            print(f"{path} {' '.join(way)} flow {flow}: {line}")
    failed = sum(bool(wrong) for _, _, _, wrong in results)
    return tally_line(len(results) - failed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
