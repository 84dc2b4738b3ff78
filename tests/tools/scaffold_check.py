#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""scaffold_check.py [--half tune|sealed] [--show] SAMPLES DPITOOL FOLDER... - signatures and dissectors of known protocols as
if they were unknown.

Signatures are made of every other flow of a protocol in a capture, and held against the other half of them, against
the protocol in other captures, and against all flows of other protocols. Then `dpitool unknown --scaffold` looks at
protocols by --where: dissectors for Wireshark must claim the packets of their group, those for nDPI must compile, and
find the first messages of it when they run. Halves of the protocols as in unknown_bench.py."""
import argparse
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import each, run, tally_line  # noqa: E402
from ndpi_harness import Harness  # noqa: E402
from unknown_bench import ENCRYPTED, TRANSPORTS, in_half, read_flows, captures_below  # noqa: E402

FEWEST, PER_CAPTURE, MOST_OTHERS, KNOWN_MOST, CAPTURES = 3, 60, 15, 2000, 3


class Signature:
    """What first messages of a side have in common."""

    def __init__(self, side, bits, fixed, length, port):
        self.side, self.bits, self.transport = side, int(bits), None
        self.fixed = [(int(at), int(value, 16)) for at, value in (word.split(":") for word in fixed.split())]
        self.length = [int(word) for word in length.split()]
        self.port = int(port)

    def matches(self, sample):
        message = sample.first_message(self.side)
        if sample.transport != self.transport or message is None or self.port not in (0, sample.port):
            return False
        return self.has_bytes(message[0]) and self.has_length(*message)

    def has_bytes(self, data):
        return all(at < len(data) and data[at] == value for at, value in self.fixed)

    def has_length(self, data, size):
        if not self.length:
            return True
        at, width, little, plus = self.length
        number = data[at:at + width]
        return len(number) == width and int.from_bytes(number, "little" if little else "big") + plus == size

    def __repr__(self):
        """As it is shown."""
        conditions = [f"{at}:{value:02x}" for at, value in self.fixed] + (["length" + str(self.length)] if self.length else [])
        return (f"{'server' if self.side == '1' else 'client'} {self.bits} bits: " + " ".join(conditions) +
                f" port {self.port}" * bool(self.port))


class Group:
    """A line of `unknown_samples draft`."""

    def __init__(self, line, transport):
        flows, hits, self.kind, small, self.refused, *sides = line.split("|")
        self.flows, self.hits, self.small = int(flows), int(hits), small == "1"
        self.signatures = [] if self.refused else [Signature(*sides[i:i + 5]) for i in range(0, len(sides), 5)]
        for signature in self.signatures:
            signature.transport = transport

    def structured(self):
        """Whether more than that there is no structure is told of it."""
        return not self.small and self.kind in ("binary", "text")

    def judge(self, others):
        """Drops what dpitool would refuse for what else is in the capture."""
        good = [s for s in self.signatures if sum(map(s.matches, others)) * 1000 <= len(others) + self.flows]
        if self.hits * 10 < self.flows * 9 and not self.refused:
            good, self.refused = [], f"{self.flows - self.hits} of {self.flows} flows do not have it"
        elif not good and not self.refused:
            self.refused = "known flows have it"
        self.signatures = good


def first_message(flow, side):
    """(bytes, size) of what a side sends first: a datagram, or all until the other side speaks; None: nothing."""
    found, size, last = b"", 0, None
    for who, index, _, length, data in flow.messages:
        if who != side:
            continue
        if last is not None and int(index) != last + 1:
            break
        found, size, last = found + bytes.fromhex(data), size + int(length), int(index)
        if flow.transport != "6":
            break
    return (found, size) if size else None


class Sample:
    """A flow and its first messages."""

    def __init__(self, flow):
        self.flow, self.line, self.transport, self.port = flow, flow.line, flow.transport, int(flow.port)
        self.firsts = {side: first_message(flow, side) for side in "01"}

    def first_message(self, side):
        return self.firsts[side]


def format_of(sample):
    """What the first messages are of: label of nDPI, unless they are plainly of what it is sent in."""
    (client, size), (server, _) = (sample.first_message(side) or (b"", 0) for side in "01")
    if sample.transport == "6" and (server.startswith(b"HTTP/1.") or re.match(rb"(GET|POST|HEAD|PUT) /", client)):
        return "HTTP"
    if client.startswith(16 * b"\xff"): # from port 20 nDPI takes it for FTP's data
        return "BGP"
    if sample.flow.port == "389" and client[:1] == b"\x30" and client[2:4] == b"\x02\x01": # some it takes for MQTT
        return "LDAP"
    if client[4:8] == b"\x21\x12\xa4\x42" and int.from_bytes(client[2:4], "big") + 20 == size:
        return "STUN"
    return sample.flow.protocol


def read_all(program, folders):
    """{protocol: {capture: flows}} of those that nDPI knows by their payload, and are not encrypted."""
    found = defaultdict(lambda: defaultdict(list))
    # fuzz-*: spoiled on purpose, which is no protocol any more
    paths = [path for folder in folders for path in captures_below(folder) if "fuzz" not in os.path.basename(path)]
    for flows in each(lambda path: read_flows(program, path), paths):
        for flow in flows:
            if flow.by == "dpi" and flow.transport in TRANSPORTS:
                sample = Sample(flow)
                found[format_of(sample)][flow.capture].append(sample)
    return found


def draft(program, sets):
    """The lines that tell of the groups of each list of lines of flows."""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"scaffold-check-{os.getpid()}")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join("".join(line + "\n" for line in some) + "\n" for some in sets))
        with open(path, encoding="utf-8") as file:
            status, out, err = run([program, "draft", "both"], stdin=file, time_limit=1200)
    finally:
        os.unlink(path)
    if status:
        sys.exit(f"{program} ended with status {status}: {err.decode()}")
    return [text.splitlines() for text in out.decode().split("\n\n")[:len(sets)]]


# --- signatures ----------------------------------------------------------------------------------------


def share(signatures, samples):
    return sum(any(s.matches(sample) for s in signatures) for sample in samples) / len(samples)


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def others_in(name, capture, found):
    return [sample for other, captures in found.items() if other != name
            for sample in captures.get(capture, ())]


def make_signatures(program, found, chosen):
    """[(signatures that stand, all groups with a structure)] for each (protocol, capture, flows)"""
    others = [others_in(name, capture, found) for name, capture, _ in chosen]
    sets = [[sample.line for sample in flows] + ["!" + sample.line for sample in known[:KNOWN_MOST]]
            for (_, _, flows), known in zip(chosen, others)]
    made = []
    for (_, _, flows), known, lines in zip(chosen, others, draft(program, sets)):
        transport = Counter(sample.transport for sample in flows).most_common(1)[0][0]
        groups = [group for group in (Group(line, transport) for line in lines) if group.structured()]
        for group in groups:
            group.judge(known)
        made.append(([s for group in groups for s in group.signatures], groups))
    return made


def sets_of(found, half, fewest):
    return [(name, capture, flows[:PER_CAPTURE]) for name, captures in sorted(found.items())
            for capture, flows in sorted(captures.items())
            if name not in ENCRYPTED and in_half(name, half) and len(flows) >= fewest]


def false_matches(signatures, protocol, found, counts):
    """Counts matches by the protocol that is mistaken."""
    for name, captures in found.items():
        if name == protocol:
            continue
        others = [sample for flows in captures.values() for sample in flows[:MOST_OTHERS]]
        counts[(protocol, name)][0] += sum(any(s.matches(x) for s in signatures) for x in others)
        counts[(protocol, name)][1] += len(others)


def in_same_captures(program, found, half, show):
    """(groups that got a signature, of how many, {protocol: recall in the flows that were left out})"""
    recall, groups, given = defaultdict(list), 0, 0
    chosen = sets_of(found, half, 2 * FEWEST)
    halves = [(name, capture, flows[::2]) for name, capture, flows in chosen]
    for (name, capture, flows), (good, structured) in zip(chosen, make_signatures(program, found, halves)):
        groups, given = groups + len(structured), given + sum(bool(group.signatures) for group in structured)
        if good:
            recall[name].append(share(good, flows[1::2]))
        if show:
            print(f"    {name} in {os.path.basename(capture)}: {len(good)} of {len(structured)}, "
                  f"{recall[name][-1] if good else 0:.2f} {[group.refused for group in structured if group.refused]} {good}")
    return given, groups, recall


def elsewhere(program, found, half, show):
    """({protocol: recall in other captures}, {(protocol, other one): [flows that match, of how many]})"""
    recall, counts = defaultdict(list), defaultdict(lambda: [0, 0])
    chosen = sets_of(found, half, FEWEST)
    for (name, capture, _), (good, _) in zip(chosen, make_signatures(program, found, chosen)):
        # one flow alone, of a protocol that nDPI may have taken it for, is no capture of the protocol
        others = [x for path, flows in found[name].items() if path != capture and len(flows) > 1 for x in flows[:MOST_OTHERS]]
        if good and others:
            recall[name].append(share(good, others))
        if good:
            false_matches(good, name, found, counts)
        if show and good:
            print(f"    {name} of {os.path.basename(capture)} elsewhere: {recall[name][-1] if others else -1:.2f} "
                  f"{good}")
    return recall, counts


def signatures(program, found, half, show):
    """How many targets were missed."""
    given, groups, same = in_same_captures(program, found, half, show)
    other, counts = elsewhere(program, found, half, show)
    rates = {pair: hit / of for pair, (hit, of) in counts.items() if of}
    false = sum(hit for hit, _ in counts.values()) / max(sum(of for _, of in counts.values()), 1)
    # one flow of a few is no rate
    worst = max((hit / max(of, 100), pair) for pair, (hit, of) in counts.items()) if rates else (0, ("", ""))
    if show:
        for pair in sorted(pair for pair, rate in rates.items() if rate):
            print(f"    {pair[0]} taken for {pair[1]}: {counts[pair][0]} of {counts[pair][1]} flows")
    recall, abroad = mean(map(mean, same.values())), mean(map(mean, other.values()))
    print(f"signatures: given for {given} of {groups} groups, {given / max(groups, 1):.2f}; wanted 0.50")
    print(f"  recall in the same capture {recall:.3f}, {len(same)} protocols; wanted 0.95")
    print(f"  recall in other captures {abroad:.3f}, {len(other)} protocols; wanted 0.50, of 10")
    print(f"  false matches {100 * false:.3f} % of other flows; wanted 0.1; at most {100 * worst[0]:.2f} %, "
          f"{worst[1][0]} in {worst[1][1]}; wanted 1")
    return [given * 2 >= groups, recall >= 0.95, abroad >= 0.50 and len(other) >= 10, false <= 0.001,
            worst[0] <= 0.01].count(False)


# --- dissectors ----------------------------------------------------------------------------------------

TRIED = re.compile(r"tried by tshark: (\d+) of (\d+) packets with new payload of the group claimed, (\d+) malformed, (\d+) errors "
                   r"of Lua; (\d+) of (\d+) packets of other flows claimed")


def scaffold(dpitool, harness, folder, protocol, capture):
    """([what tshark said of each dissector], [what is wrong with the C])"""
    target = os.path.join(folder, re.sub(r"\W", "_", protocol + os.path.basename(capture)))
    status, _, err = run([dpitool, "unknown", "--scaffold", target, "--no-default-rules", "--where",
                          f'protocol == "{protocol}" and classified_by == "dpi"', capture], time_limit=600)
    if status not in (0, 1):
        return [], [f"{capture}: exit status {status}: {err.decode()}"]
    with open(os.path.join(target, "README.txt"), encoding="utf-8") as file:
        text = file.read()
    made = [name for name in os.listdir(target) if name.endswith(".lua")]
    tried = [tuple(map(int, numbers)) for numbers in TRIED.findall(text)]
    wrong = [] if len(tried) == len(made) else [f"{capture}: {len(made)} scripts, {len(tried)} tried"]
    return tried, wrong + (harness.check(target) if made else [])


def dissectors(dpitool, found, half, show):
    tasks = [(name, capture) for name, captures in sorted(found.items()) if name not in ENCRYPTED and in_half(name, half)
             for capture in sorted(captures, key=lambda path, of=captures: (-len(of[path]), path))[:CAPTURES]]
    claims, wrong, malformed, errors, false, others = [], [], 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        harness = Harness(folder)
        results = each(lambda task: scaffold(dpitool, harness, folder, *task), tasks)
        for (name, capture), (tried, bad) in zip(tasks, results):
            wrong += bad
            for claimed, packets, broken, failed, mistaken, rest in tried:
                if packets: # else tshark does not know the link layer or the tunnel
                    claims.append(claimed / packets)
                malformed, errors, false, others = malformed + broken, errors + failed, false + mistaken, others + rest
                if show:
                    print(f"    {name} in {os.path.basename(capture)}: {claimed} of {packets} claimed, {broken} malformed, "
                          f"{failed} errors, {mistaken} of {rest} others")
    for line in wrong:
        print(f"  {line}")
    good = sum(claim >= 0.95 for claim in claims)
    print(f"Lua: {len(claims)} dissectors; {good} claim 95 % of the packets of their group, {100 * mean(claims):.1f} % as the "
          f"mean; {malformed} malformed, {errors} errors; {false} of {others} packets of other flows")
    print(f"C: {harness.compiled} files compiled, {harness.found} of {harness.asked} first messages found")
    return [good == len(claims) > 0, malformed + errors == 0, not wrong and harness.compiled > 0].count(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--half", choices=("tune", "sealed", "all"), default="sealed")
    parser.add_argument("--show", action="store_true", help="tell what became of each protocol")
    parser.add_argument("--only", choices=("signatures", "dissectors"))
    parser.add_argument("program")
    parser.add_argument("dpitool")
    parser.add_argument("folders", nargs="+")
    args = parser.parse_args()
    found = read_all(args.program, args.folders)
    missed = asked = 0
    if args.only != "dissectors":
        missed, asked = signatures(args.program, found, args.half, args.show), 5
    if args.only != "signatures":
        missed, asked = missed + dissectors(args.dpitool, found, args.half, args.show), asked + 3
    return tally_line(asked - missed, missed)


if __name__ == "__main__":
    sys.exit(main())
