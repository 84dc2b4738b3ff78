#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""community_id.py DPITOOL FOLDER - Community IDs against the baselines of their specification.

FOLDER has the captures and baseline*.json of the community-id-spec project: for each packet its protocol, ends, ports
(of ICMP, the types as Community ID maps them) and ID. Each ID that dpitool prints must be the baseline's for the same
ends, and each of the baseline must be printed, with the seed of the file."""
import glob
import json
import os
import re
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, json_lines, last_line, run, tally_line, transport_number  # noqa: E402


def baseline(path):
    """{Community ID: protocol and ends}"""
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    return {row["communityid"]: (row["proto"], frozenset((canonical(row["saddr"]), canonical(row["daddr"]))))
            for row in rows if row.get("communityid")}


def canonical(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_ntop(family, socket.inet_pton(family, address))


def printed(binary, seed, path):
    status, out, err = run([binary, "classify", "-o", "json", "--community-id-seed", str(seed), path])
    if status != 0:
        sys.exit(f"{path}: dpitool ended with status {status}: {last_line(err)}")
    found = {}
    for record in json_lines(out):
        transport = transport_number(record["transport"])
        ends = frozenset((canonical(record["src_ip"]), canonical(record["dst_ip"])))
        if "community_id" in record:
            found[record["community_id"]] = (transport, ends)
        else:
            print(f"{path}: no community_id for {record['transport']} {record['src_ip']} {record['dst_ip']}")
    return found


def compare(expected, found):
    """(IDs that are right, what is wrong)"""
    wrong = [f"missing: {key} {sorted(expected[key][1])}" for key in expected.keys() - found.keys()]
    wrong += [f"not in the baseline: {key} {found[key]}" for key in found.keys() - expected.keys()]
    both = expected.keys() & found.keys()
    wrong += [f"{key}: {found[key]}, expected {expected[key]}" for key in both if expected[key] != found[key]]
    return len(both) - sum(expected[key] != found[key] for key in both), wrong


def main(args):
    binary, folder = args
    files = [p for p in captures([folder], (".pcap", ".pcapng")) if "combined" not in p]
    passed = failed = skipped = 0
    for path in sorted(glob.glob(os.path.join(folder, "*baseline*.json"))):
        if "nob64" in path:
            print(f"left out: {os.path.basename(path)}: dpitool always writes base64, as the version 1 says")
            skipped += 1
            continue
        seed = re.search(r"seed(\d+)", path)
        found = {}
        for capture in files:
            found.update(printed(binary, seed.group(1) if seed else 0, capture))
        right, wrong = compare(baseline(path), found)
        print("\n    ".join([f"{os.path.basename(path)}: {right} right, {len(wrong)} wrong"] + wrong))
        passed, failed = passed + right, failed + len(wrong)
    return tally_line(passed, failed, skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
