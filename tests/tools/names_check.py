#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""names_check.py DPITOOL CAPTURE|FOLDER... - the names that dpitool reads are those that tshark reads.

Of each capture the sets of values are compared, field by field: dns.qry.name, dns.cname, dns.a and dns.aaaa,
tls.handshake.extensions_server_name, x509ce.dNSName, http.host. Where a value is on one side only, a class is looked for
that explains it, in the packets in which tshark has it; what none explains fails."""
import collections
import functools
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, json_lines, last_line, run, tally_line  # noqa: E402

SEPARATOR = "\x1f"
FIELDS = ["frame.protocols", "_ws.malformed", "udp.port", "tcp.port", "dns.qry.name", "dns.qry.class", "dns.cname", "dns.a", "dns.aaaa",
          "dns.resp.type", "dns.count.queries", "dns.count.answers", "dns.count.auth_rr",
          "tls.handshake.extensions_server_name", "x509ce.dNSName", "http.host", "tls.handshake.certificate_length",
          "frame.cap_len", "frame.len"]
DNS_PORTS, DNS_TYPES = {"53", "5353", "5355"}, {"1": "dns.a", "28": "dns.aaaa", "5": "dns.cname"}

# tshark's field, and ours that must hold its values
COMPARED = {"dns.qry.name": "names", "dns.cname": "dns_cname", "dns.a": "dns_address", "dns.aaaa": "dns_address",
            "tls.handshake.extensions_server_name": "names", "x509ce.dNSName": "names", "http.host": "names"}


def read_tshark(path):
    """One {field: [values]} a packet that has any name."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=" + SEPARATOR,
               "-E", "separator=/t", "-Y", "dns or mdns or llmnr or tls or http"]
    for field in FIELDS:
        command += ["-e", field]
    _, out, _ = run(command, time_limit=600)
    for line in out.decode("utf-8", "replace").splitlines():
        cells = line.split("\t")
        if len(cells) == len(FIELDS):
            yield {f: c.split(SEPARATOR) if c else [] for f, c in zip(FIELDS, cells)}


def skeleton(text):
    """What is left of a name when the ways to write odd bytes are taken away."""
    return re.sub(r"\\[0-9]{3}|\\x..|\\.|[^!-\[\]-~]", "", text).lower()


def host_of(value):
    """A Host without its port."""
    return re.sub(r"(\]|^[^\[:]*):.*$", r"\1", value) if value.startswith("[") else value.partition(":")[0]


def outside_answers(packet, field):
    """The addresses or names of a packet with one DNS message that stand in no answer."""
    types, counts = packet["dns.resp.type"], packet["dns.count.answers"]
    if len(counts) != 1 or packet["dns.count.queries"] == ["0"]:
        return []
    values = packet[field]
    of_type = [i for i, t in enumerate(types) if DNS_TYPES.get(t) == field]
    return [v for i, v in zip(of_type, values) if i >= int(counts[0])]


def is_dns_port(packet):
    return bool(DNS_PORTS & set(packet["udp.port"] + packet["tcp.port"]))


# Why a value of tshark's may be missing, and whether that holds for a packet that has it.
CLASSES = [
    ("the root has no name", lambda p, f, v: v in ("<Root>", "")),
    ("no name: a label of a type that there is not", lambda p, f, v: v == "<Unknown extended label>"),
    ("a packet quoted in ICMP", lambda p, f, v: re.search(r"icmp(v6)?:ip", p["frame.protocols"][0])),
    ("carried in what is not followed: tunnels, decrypted or other carriers",
     lambda p, f, v: re.search(r"gtp|vxlan|gre|teredo|l2tp|ayiya|capwap|mpls:|quic|dtls|socks|websocket|http2|geneve|erspan|"
                               r"tls:(?!x509|tls)[a-z0-9]|udp:ssdp|sip|sctp|ppp|eap|tzsp|wireguard|x2ap|batadv|nsh",
                               p["frame.protocols"][0])),
    ("DNS on another port", lambda p, f, v: f.startswith("dns") and not is_dns_port(p)),
    ("no answer: an address in another section", lambda p, f, v: v in outside_answers(p, f)),
    ("a question of a class that there is not", lambda p, f, v: f.startswith("dns")
     and not {int(c, 16) & 0x7fff for c in p["dns.qry.class"]} <= {1, 3, 4, 254, 255}),
    ("a malformed packet", lambda p, f, v: p["_ws.malformed"]),
    ("a packet that is cut", lambda p, f, v: p["frame.cap_len"] != p["frame.len"]),
    ("not the server's own certificate", lambda p, f, v: f == "x509ce.dNSName"
     and len(p["tls.handshake.certificate_length"]) != 1),
    ("HTTP over UDP", lambda p, f, v: f == "http.host" and p["udp.port"]),
]


def until_nul(value, found):
    return any(v.startswith((value + "\0", value + "\\x00")) for v in found)


def explain(packets, field, value):
    for name, holds in CLASSES:
        if all(holds(p, field, value) for p in packets):
            return name
    return None


def read_dpitool(binary, path):
    """{our field: set of values}, or None when the capture cannot be read."""
    status, out, err = run([binary, "classify", "-o", "json", path], time_limit=600)
    if status not in (0, 1):
        return None, last_line(err)
    found = collections.defaultdict(set)
    for record in json_lines(out):
        for field in ("names", "dns_address", "dns_cname"):
            found[field].update(record.get(field, []))
    return found, ""


def theirs_of(path):
    """{field: {value: [packets]}}"""
    found = {field: collections.defaultdict(list) for field in COMPARED}
    for packet in read_tshark(path):
        for field, values in found.items():
            for value in packet[field]:
                values[host_of(value) if field == "http.host" else value].append(packet)
    return found


def compare(binary, path):
    """(values that are the same, {class: n}, [what nothing explains]), or None."""
    ours, said = read_dpitool(binary, path)
    if ours is None:
        return None, said, []
    theirs = theirs_of(path)
    same, classes, wrong = collections.Counter(), collections.Counter(), []
    skeletons = {field: {skeleton(v) for v in values} for field, values in ours.items()}
    for field, ours_field in COMPARED.items():
        for value, packets in theirs[field].items():
            if value in ours[ours_field]:
                same[field] += 1
            elif skeleton(value) and skeleton(value) in skeletons.get(ours_field, ()):
                classes[f"{field}: odd bytes or letters that are written otherwise"] += 1
            elif until_nul(value, ours[ours_field]):
                classes[f"{field}: tshark stops at a NUL"] += 1
            elif why := explain(packets, field, value):
                classes[f"{field}: {why}"] += 1
            else:
                wrong.append(f"{field} {value!r} is missing: {packets[0]['frame.protocols']}")
    for field in ("dns_address", "dns_cname"):
        known = set().union(*(theirs[f] for f, o in COMPARED.items() if o == field))
        known |= {skeleton(v) for v in known}
        more = [v for v in ours[field] if v not in known and skeleton(v) not in known]
        if more and "<Unknown extended label>" in theirs["dns.qry.name"]:
            classes[f"{field}: nDPI reads a message that is broken"] += len(more)
        else:
            wrong += [f"{field} {v!r} is not in tshark's" for v in more]
    return same, classes, wrong


def main(args):
    binary, paths = args[0], captures(args[1:], endings="")
    same, classes, passed, failed, skipped = collections.Counter(), collections.Counter(), 0, 0, 0
    for path, (equal, explained, wrong) in zip(paths, each(functools.partial(compare, binary), paths)):
        if equal is None:
            skipped += 1
            continue
        same.update(equal)
        classes.update(explained)
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong:
            print(f"not ok  {path}")
            print("\n".join("    " + line for line in wrong[:10]))
    for field in COMPARED:
        print(f"the same {same[field]}: {field}")
    for name, n in sorted(classes.items()):
        print(f"explained {n}: {name}")
    return tally_line(passed, failed, skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
