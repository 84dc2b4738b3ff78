#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""truth.py DPITOOL [FOLDER] - dpitool against tests/pcaps/MANIFEST.json, which says what our own captures hold.

Held: the exit status, the offset of the damage, the packets read, every bucket, and every flow with its client and
server, VLAN, tunnels and number of packets; of captures with tunnels also what --tunnels none makes of them. Counted,
not held: how many flows have the right protocol."""
import functools
import json
import os
import sys
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import each, json_lines, last_line, run, tally_line  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../pcaps")


def from_outside(entry):
    """The entry as it is to who looks into no tunnel."""
    carriers = {identity(line) for line in entry["outer_flows"]}
    lines = [line for line in entry["flows"] if "tunnels" not in line and identity(line) not in carriers]
    return dict(entry, flows=lines + entry["outer_flows"], not_in_flows=entry["outer_not_in_flows"])


def expected_flows(entry):
    """The manifest's lines that dpitool is to print."""
    return entry.get("flows", [])


def expected_buckets(entry):
    """What is not in flows."""
    lines = entry.get("flows", [])
    return entry["not_in_flows"]


def identity(line):
    """What a flow is, out of a manifest's line or of a record; the ports of a folded line are not known."""
    ends = tuple(line.get(name) for name in ("src_ip", "src_port", "dst_ip", "dst_port"))
    tunnels = tuple(line.get("tunnels", line.get("tunnel", [])))
    return (line["transport"],) + ends + (line.get("vlan"), line.get("icmp_type"), tunnels)


def without_ports(key):
    return (key[0], key[1], None, key[3], None) + key[5:]


def take(line, records):
    """The records that a line of the manifest is about; what is wrong with them otherwise."""
    key = identity(line)
    if "count" not in line:
        same = [r for r in records if identity(r) == key and r["packets_total"] == line["packets"]]
        return same[:1], None if same else f"missing: {key} with {line['packets']} packets"
    same = [r for r in records if without_ports(identity(r)) == key][:line["count"]]
    packets = sum(r["packets_total"] for r in same)
    right = len(same) == line["count"] and packets == line["packets"]
    return same, None if right else f"{key}: {len(same)} flows with {packets} packets, expected " \
                                    f"{line['count']} with {line['packets']}"


def check_flows(entry, records):
    """(what is wrong, counts of right, wrong and Unknown labels)"""
    left, wrong, labels = list(records), [], Counter()
    # Folded lines last: their flows have ports that another line may name.
    for line in sorted(expected_flows(entry), key=lambda line: "count" in line):
        taken, fault = take(line, left)
        wrong += [fault] if fault else []
        for record in taken:
            left.remove(record)
            labels[verdict(line["protocol"], record)] += 1
    wrong += [f"not in the manifest: {identity(r)} with {r['packets_total']} packets" for r in left]
    return wrong, labels


@functools.lru_cache
def vocabulary():
    with open(os.path.join(FOLDER, "VOCABULARY.json"), encoding="utf-8") as file:
        return json.load(file)["protocols"]


def verdict(truth, record):
    said = record["protocol"]
    if said == "Unknown":
        return "Unknown" if truth else "Unknown where nothing can be known"
    guess = " by a guess" if record["classified_by"] in ("ip", "port") else ""
    if truth is None:
        return "named where nothing can be known" + guess
    words = {word.lower() for word in (truth, *vocabulary().get(truth, []))}
    return ("right" if said.lower() in words else "wrong") + guess


def check_summary(entry, summary):
    wrong = []
    if summary["packets_read"] != entry["packets"]:
        wrong.append(f"{summary['packets_read']} packets read, expected {entry['packets']}")
    others = {name: n for name, n in summary["buckets"].items() if n and name != "flow"}
    expected = expected_buckets(entry)
    if expected != others:
        wrong.append(f"not in flows: {others}, expected {expected}")
    damage = summary["captures"][0].get("damage_offset")
    if damage != entry.get("damage_offset"):
        wrong.append(f"damage at {damage}, expected {entry.get('damage_offset')}")
    return wrong


def check_with(options, binary, folder, entry):
    path = os.path.join(folder, entry["file"])
    status, out, err = run([binary, "classify", "-o", "json", *options, path])
    if status != entry.get("exit_status", 0):
        return [f"exit status {status}, expected {entry.get('exit_status', 0)}: {last_line(err)}"], Counter()
    if status not in (0, 1):
        return [], Counter()
    summary = json.loads(run([binary, "classify", "-o", "summary-json", *options, path])[1])
    wrong, labels = check_flows(entry, json_lines(out))
    return check_summary(entry, summary) + wrong, labels


def check(binary, folder, entry):
    wrong, labels = check_with([], binary, folder, entry)
    if "outer_flows" in entry:
        wrong += check_with(["--tunnels", "none"], binary, folder, from_outside(entry))[0]
    return wrong, labels


def main(args):
    binary, folder = args[0], args[1] if len(args) > 1 else FOLDER
    with open(os.path.join(folder, "MANIFEST.json"), encoding="utf-8") as file:
        entries = json.load(file)["captures"]
    passed = failed = 0
    total = Counter()
    for entry, (wrong, labels) in zip(entries, each(functools.partial(check, binary, folder), entries)):
        if wrong:
            print("\n    ".join([f"not ok  {entry['file']}"] + wrong[:12]))
        passed, failed = passed + (not wrong), failed + bool(wrong)
        total += labels
    print("labels of flows: " + ", ".join(f"{count} {what}" for what, count in total.most_common()))
    return tally_line(passed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
