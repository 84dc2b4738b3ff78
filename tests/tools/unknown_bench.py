#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""unknown_bench.py [--half tune|sealed] [--draws N] [--show] SAMPLES FOLDER - known protocols as if they were unknown.

Flows of the captures below FOLDER that nDPI knows by their payload lose their label. Draws of ten protocols, at most 60
flows a protocol and 15 a capture, are grouped, and the groups are held against the labels, beside three baselines on
the same draws: the server's port, the first four bytes, every flow alone. Then fields and boundaries are inferred from
messages of one protocol at a time, and held against what tshark says of them. Protocols that are encrypted are apart: nothing
but noise is told by their bytes. The protocols are two halves: what is tuned is tuned on `tune`, and `sealed` is what
counts."""
import argparse
import glob
import hashlib
import os
import random
import sys
from collections import Counter, defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import each, run, tally_line  # noqa: E402

HIDDEN, PER_PROTOCOL, PER_CAPTURE, FEWEST = 10, 60, 15, 4
ENCRYPTED = {"TLS", "QUIC", "SSH", "WireGuard", "IPSec", "OpenVPN", "DTLS", "Tor", "Unknown", "Signal", "Telegram",
             "Threema", "ESP", "AH", "SoftEther", "Psiphon", "Cloudflare", "Syncthing", "GQUIC", "GIT"}
SAME = {"OCSP": "HTTP"}  # what it is sent in
TRANSPORTS = {"6", "17", "132"}  # others are known by their number
TARGETS = {"port and payload": (0.84, 0.88, 0.88), "payload only": (0.71, 0.77, 0.70)}
OURS = {"port and payload": "both", "payload only": "payload"}


class Flow:
    """A flow as `unknown_samples read` writes it."""

    def __init__(self, line, capture):
        words = line.split(" ")
        self.line, self.capture, self.by = line, capture, words[1]
        self.protocol = SAME.get(words[0], words[0])
        self.transport, self.port = words[2], words[7]
        self.messages = [word.split(",") for word in words[10:]]

    def first_bytes(self, n):
        firsts = [next((m[4][:2 * n] for m in self.messages if m[0] == side), "") for side in "01"]
        return (self.transport, *firsts)


def in_half(protocol, half):
    sealed = hashlib.sha256(protocol.encode()).digest()[0] % 2 == 1
    return half == "all" or sealed == (half == "sealed")


def read_flows(program, path):
    status, out, _ = run([program, "read", path], time_limit=300)
    return [Flow(line, path) for line in out.decode().splitlines()] if status == 0 else []


def by_protocol(program, folder):
    """Flows by protocol, at most so many a capture and a protocol, chosen without regard to their content."""
    paths = sorted(path for path in glob.glob(os.path.join(folder, "**", "*"), recursive=True) if os.path.isfile(path))
    found = defaultdict(list)
    for flows in each(lambda path: read_flows(program, path), paths):
        taken = Counter()
        for flow in flows:
            if flow.by != "dpi" or flow.protocol in ENCRYPTED or flow.transport not in TRANSPORTS:
                continue
            taken[flow.protocol] += 1
            if taken[flow.protocol] <= PER_CAPTURE:
                found[flow.protocol].append(flow)
    chosen = {}
    for protocol, flows in sorted(found.items()):
        if len(flows) >= FEWEST:
            chosen[protocol] = random.Random(protocol).sample(flows, min(len(flows), PER_PROTOCOL))
    return chosen


# --- grouping ------------------------------------------------------------------------------------------


def pairs(n):
    return n * (n - 1) / 2


def rand_index(labels, groups):
    """Adjusted: 0 is chance, 1 is equal."""
    both = sum(map(pairs, Counter(zip(labels, groups)).values()))
    a, b = (sum(map(pairs, Counter(x).values())) for x in (labels, groups))
    expected = a * b / pairs(len(labels))
    return (both - expected) / ((a + b) / 2 - expected) if (a + b) / 2 != expected else 1.0


def b_cubed(labels, groups):
    joint, of_label, of_group = Counter(zip(labels, groups)), Counter(labels), Counter(groups)
    precision = sum(joint[pair] / of_group[pair[1]] for pair in zip(labels, groups)) / len(labels)
    recall = sum(joint[pair] / of_label[pair[0]] for pair in zip(labels, groups)) / len(labels)
    return 2 * precision * recall / (precision + recall)


def recovered(labels, groups):
    """The share of protocols with a group of three flows or more, 90 % pure, that has half of its flows."""
    joint, of_label, of_group = Counter(zip(labels, groups)), Counter(labels), Counter(groups)
    good = {label for (label, group), n in joint.items()
            if n >= 3 and n >= 0.9 * of_group[group] and n >= 0.5 * of_label[label]}
    return len(good) / len(of_label)


def draw(protocols, rng):
    flows = [flow for name in rng.sample(sorted(protocols), min(HIDDEN, len(protocols))) for flow in protocols[name]]
    rng.shuffle(flows)
    return flows


def group(program, draws, by):
    """The group numbers that the program gives each draw."""
    text = "".join("".join(flow.line + "\n" for flow in flows) + "\n" for flows in draws)
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"unknown-bench-{os.getpid()}")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with open(path, encoding="utf-8") as file:
            status, out, err = run([program, "group", by], stdin=file, time_limit=1200)
    finally:
        os.unlink(path)
    if status:
        sys.exit(f"{program} ended with status {status}: {err.decode()}")
    return [line.split() for line in out.decode().splitlines()]


def scores(draws, grouped):
    rows = []
    for flows, groups in zip(draws, grouped):
        labels = [flow.protocol for flow in flows]
        rows.append((rand_index(labels, groups), b_cubed(labels, groups), recovered(labels, groups)))
    return [sum(column) / len(rows) for column in zip(*rows)]


def grouping(program, protocols, n_draws, seed):
    """{way: its three scores}, baselines last."""
    rng = random.Random(seed)
    draws = [draw(protocols, rng) for _ in range(n_draws)]
    ways = {name: group(program, draws, by) for name, by in OURS.items()}
    ways["baseline: port"] = [[(f.transport, f.port) for f in flows] for flows in draws]
    ways["baseline: first four bytes"] = [[f.first_bytes(4) for f in flows] for flows in draws]
    ways["baseline: each alone"] = [list(range(len(flows))) for flows in draws]
    print(f"{len(protocols)} protocols, {n_draws} draws of {HIDDEN}, {sum(map(len, draws)) / n_draws:.0f} flows each")
    return {name: scores(draws, grouped) for name, grouped in ways.items()}


def tell_grouping(found):
    missed = 0
    for name, row in found.items():
        wanted = TARGETS.get(name)
        missed += sum(a < b for a, b in zip(row, wanted)) if wanted else 0
        text = "  ".join(f"{value:.3f}" for value in row)
        print(f"  {name:28} {text}" + ("   wanted " + "  ".join(f"{w:.2f}" for w in wanted) if wanted else ""))
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--half", choices=("tune", "sealed", "all"), default="sealed")
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("program")
    parser.add_argument("folder")
    args = parser.parse_args()
    protocols = {name: flows for name, flows in by_protocol(args.program, args.folder).items()
                 if in_half(name, args.half)}
    if len(protocols) < HIDDEN:
        sys.exit(f"{args.folder}: {len(protocols)} protocols with {FEWEST} flows, {HIDDEN} are needed")
    print("grouping (adjusted Rand index, B-cubed F, recovered)")
    missed = tell_grouping(grouping(args.program, protocols, args.draws, args.seed))
    return tally_line(6 - missed, missed, 0)


if __name__ == "__main__":
    sys.exit(main())
