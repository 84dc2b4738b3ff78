#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""invariance.py [OPTIONS] DPITOOL CAPTURE|FOLDER... - how many labels stay when packets come in another shape.

tests/lib/impair.py and tests/lib/tunnelling.py impair each capture; the flows of dpitool (ndpi_label, protocol,
application) before and after are compared, matched by transport, VLAN and the two ends, several of one key in the
order of their first packets. "clean" impairs nothing: it compares the default with --tunnels ip --no-reassembly,
where dpitool has them. Tunnels follow from the capture alone and are tried with the first seed only. Status 1 when
a target is missed: a figure with a ! behind it."""
import argparse
import operator
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict, namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../lib")]
import impair  # noqa: E402
import ndpireader  # noqa: E402
import tunnelling  # noqa: E402
from dpitest import captures, each, json_lines, last_line, run  # noqa: E402
from frames import frames  # noqa: E402

# least shares: of the flows seen from their start, of those in mid-stream, of all, of captures that keep all
Target = namedtuple("Target", "start midstream flows captures")
EVENTS = Target(0.999, 0.995, None, 0.985)
SPLIT = Target(None, None, 0.995, 0.98)
TUNNEL = Target(None, None, 0.999, None)
NONE = Target(None, None, None, None)
TARGETS = {"reorder": EVENTS, "fragment": EVENTS, "duplicate": EVENTS, "split": SPLIT, "mix": NONE}

CLEAN, UNKNOWN = "clean", "Unknown"
KINDS = {**impair.IMPAIRMENTS, **tunnelling.IMPAIRMENTS}
PLAIN = ("--tunnels", "ip", "--no-reassembly")      # clean packets as if nothing could have happened to them
EVENT_FLAGS = {"fragmented", "duplicate", "reordered", "reassembled", "cut", "offload"}
EVENT_FIELDS = ("retransmits", "out_of_order", "gap_bytes", "tunnel")
FIELDS = ("first_packet", "transport", "src_ip", "src_port", "dst_ip", "dst_port", "vlan", "ndpi_label", "protocol",
          "application", "classified_by", "flags")

Flow = namedtuple("Flow", "key label by midstream event")
# one capture, one impairment, one seed: flows by kind ("start", "midstream"), kept of them; lost: lines for the log;
# theirs: (flows, kept) of ndpiReader
Outcome = namedtuple("Outcome", "kind flows kept unknown gone lost theirs")
Label = namedtuple("Label", "ndpi_label protocol application")


class Dpitool:
    def __init__(self, binary, conversations):
        self.command = [binary, "classify", "-o", "json"] + (["--conversations"] if conversations else [])
        _, known, _ = run([binary, "fields"])
        words = set(known.decode().split())
        self.events = [name for name in EVENT_FIELDS if name in words]
        self.command += ["--fields", ",".join(FIELDS + tuple(self.events))]
        _, usage, _ = run([binary, "classify", "--help"])
        self.has_plain = all(option.encode() in usage for option in PLAIN if option.startswith("--"))

    def flows(self, path, options=()):
        """The flows of a capture, by key."""
        status, out, err = run([*self.command, *options, path])
        if status != 0:
            raise ValueError(f"dpitool ended with status {status}: {last_line(err)}")
        flows = defaultdict(list)
        for record in sorted(json_lines(out), key=lambda r: r["first_packet"]):
            flow = self.flow(record)
            flows[flow.key].append(flow)
        return flows

    def flow(self, record):
        ends = sorted((record[f"{side}_ip"], record.get(f"{side}_port", 0)) for side in ("src", "dst"))
        flags = set(record.get("flags", ()))
        event = bool(flags & EVENT_FLAGS) or any(record.get(name) for name in self.events)
        label = Label(*(record.get(name) for name in Label._fields))
        return Flow((record["transport"], unadded(record.get("vlan", 0)), *ends), label, record["classified_by"],
                    "midstream" in flags, event)


def unadded(vlan):
    """A capture without VLANs gets one with PPPoE."""
    return 0 if vlan == tunnelling.VLAN else vlan


def carried(kind, key):
    """Whether the tunnel can carry the IP version of a flow's key."""
    tunnel = tunnelling.TUNNELS.get(kind)
    return tunnel is None or (6 if ":" in key[2][0] else 4) in tunnel.inner


def theirs(path):
    """ndpiReader's labels, counted by key; None where it does not read the capture (mixed link types)."""
    labels = defaultdict(Counter)
    try:
        for flow in ndpireader.classify(path)[0]:
            labels[(flow.key[0], unadded(flow.key[1]), *flow.key[2:])][flow.label] += 1
    except ValueError:
        return None
    return labels


def theirs_kept(before, after, kind):
    """(flows, those with the same label). Flows of one key have no order: as many as can be are matched."""
    counted = {key: labels for key, labels in before.items() if carried(kind, key)}
    kept = sum((labels & after.get(key, Counter())).total() for key, labels in counted.items())
    return sum(labels.total() for labels in counted.values()), kept


def group(kind):
    return kind.partition("-")[0]


def target(kind):
    return TARGETS.get(group(kind), TUNNEL)


def shown(flow):
    if flow is None:
        return "no such flow"
    names = [name for name in flow.label[1:] if name]
    return f"{flow.label.ndpi_label} ({'/'.join(names)}, {flow.by})"


def line_of(path, kind, seed, flow, after):
    protocol, vlan, a, b = flow.key
    where = f"{protocol} {a[0]} {a[1]} - {b[0]} {b[1]}" + (f" vlan {vlan}" if vlan else "")
    kept = " midstream" if flow.midstream else ""
    return f"{kind} seed {seed} {os.path.basename(path)}: {where}{kept}: {shown(flow)} -> {shown(after)}"


def compare(before, after, kind, line):
    """line: (flow, what it is now or None) as a line of the log."""
    flows, kept, unknown, gone, lost = Counter(), Counter(), 0, 0, []
    for key, mine in before.items():
        others = after.get(key, [])
        for place, flow in enumerate(mine if carried(kind, key) else ()):
            other = others[place] if place < len(others) else None
            sort = "midstream" if flow.midstream else "start"
            flows[sort] += 1
            if other and other.label == flow.label:
                kept[sort] += 1
                continue
            gone += other is None
            unknown += other is not None and other.label.ndpi_label == UNKNOWN
            lost.append(line(flow, other))
    return Outcome(kind, flows, kept, unknown, gone, lost, None)


def compare_clean(plain, default, line):
    """Only flows to which nothing happened may not change; none may become unknown. One that is not there any more
    counts as changed where nothing in the capture happened: else its packets may be of the flows in a tunnel."""
    flows, kept, unknown, gone, lost = Counter(), Counter(), 0, 0, []
    eventful = any(flow.event for others in default.values() for flow in others)
    for key, mine in plain.items():
        others = default.get(key, [])
        for place, flow in enumerate(mine):
            other = others[place] if place < len(others) else None
            bad = bool(other) and UNKNOWN == other.label.ndpi_label != flow.label.ndpi_label
            free = flow.event or (other.event if other else eventful)
            same = bool(other) and other.label == flow.label
            unknown, gone = unknown + bad, gone + (other is None)
            flows["start"] += not free
            kept["start"] += same and not free
            if bad or not (same or free):
                lost.append(line(flow, other))
    return Outcome(CLEAN, flows, kept, unknown, gone, lost, None)


class Work:
    """What is to be done with each capture."""

    def __init__(self, args):
        self.args, self.dpitool = args, Dpitool(args.dpitool, not args.flows)

    def write(self, folder, packets, name):
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(impair.capture(packets))
        return path

    def clean(self, before, written, path):
        """The packets as they are with every option that tells how."""
        plain = self.dpitool.flows(written, PLAIN)
        return compare_clean(plain, before, lambda a, b: line_of(path, CLEAN, "-", a, b))

    def one(self, path, kind, seed, packets, before, folder):
        """before: (dpitool's flows, ndpiReader's labels or None)."""
        dice = impair.Dice(seed, kind, os.path.basename(path), strength=self.args.strength)
        impaired = KINDS[kind](packets, dice)
        if kind in tunnelling.IMPAIRMENTS and all(map(operator.is_, impaired, packets)):
            return None
        written = self.write(folder, impaired, "impaired")
        if self.args.keep:
            self.write(self.args.keep, impaired, f"{kind}.{seed}.{os.path.basename(path)}")
        outcome = compare(before[0], self.dpitool.flows(written), kind, lambda a, b: line_of(path, kind, seed, a, b))
        after = before[1] and theirs(written)
        return outcome._replace(theirs=theirs_kept(before[1], after, kind)) if after is not None else outcome

    def each_of(self, packets, path, folder):
        """The outcomes of one capture."""
        written = self.write(folder, packets, "clean")
        before = self.dpitool.flows(written), theirs(written) if self.args.ndpireader else None
        if CLEAN in self.args.only and self.dpitool.has_plain:
            yield self.clean(before[0], written, path)
        for kind in KINDS if before[0] else ():
            for seed in self.args.seeds[:1] if kind in tunnelling.IMPAIRMENTS else self.args.seeds:
                if kind in self.args.only:
                    yield self.one(path, kind, seed, packets, before, folder)

    def __call__(self, path):
        """(outcomes, what went wrong or None)"""
        packets, out = impair.of_frames(frames(path)), []
        with tempfile.TemporaryDirectory(prefix="dpitool-invariance-") as folder:
            try:
                for outcome in self.each_of(packets, path, folder) if packets else ():
                    out += [outcome] if outcome else []
            except ValueError as error:
                return out, f"{path}: {error}"
        return out, None


class Row:
    """One line of the table."""

    def __init__(self, kind, outcomes):
        self.kind, self.outcomes, self.missed = kind, outcomes, False
        self.flows, self.kept = Counter(), Counter()
        for outcome in outcomes:
            self.flows.update(outcome.flows)
            self.kept.update(outcome.kept)

    def total(self, what):
        return sum(getattr(outcome, what) for outcome in self.outcomes)

    def cell(self, kept, flows, least):
        """12/13 92.31% with the target, and ! where it is missed."""
        if not flows:
            return "-"
        share = kept / flows
        missed = least is not None and share < least
        self.missed = self.missed or missed
        aim = "" if least is None else f" ({least:.1%})"
        return f"{kept}/{flows} {share:.2%}{aim}{'!' if missed else ''}"

    def cells(self, with_theirs):
        aim = target(self.kind)
        with_flows = [outcome for outcome in self.outcomes if outcome.flows.total()]
        whole = sum(outcome.flows.total() == outcome.kept.total() for outcome in with_flows)
        cells = [self.kind, self.cell(self.kept["start"], self.flows["start"], aim.start),
                 self.cell(self.kept["midstream"], self.flows["midstream"], aim.midstream),
                 self.cell(self.kept.total(), self.flows.total(), aim.flows),
                 self.cell(whole, len(with_flows), aim.captures), str(self.total("unknown")), str(self.total("gone"))]
        return cells + self.cells_of_theirs() if with_theirs else cells

    def cells_of_theirs(self):
        pairs = [outcome.theirs for outcome in self.outcomes if outcome.theirs and outcome.theirs[0]]
        return [self.cell(sum(kept for _, kept in pairs), sum(flows for flows, _ in pairs), None),
                self.cell(sum(flows == kept for flows, kept in pairs), len(pairs), None)]


HEAD = ["impairment", "from SYN or first datagram", "mid-stream", "all flows", "captures that keep all",
        "to Unknown", "gone"]
HEAD_OF_THEIRS = ["ndpiReader: flows", "captures"]


def report_clean(outcomes):
    """True when the clean captures are as they must be."""
    row = Row(CLEAN, outcomes)
    changed, unknown = row.flows["start"] - row.kept["start"], row.total("unknown")
    bad = bool(changed or unknown)
    print(f"clean: of {row.flows['start']} flows without an event {changed} change (0{'!' if changed else ''}); "
          f"{unknown} of all go to Unknown (0{'!' if unknown else ''}); {row.total('gone')} are gone")
    return not bad


def report(outcomes, with_theirs):
    by_kind = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome.kind].append(outcome)
    good = report_clean(by_kind.pop(CLEAN)) if CLEAN in by_kind else True
    rows = [Row(kind, by_kind[kind]) for kind in KINDS if by_kind[kind]]
    table = [HEAD + HEAD_OF_THEIRS if with_theirs else HEAD] + [row.cells(with_theirs) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table)]
    for line in table if rows else ():
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
    return good and not any(row.missed for row in rows)


def chosen(text):
    """The kinds of a list of names: of one, or of a group (reorder, tunnels)."""
    known = [CLEAN, *KINDS]
    if not text:
        return set(known)
    kinds = set()
    for word in text.split(","):
        found = [k for k in known if word in (k, group(k)) or (word == "tunnels" and k in tunnelling.IMPAIRMENTS)]
        if not found:
            sys.exit(f"{word}: no such impairment; there are {', '.join(known)}, and the group tunnels")
        kinds.update(found)
    return kinds


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", default="1,2", type=lambda text: text.split(","), help="1,2 unless given")
    parser.add_argument("--only", default="", type=chosen, help="names of impairments or groups: reorder,tunnels")
    parser.add_argument("--strength", default=1.0, type=float, metavar="X", help="X times as many packets are hit [1]")
    parser.add_argument("--flows", action="store_true", help="without --conversations: timeouts split flows")
    parser.add_argument("--ndpireader", action="store_true", help="measure ndpiReader too, which is slow")
    parser.add_argument("--log", metavar="FILE", help="every flow that lost its label")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the impaired captures there")
    parser.add_argument("--largest", default=4, type=float, metavar="MB", help="leave out larger captures [4]")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what --log writes")
    parser.add_argument("dpitool")
    parser.add_argument("paths", nargs="+")
    return parser.parse_args()


def main():
    args, start = arguments(), time.monotonic()
    found = captures(args.paths, (".pcap", ".pcapng", ".cap"))
    small = [path for path in found if os.path.getsize(path) <= args.largest * 10**6]
    small.sort(key=os.path.getsize, reverse=True)
    work = Work(args)
    results = list(each(work, small))
    outcomes = [outcome for outcomes, _ in results for outcome in outcomes]
    lost = [line for outcome in outcomes for line in outcome.lost]
    if args.log:
        with open(args.log, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lost)
    for line in lost if args.verbose else []:
        print(line)
    wrong = [error for _, error in results if error]
    print("\n".join(wrong + [f"{sum(bool(outcomes) for outcomes, _ in results)} captures with flows of {len(found)}, "
                             f"{len(found) - len(small)} over {args.largest:g} MB left out; seeds "
                             f"{','.join(args.seeds)}; {time.monotonic() - start:.0f} s"]))
    if CLEAN in args.only and not work.dpitool.has_plain:
        print(f"clean: not measured, this dpitool has no {' '.join(PLAIN)}")
    good = report(outcomes, args.ndpireader)
    return 0 if good and outcomes and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
