#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""parity.py [--verbose] DPITOOL CAPTURE|FOLDER... - dpitool's ndpi_label against ndpiReader's.

Both take each capture apart: `dpitool classify --conversations --tunnels ip --no-reassembly` and `ndpiReader -v 2` of
nDPI 4.2 (its text, for its CSV leaves unknown flows out). Flows are matched by transport, VLAN and the two ends. Every
difference falls in
one class of a closed list, which is decided from the packets: tests/tools/ndpireader.py knows what ndpiReader does
with each of them. Flows that only one of them has for a known reason (ndpiReader drops cut packets, and makes flows
of what is no IP packet) are counted, but have no label to compare. Status 0 when 99.95 % of the flows have the same
label, also 99.9 % as the mean over captures, and nothing is unexplained."""
import argparse
import functools
import os
import sys
from collections import Counter, defaultdict, namedtuple

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ndpireader  # noqa: E402
from dpitest import captures, each, json_lines, last_line, run, transport_number  # noqa: E402
from frames import frames  # noqa: E402

SHARE, MEAN = 0.9995, 0.999
FIELDS = "flow_id,first_packet,transport,src_ip,src_port,dst_ip,dst_port,vlan,ndpi_label,packets_total,flags"

Ours = namedtuple("Ours", "key label packets first flags")
Difference = namedtuple("Difference", "kind why text")
# flows: those of both tools, and those of one of them without a known reason; all_theirs: all of ndpiReader's
Result = namedtuple("Result", "path flows all_theirs equal differences error")

ONLY_OURS = "only dpitool has the flow"
ONLY_THEIRS = "only ndpiReader has the flow"
LABEL = "the label differs"
UNEXPLAINED, SAME_PACKETS, COLLISION = "unexplained", "same packets", "IPv6 key collision in ndpiReader"


def ours(binary, path):
    """(flows, error) as dpitool sees the capture."""
    command = [binary, "classify", "--conversations", "--tunnels", "ip", "--no-reassembly", "-o", "json", "--fields",
               FIELDS, path]
    status, out, err = run(command)
    if status not in (0, 1):
        return [], f"dpitool ended with status {status}: {last_line(err)}"
    flows = []
    for record in json_lines(out):
        ends = [(ndpireader.address_text(record[f"{side}_ip"]), record.get(f"{side}_port", 0))
                for side in ("src", "dst")]
        key = ndpireader.make_key(transport_number(record["transport"]), record.get("vlan", 0), *ends)
        flows.append(Ours(key, record["ndpi_label"], record["packets_total"], record["first_packet"],
                          record.get("flags", [])))
    return flows, None


class Capture:
    """What ndpiReader does with each packet of a capture; only read when there is something to explain."""

    def __init__(self, path, packets_read):
        self.fates = [ndpireader.fate(frame) for frame in frames(path)]
        self.read = packets_read
        self.kept = defaultdict(Counter)
        self.groups = defaultdict(set)
        for fate in self.fates[:packets_read]:
            if fate.key:
                self.kept[fate.key][fate.why] += 1
                self.groups[ndpireader.squeezed(fate.key)].add(fate.key)

    def collides(self, key):
        return len(self.groups[ndpireader.squeezed(key)]) > 1

    def why_only_ours(self, flow):
        if flow.first > self.read:
            return "ndpiReader stopped reading, or did not begin" if flow.first <= len(self.fates) else UNEXPLAINED
        fate = self.fates[flow.first - 1]
        if fate.key is None:
            return fate.why
        if self.collides(fate.key):
            return COLLISION
        return fate.why or UNEXPLAINED

    def why_only_theirs(self, key):
        whys = self.kept[key]
        return next((why for why in ndpireader.ODD if whys[why]), UNEXPLAINED) if not whys[""] else UNEXPLAINED

    def why_label(self, flow, theirs):
        if self.collides(flow.key):
            return COLLISION
        if any(self.kept[flow.key][why] for why in ndpireader.ODD):
            return "ndpiReader counts packets that are none of the flow"
        if flow.packets != theirs.packets:
            return "ndpiReader drops packets of the flow" if flow.packets > theirs.packets else UNEXPLAINED
        return SAME_PACKETS


def end_text(end):
    return f"{end[0]}:{end[1]}" if ":" not in end[0] else f"[{end[0]}]:{end[1]}"


def key_text(key):
    vlan = f" vlan {key[1]}" if key[1] else ""
    return f"{key[0]} {end_text(key[2])} {end_text(key[3])}{vlan}"


def pair(mine, theirs):
    """(flow of ours or None, theirs or None): by key, and within one key those with the same label first."""
    left = defaultdict(list)
    for flow in theirs:
        left[flow.key].append(flow)
    alone = []
    for flow in mine:
        same = [other for other in left[flow.key] if other.label == flow.label]
        if same:
            left[flow.key].remove(same[0])
            yield flow, same[0]
        else:
            alone.append(flow)
    for flow in alone:
        yield flow, left[flow.key].pop(0) if left[flow.key] else None
    for flows in left.values():
        yield from ((None, flow) for flow in flows)


def explain(capture, flow, other):
    if other is None:
        return Difference(ONLY_OURS, capture.why_only_ours(flow),
                          f"{key_text(flow.key)} {flow.label} {','.join(flow.flags)}")
    if flow is None:
        return Difference(ONLY_THEIRS, capture.why_only_theirs(other.key), f"{key_text(other.key)} {other.label}")
    return Difference(LABEL, capture.why_label(flow, other),
                      f"{key_text(flow.key)} dpitool {flow.label} ({flow.packets}), "
                      f"ndpiReader {other.label} ({other.packets}) {','.join(flow.flags)}")


def compare(binary, path):
    try:
        theirs, packets_read = ndpireader.classify(path)
    except ValueError as error:
        return Result(path, 0, 0, 0, [], str(error))
    mine, error = ours(binary, path)
    pairs = list(pair(mine, theirs))
    odd = [(a, b) for a, b in pairs if not (a and b and a.label == b.label)]
    capture = Capture(path, packets_read) if odd else None
    differences = [explain(capture, a, b) for a, b in odd]
    counted = sum(1 for d in differences if d.kind == LABEL or d.why == UNEXPLAINED)
    equal = len(pairs) - len(odd)
    return Result(path, equal + counted, len(theirs), equal, differences, error)


def report(results, verbose):
    classes = Counter((d.kind, d.why) for r in results for d in r.differences)
    for result in results:
        if result.error:
            print(f"{result.path}: {result.error}")
        for d in result.differences:
            if verbose or d.why in (UNEXPLAINED, SAME_PACKETS):
                print(f"{os.path.basename(result.path)}: {d.kind}, {d.why}: {d.text}")
    flows, equal = sum(r.flows for r in results), sum(r.equal for r in results)
    shares = [r.equal / r.flows for r in results if r.flows]
    share = equal / flows if flows else 0.0
    mean = sum(shares) / len(shares) if shares else 0.0
    print(f"captures {len(results)}, with flows {len(shares)}, not compared {sum(bool(r.error) for r in results)}")
    print(f"flows {flows}, equal {equal}, share {share:.4%} (at least {SHARE:.2%}), "
          f"mean over captures {mean:.4%} (at least {MEAN:.1%})")
    theirs = sum(r.all_theirs for r in results)
    print(f"share of all that ndpiReader prints {equal / theirs if theirs else 0:.4%}")
    print(f"differences: {sum(classes.values())}")
    for (kind, why), count in sorted(classes.items()):
        print(f"  {count:6}  {kind}: {why}")
    unexplained = sum(n for (_, why), n in classes.items() if why == UNEXPLAINED)
    return 0 if share >= SHARE and mean >= MEAN and not unexplained else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--verbose", action="store_true", help="show the differences that are explained too")
    parser.add_argument("dpitool")
    parser.add_argument("paths", nargs="+")
    args = parser.parse_args()
    found = captures(args.paths, (".pcap", ".pcapng", ".cap"))
    return report(list(each(functools.partial(compare, args.dpitool), found)), args.verbose)


if __name__ == "__main__":
    sys.exit(main())
