#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""accuracy.py DPITOOL [DOCUMENT] - how often dpitool, ndpiReader and tshark name the protocol that was spoken.

Over the captures of tests/pcaps that were recorded from real programs: MANIFEST.json says what each flow is,
VOCABULARY.json which labels of nDPI count as right for it, TSHARK below which dissectors do. Prints a table and writes
it into DOCUMENT. Every flow that dpitool has wrong, unknown or not at all has its reason in accuracy_reasons.json;
status 1 when one has none, or when a reason is for a flow that is right by now."""
import collections
import functools
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ndpireader  # noqa: E402
import truth  # noqa: E402
from dpitest import each, json_lines, run, transport_number  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ("right", "right by a guess", "wrong by a guess", "wrong", "unknown", "unseen")
RIGHT, RIGHT_GUESS, WRONG_GUESS, WRONG, UNKNOWN, UNSEEN = KINDS
TOOLS = ("dpitool", "ndpiReader", "tshark")
NOTHING = "nothing to know"

# The dissectors that count as right where they are not called like the protocol.
TSHARK = {"DCE-RPC": ["dcerpc"], "FTP-data": ["ftp-data", "ftp-data-text-lines"], "HTTP-proxy": ["http"],
          "HTTP2": ["http2"], "IPsec": ["isakmp", "esp", "ah"], "KNXnet/IP": ["kip"], "Memcached": ["memcache"],
          "NetBIOS": ["nbns", "nbdgm", "nbss"], "POP3": ["pop"], "PostgreSQL": ["pgsql"], "Redis": ["resp"],
          "SMB": ["smb", "smb2"], "WireGuard": ["wg"], "VXLAN": ["vxlan"]}
# What is below the protocols that a flow may speak, or says that nothing is known.
BELOW = {"eth", "ethertype", "sll", "vlan", "ip", "ipv6", "ipv6.fraghdr", "ipv6.hopopts", "tcp", "udp", "sctp", "raw",
         "data", "tcp.segments", "gre", "mpls", "null", "frame", "pkt_comment", "vxlan", "icmp", "icmpv6"}


@functools.lru_cache
def words(protocol):
    return {word.lower() for word in (protocol, *truth.vocabulary().get(protocol, []))}


def ends_key(transport, a, b):
    """What all three tools know a flow by: they are not asked for VLANs and tunnels."""
    return (transport,) + tuple(sorted([a, b]))


def truth_key(line):
    number = transport_number(line["transport"])
    return ends_key(number, (line["src_ip"], line["src_port"] or 0), (line["dst_ip"], line["dst_port"] or 0))


def judge(protocol, said, guessed):
    """One of KINDS for a set of names that a tool has for a flow."""
    if not said:
        return RIGHT if protocol is None else UNKNOWN
    if protocol and words(protocol) & said:
        return RIGHT_GUESS if guessed else RIGHT
    return WRONG_GUESS if guessed else WRONG


# --- what each tool says of a capture: (key, its packets) -> names in lower case, whether it is a guess ---------------

def by_dpitool(binary, path):
    out = run([binary, "classify", "-o", "json", path])[1]
    said = collections.defaultdict(list)
    for r in json_lines(out):
        key = ends_key(transport_number(r["transport"]), (r["src_ip"], r.get("src_port", 0)),
                       (r["dst_ip"], r.get("dst_port", 0)))
        name = r["protocol"].lower()
        said[key].append((r["packets_total"], {name} - {"unknown"}, r["classified_by"] in ("ip", "port"), r["protocol"]))
    return said


CONFIDENCE = re.compile(rb"\[Confidence: ([^\]]*)\]")


def by_ndpireader(path):
    out = run(["ndpiReader", "-v", "2", "-i", path])[1]
    said = collections.defaultdict(list)
    confidences = [match.group(1) for match in CONFIDENCE.finditer(out)]
    for flow, confidence in zip(ndpireader.parse(out)[0], confidences):
        names = {name.lower() for name in flow.label.split(".")} - {"unknown"}
        key = ends_key(flow.key[0], flow.key[2], flow.key[3])
        said[key].append((flow.packets, names, confidence.startswith(b"Match by"), flow.label))
    return said


def tshark_columns():
    names = ["frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.proto", "ipv6.nxt", "tcp.srcport",
             "tcp.dstport", "udp.srcport", "udp.dstport", "sctp.srcport", "sctp.dstport"]
    return names, [word for name in names for word in ("-e", name)]


def tshark_packet(row):
    """(key, dissectors) of a packet: its innermost IP header, but not one that an ICMP error quotes."""
    protocols = row["frame.protocols"].split(":")
    layers = [i for i, name in enumerate(protocols) if name in ("ip", "ipv6")]
    quoting = next((i for i, name in enumerate(protocols) if name in ("icmp", "icmpv6")), len(protocols))
    layers = [i for i in layers if i < quoting]
    if not layers:
        return None, set()
    family = protocols[layers[-1]]
    nth = sum(protocols[i] == family for i in layers) - 1

    def value(name, index):
        values = row[name].split(",")
        return values[index] if index < len(values) and values[index] else None

    number = value("ip.proto" if family == "ip" else "ipv6.nxt", nth)
    transport = next((t for t in ("tcp", "udp", "sctp") if t in protocols[layers[-1]:quoting]), None)
    ports = (0, 0)
    if transport:
        outer = sum(name == transport for name in protocols[:layers[-1]])
        ports = tuple(int(value(f"{transport}.{end}port", outer) or 0) for end in ("src", "dst"))
        number = {"tcp": 6, "udp": 17, "sctp": 132}[transport]
    elif quoting < len(protocols):
        number = 1 if protocols[quoting] == "icmp" else 58
    ends = [(value(f"{family}.{end}", nth), port) for end, port in zip(("src", "dst"), ports)]
    if None in (ends[0][0], ends[1][0], number):
        return None, set()
    return ends_key(int(number), *ends), set(protocols[layers[-1] + 1:])


def by_tshark(path):
    names, columns = tshark_columns()
    out = run(["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", *columns])[1]
    found = collections.defaultdict(set)
    for line in out.decode("utf-8", "replace").splitlines():
        row = dict(zip(names, line.split("\t") + [""] * len(names)))
        key, dissectors = tshark_packet(row)
        if key:
            found[key] |= dissectors
    return {key: [(None, dissectors, False, "")] for key, dissectors in found.items()}


def tshark_names(protocol, dissectors):
    """The dissectors in the words of VOCABULARY.json."""
    known = {name.lower() for name in TSHARK.get(protocol, [protocol or ""])}
    if known & dissectors:
        return {protocol.lower()}
    return dissectors - BELOW


# --- the truth against them -------------------------------------------------------------------------------------------

def score(tool, line, said):
    """(kind, what it said) of one line of the truth."""
    flows = said.get(truth_key(line), [])
    if not flows:
        return UNSEEN, ""
    same = [f for f in flows if f[0] == line["packets"]] or flows
    _, names, guessed, shown = same[0]
    if tool == "tshark":
        names = tshark_names(line["protocol"], names)
    return judge(line["protocol"], names, guessed), shown


def folded_score(tool, line, said):
    """The kinds of a line that stands for many flows between two hosts: (kind, count)."""
    number = transport_number(line["transport"])
    hosts = sorted([line["src_ip"], line["dst_ip"]])
    kinds = collections.Counter()
    for key, flows in said.items():
        if key[0] == number and sorted([key[1][0], key[2][0]]) == hosts:
            for _, names, guessed, _ in flows:
                names = tshark_names(line["protocol"], names) if tool == "tshark" else names
                kinds[judge(line["protocol"], names, guessed)] += 1
    while sum(kinds.values()) > line["count"]:  # flows of other lines between the same hosts
        kinds[kinds.most_common(1)[0][0]] -= 1
    kinds[UNSEEN] += line["count"] - sum(kinds.values())
    return kinds


def take_file(binary, entry):
    path = os.path.join(truth.FOLDER, entry["file"])
    said = {"dpitool": by_dpitool(binary, path), "ndpiReader": by_ndpireader(path), "tshark": by_tshark(path)}
    table, faults = collections.Counter(), []
    for line in entry["flows"]:
        protocol = line["protocol"] or NOTHING
        for tool in TOOLS:
            if "count" in line:
                for kind, count in folded_score(tool, line, said[tool]).items():
                    table[protocol, tool, kind] += count
                continue
            kind, shown = score(tool, line, said[tool])
            table[protocol, tool, kind] += 1
            if tool == "dpitool" and line["protocol"] and kind not in (RIGHT, RIGHT_GUESS):
                faults.append((entry["file"], line["protocol"], line["transport"], line["dst_port"], kind, shown))
    return table, faults


# --- what is printed ------------------------------------------------------------------------------------------------

def cells(table, protocol):
    for tool in TOOLS:
        counts = [table[protocol, tool, kind] for kind in KINDS]
        yield " / ".join(str(n) if n else "-" for n in counts)


def markdown(table, versions, faults, reasons, captures):
    protocols = sorted({key[0] for key in table} - {NOTHING}, key=str.lower)
    total = collections.Counter()
    for (protocol, tool, kind), count in table.items():
        if protocol != NOTHING:
            total["**all**", tool, kind] += count
    flows = sum(count for (_, tool, _), count in total.items() if tool == "dpitool")
    lines = [f"{flows} flows of {captures} captures; in each cell: right / right by a guess / wrong by a "
             "guess / wrong / unknown / not seen as a flow.", "",
             "| protocol spoken | " + " | ".join(versions[tool] for tool in TOOLS) + " |", "|---" * 4 + "|"]
    for protocol in protocols:
        lines.append(f"| {protocol} | " + " | ".join(cells(table, protocol)) + " |")
    lines.append("| **all** | " + " | ".join(cells(total, "**all**")) + " |")
    lines.append(f"| {NOTHING} | " + " | ".join(cells(table, NOTHING)) + " |")
    lines += ["", "What dpitool has wrong, unknown or not seen:", "", "| capture | flow | it says | reason |", "|---|---|---|---|"]
    for fault, count in sorted(collections.Counter(faults).items(), key=str):
        file, protocol, transport, port, kind, shown = fault
        times = f" ({count} flows)" if count > 1 else ""
        said = f"{kind}: {shown}" if "wrong" in kind else "not seen" if kind == UNSEEN else kind
        where = f"{transport} {port}" if port else transport
        lines.append(f"| {file} | {protocol}, {where}{times} | {said} | {reasons.get((file, protocol), '?')} |")
    return "\n".join(lines) + "\n"


def versions_of(binary):
    ours = run([binary, "version"])[1].decode().splitlines()
    theirs = run(["tshark", "--version"])[1].decode().split()
    nd = re.search(rb"nDPI \(?v?([0-9.]+)", run(["ndpiReader", "-h"])[1])
    return {"dpitool": f"{ours[0]} ({ours[1]})", "ndpiReader": f"ndpiReader {nd.group(1).decode() if nd else '?'}",
            "tshark": f"tshark {theirs[2]}"}


def write(document, text):
    with open(document, encoding="utf-8") as file:
        before, _, rest = file.read().partition("<!-- accuracy -->\n")
    _, _, after = rest.partition("<!-- end -->\n")
    with open(document, "w", encoding="utf-8") as file:
        file.write(f"{before}<!-- accuracy -->\n{text}<!-- end -->\n{after}")


def main(args):
    binary = os.path.abspath(args[0])
    with open(os.path.join(truth.FOLDER, "MANIFEST.json"), encoding="utf-8") as file:
        entries = [e for e in json.load(file)["captures"] if e["made"] == "recorded" and e.get("flows")]
    with open(os.path.join(HERE, "accuracy_reasons.json"), encoding="utf-8") as file:
        reasons = {(r["file"], r["protocol"]): r["reason"] for r in json.load(file)}
    table, faults = collections.Counter(), []
    for counts, wrong in each(functools.partial(take_file, binary), entries):
        table += counts
        faults += wrong
    text = markdown(table, versions_of(binary), faults, reasons, len(entries))
    print(text, end="")
    if len(args) > 1:
        write(args[1], text)
    named = {(fault[0], fault[1]) for fault in faults}
    for file, protocol in sorted(named - set(reasons)):
        print(f"accuracy_reasons.json has no reason for {protocol} of {file}", file=sys.stderr)
    for file, protocol in sorted(set(reasons) - named):
        print(f"accuracy_reasons.json has a reason for {protocol} of {file}, which is right", file=sys.stderr)
    return 1 if named != set(reasons) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
