#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""unknown_bench.py [--half tune|sealed] [--draws N] [--speed] [--show] SAMPLES FOLDER - known protocols as if they were unknown.

Flows of the captures below FOLDER that nDPI knows by their payload lose their label. Draws of ten protocols, at most 60
flows a protocol and 15 a capture, are grouped, and the groups are held against the labels, beside three baselines on
the same draws: the server's port, the first four bytes, every flow alone. Then fields and boundaries are inferred from
messages of one protocol at a time, and held against what tshark says of them. Protocols that are encrypted are apart: nothing
but noise is told by their bytes. The protocols are two halves: what is tuned is tuned on `tune`, and `sealed` is what
counts."""
import argparse
import glob
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections import Counter, defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import TOO_LONG, each, run, tally_line  # noqa: E402

HIDDEN, PER_PROTOCOL, PER_CAPTURE, FEWEST = 10, 60, 15, 4
ENCRYPTED = {"TLS", "QUIC", "SSH", "WireGuard", "IPSec", "OpenVPN", "DTLS", "Tor", "Unknown", "Signal", "Telegram",
             "Threema", "ESP", "AH", "DoH_DoT", "IMAPS", "SMTPS", "RDP", "SoftEther", "Psiphon", "Cloudflare", "Syncthing", "GQUIC", "GIT"}
# what nDPI tells from another one by names, addresses or what comes later, not by first messages
SAME = {"OCSP": "HTTP", "WebSocket": "HTTP", "HTTP_Connect": "HTTP", "HTTP_Proxy": "HTTP", "AVASTSecureDNS": "DNS"}
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
        self.messages = [word.split(",") for word in words[10:] if word[0] != "+"]

    def becomes_tls(self):
        """Behind a greeting of its own protocol it is another one's."""
        return self.transport == "6" and any(m[4][:4] in ("1603", "1703") for m in self.messages)

    def first_bytes(self, n):
        firsts = [next((m[4][:2 * n] for m in self.messages if m[0] == side), "") for side in "01"]
        return (self.transport, *firsts)


def in_half(protocol, half):
    sealed = hashlib.sha256(protocol.encode()).digest()[0] % 2 == 1
    return half == "all" or sealed == (half == "sealed")


def read_flows(program, path):
    status, out, err = run([program, "read", path], time_limit=300)
    if status < 0 or status == TOO_LONG:
        sys.exit(f"{path}: {program} ended with status {status}: {err.decode()}")
    return [Flow(line, path) for line in out.decode().splitlines()] if status == 0 else []


def captures_below(folder):
    return sorted(path for path in glob.glob(os.path.join(folder, "**", "*"), recursive=True) if os.path.isfile(path))


def by_protocol(program, folder):
    """Flows by protocol, at most so many a capture."""
    found = defaultdict(list)
    for flows in each(lambda path: read_flows(program, path), captures_below(folder)):
        taken = Counter()
        for flow in flows:
            if flow.by != "dpi" or flow.protocol in ENCRYPTED or flow.transport not in TRANSPORTS or flow.becomes_tls():
                continue
            taken[flow.protocol] += 1
            if taken[flow.protocol] <= PER_CAPTURE:
                found[flow.protocol].append(flow)
    return found


def draw_from(found, half):
    """Protocols with enough flows, of each at most so many, chosen without regard to their content."""
    return {name: random.Random(name).sample(flows, min(len(flows), PER_PROTOCOL))
            for name, flows in sorted(found.items()) if len(flows) >= FEWEST and in_half(name, half)}


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


def as_file(sets):
    """Lists of lines, each with an empty line behind it."""
    file = tempfile.TemporaryFile("w+", encoding="utf-8")  # pylint: disable=consider-using-with
    file.write("".join("".join(line + "\n" for line in lines) + "\n" for lines in sets))
    file.seek(0)
    return file


def ask(program, way, by, sets):
    """The lines that the program says to lists of lines."""
    with as_file(sets) as file:
        status, out, err = run([program, way, by], stdin=file, time_limit=1200)
    if status:
        sys.exit(f"{program} {way} ended with status {status}: {err.decode()}")
    return out.decode().splitlines()


def group(program, draws, by):
    """The group numbers that the program gives each draw."""
    return [line.split() for line in ask(program, "group", by, [[flow.line for flow in flows] for flows in draws])]


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


# --- fields --------------------------------------------------------------------------------------------

# nDPI's label: the layer as tshark calls it, and how many bytes its header has at least, the same for every message
HEADERS = {
    "DNS": ("dns", 12), "MDNS": ("mdns", 12), "NTP": ("ntp", 48), "RTP": ("rtp", 12), "STUN": ("stun", 20),
    "DHCP": ("dhcp", 28), "NetBIOS": ("nbns", 12), "RADIUS": ("radius", 20), "DHCPV6": ("dhcpv6", 4),
    "sFlow": ("sflow", 28), "Modbus": ("mbtcp", 7), "Diameter": ("diameter", 20), "BGP": ("bgp", 19),
    "DCE_RPC": ("dcerpc", 16), "GTP_U": ("gtp", 8), "SOMEIP": ("someip", 16), "COAP": ("coap", 4),
    "VXLAN": ("vxlan", 8), "NFS": ("rpc", 24), "BFD": ("bfd", 24), "s7comm": ("tpkt", 4), "LISP": ("lisp", 8),
    "Radius": ("radius", 20), "GTP": ("gtp", 8), "DHCPv6": ("dhcpv6", 4), "SCTP": ("sctp", 12),
}
# nDPI's label: the offset of the low byte of the message's size, or None: it has none of fixed place and form
LENGTHS = {
    "RADIUS": 3, "Radius": 3, "STUN": 3, "Diameter": 3, "Modbus": 5, "s7comm": 3, "BGP": 17, "SMPP": 3, "IEC60870": 1,
    "GTP": 3, "GTP_U": 3, "GTP_C": 3, "DCE_RPC": 8, "MySQL": 0, "PostgreSQL": 4, "OpenFlow": 3, "SOMEIP": 7,
    "Kafka": 3, "Cassandra": 8, "MongoDB": 0, "DRDA": 1, "PPTP": 1, "AJP": 3, "MQTT": 1, "NFS": 3, "IAX": None,
    "CAPWAP": None, "RTMP": None, "VNC": None, "RSYNC": None, "Nats": None, "Jabber": None, "CHECKMK": None,
    "Mining": None, "SOAP": None, "Dropbox": None, "XDMCP": 5, "RTCP": None, "DNS": None, "MDNS": None, "NTP": None, "RTP": None, "DHCP": None, "DHCPV6": None,
    "NetBIOS": None, "TFTP": None, "Syslog": None, "SIP": None, "HTTP": None, "SSDP": None, "FTP_CONTROL": None,
    "SMTP": None, "POP3": None, "IMAP": None, "RTSP": None, "IRC": None, "Telnet": None, "LLMNR": 12, "VXLAN": None,
    "COAP": None, "sFlow": None, "NetFlow": None, "LISP": None, "BitTorrent": None, "Gnutella": None, "WSD": None,
    "MGCP": None, "H323": 3, "TDS": 3, "MsSQL-TDS": 3, "AMQP": 6, "Collectd": None, "RX": None, "AFP": 11,
    "SMBv1": 3, "SMBv23": 3, "IMO": None, "SNMP": 1, "LDAP": 1, "Kerberos": 3, "Bitcoin": 16, "HART-IP": 7,
    "OPC-UA": 4, "EthernetIP": 2, "Memcached": None, "Redis": None, "TPLINK_SHP": None, "SOCKS": None, "Whois-DAS": None,
}
# LLMNR: the only name's length, which is all that varies. SMB over UDP is in NetBIOS datagrams (RFC 1002, 4.4.1).
DATAGRAM_LENGTHS = {"SMBv1": 11}
STREAM_ONLY = {"NFS", "DCE_RPC", "Kerberos"}  # datagrams of them have none
CONTROLS, FEWEST_MESSAGES = 200, 10
TRUE_CHECKSUMS = {"SCTP", "Ether-S-Bus", "EtherSBus", "C37118", "IEEE-C37118", "Synchrophasor", "Xiaomi"}


def profile(program, sets):
    """What the program infers of each list of lines, as one group each."""
    return [json.loads(line) for line in ask(program, "profile", "all", sets)]


def sides(found):
    """(name, side) of each side with enough messages, as in the profile."""
    for name, result in found:
        for side in ("client", "server"):
            if result[side]["messages"] >= FEWEST_MESSAGES and "fields" in result[side]:
                yield name, result, result[side]


def tshark_offsets(capture, layer, size):
    """How many headers of the layer there are in the capture, and how often a field begins at each offset."""
    command = ["tshark", "-n", "-r", capture, "-Y", layer, "-T", "pdml", "-c", "2000", "--enable-heuristic", "rtp_udp"]
    _, out, _ = run(command, time_limit=300)
    headers, begins = 0, Counter()
    try:
        packets = xml.etree.ElementTree.fromstring(out)
    except xml.etree.ElementTree.ParseError:
        return headers, begins
    for proto in packets.iter("proto"):
        if proto.get("name") != layer or int(proto.get("size")) < size:
            continue
        start, edges = int(proto.get("pos")), set()
        for field in proto.iter("field"):
            at, length = int(field.get("pos", 0)) - start, int(field.get("size", 0))
            if length and length < size:
                edges |= {at, at + length}
        headers += 1
        begins.update(edge for edge in edges if 0 < edge < size)
    return headers, begins


def true_boundaries(captures, layer, size):
    headers, begins = 0, Counter()
    for n, found in each(lambda path: tshark_offsets(path, layer, size), captures):
        headers += n
        begins.update(found)
    return {at for at, n in begins.items() if n * 2 >= headers} if headers else None


def score_boundaries(side, truth, size):
    """(right, found, wanted); edges between two bytes that never change are nobody's to find."""
    constant = [p["class"] in ("constant", "zero") for p in side["positions"]][:size]
    counts = {at for at in range(1, len(constant)) if not (constant[at - 1] and constant[at])}
    found, wanted = set(side["boundaries"]) & counts, truth & counts
    return len(found & wanted), len(found), len(wanted)


def boundaries(found, flows, show):
    """The mean F1 over protocols."""
    f1s = []
    for name in sorted({name for name, _ in found if name in HEADERS}):
        layer, size = HEADERS[name]
        truth = true_boundaries(sorted({flow.capture for flow in flows[name]}), layer, size)
        rows = [score_boundaries(side, truth, size) for n, _, side in sides(found) if n == name and truth]
        right, got, wanted = (sum(column) for column in zip(*rows)) if rows else (0, 0, 0)
        if not wanted:
            continue
        f1s.append(2 * right / (got + wanted))
        if show:
            print(f"    {name}: {right} of {got} right, {wanted} wanted; tshark {sorted(truth)}, found "
                  f"{[side['boundaries'] for n, _, side in sides(found) if n == name]}")
    print(f"  boundaries: F1 {sum(f1s) / max(len(f1s), 1):.3f} as the mean over {len(f1s)} protocols; wanted 0.72")
    return sum(f1s) / max(len(f1s), 1)


def length_of(side):
    """The offset of the low byte of the length field found, or None."""
    for field in side["fields"]:
        if field["role"] == "length":
            return field["offset"] if field.get("order") == "little" else field["offset"] + field["size"] - 1
    return None


def true_length(kind, name):
    if kind == "datagram":
        return None if name in STREAM_ONLY else DATAGRAM_LENGTHS.get(name, LENGTHS[name])
    return LENGTHS[name]


def lengths(found, show):
    """{"datagram"|"stream": (precision, recall)}, a side of a protocol counts once."""
    result = {}
    for kind, transport in (("datagram", 17), ("stream", 6)):
        right = wrong = missed = 0
        for name, profiled, side in sides(found):
            if profiled["transport"] != transport:
                continue
            at = length_of(side)
            if name not in LENGTHS:
                if show and at is not None:
                    print(f"    {kind} {name}: a length at {at}, not in the table")
                continue
            wanted = true_length(kind, name)
            right += at is not None and at == wanted
            wrong += at is not None and at != wanted
            missed += wanted is not None and at is None and side["sizes"] >= 3
            if show and (at is not None or wanted is not None):
                print(f"    {kind} {name}: low byte of the length at {at}, {wanted} wanted, {side['sizes']} sizes")
        precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
        print(f"  lengths, {kind}s: precision {precision:.2f}, recall {recall:.2f} ({right} right, {wrong} wrong, {missed} missed)")
        result[kind] = (precision, recall)
    return result


def control(rng):
    """Twenty flows of random bytes."""
    lines = []
    for i in range(20):
        messages = [f"{side},{k},{k}000000,{n},{rng.randbytes(n).hex()}"
                    for k, (side, n) in enumerate((k % 2, rng.randint(20, 200)) for k in range(6))]
        lines.append(f"Random dpi 17 1 0 0 {1024 + i} 7000 4:{'0' * 32} 4:{'0' * 32} " + " ".join(messages))
    return lines


def controls(program, seed):
    """Boundaries and checksums that were found in random bytes."""
    rng = random.Random(seed)
    found = profile(program, [control(rng) for _ in range(CONTROLS // 2)])
    both = [result[side] for result in found for side in ("client", "server")]
    cuts = sum(len(side.get("boundaries", [])) for side in both)
    sums = sum(field["role"] == "checksum" for side in both for field in side.get("fields", []))
    print(f"  random bytes, {len(both)} sets: {cuts} boundaries, {sums} checksums")
    return cuts, sums


def checksums(found):
    """Checksums in protocols that have none there."""
    false = 0
    for name, profiled, side in sides(found):
        for field in side["fields"]:
            if field["role"] == "checksum":
                false += name not in TRUE_CHECKSUMS
                print(f"    checksum in {name}, transport {profiled['transport']}: {field['value']}")
    print(f"  checksums: {false} false in {sum(1 for _ in sides(found))} sets")
    return false


def fields(program, flows, half, seed, show):
    """How many of the targets were missed."""
    chosen = {}
    for name, some in flows.items():
        kind = Counter(flow.transport for flow in some).most_common(1)[0][0]
        chosen[name] = [flow for flow in some if flow.transport == kind][:PER_PROTOCOL]
    names = [name for name in sorted(chosen) if half == "all" or in_half(name, half)]
    found = list(zip(names, profile(program, [[flow.line for flow in chosen[name]] for name in names])))
    print("fields")
    f1 = boundaries(found, chosen, show)
    length = lengths(found, show)
    false = checksums(found)
    cuts, sums = controls(program, seed)
    return [f1 >= 0.72, cuts == 0, length["datagram"][0] >= 0.97, length["datagram"][1] >= 0.65,
            length["stream"][0] >= 0.97, length["stream"][1] >= 0.80, false + sums == 0].count(False)


# --- speed ---------------------------------------------------------------------------------------------


def another(line, number, rng):
    """The flow from another client, with an eighth of the bytes behind the first four of each message changed."""
    words = line.split(" ")
    words[6], words[8] = str(1024 + number % 60000), f"4:{number:08x}" + "0" * 24
    for i, word in enumerate(words[10:], 10):
        parts = word.split(",")
        if word[0] == "+" or len(parts) < 5:
            continue
        data = bytearray.fromhex(parts[4])
        for _ in range(max(len(data) - 4, 0) // 8):
            data[rng.randrange(4, len(data))] = rng.randrange(256)
        words[i] = ",".join((*parts[:4], data.hex()))
    return " ".join(words)


def timed(program, way, by, sets):
    """(seconds, MiB, what it says)"""
    with as_file(sets) as file:
        start = time.monotonic()
        with subprocess.Popen([program, way, by], stdin=file, stdout=subprocess.PIPE) as child:
            out = child.stdout.read().decode()
            _, child.returncode, usage = os.wait4(child.pid, 0)
        took = time.monotonic() - start
    if child.returncode:
        sys.exit(f"{program} {way} ended with status {child.returncode}")
    return took, usage.ru_maxrss / 1024, out


def speed(program, flows, sizes):
    rng, lines = random.Random(1), [flow.line for some in flows.values() for flow in some]
    rng.shuffle(lines)
    print("speed, with reading the flows as text")
    for n in sizes:
        chosen = [lines[i] if i < len(lines) else another(lines[i % len(lines)], i, rng) for i in range(n)]
        grouping_time, memory, out = timed(program, "group", "both", [chosen])
        sets = defaultdict(list)
        for line, number in zip(chosen, out.split()):
            sets[number].append(line)
        profile_time, more, _ = timed(program, "profile", "all", sets.values())
        print(f"  {n} flows: {len(sets)} groups in {grouping_time:.2f} s, profiles of them in {profile_time:.2f} s, "
              f"{max(memory, more):.0f} MiB; wanted 1 s for 1,000, 5 s and 200 MB for 10,000")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--half", choices=("tune", "sealed", "all"), default="sealed")
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", action="store_true", help="also tell how long 1,000 and 10,000 flows take")
    parser.add_argument("--show", action="store_true", help="tell what was found in each protocol")
    parser.add_argument("program")
    parser.add_argument("folder")
    args = parser.parse_args()
    flows = by_protocol(args.program, args.folder)
    protocols = draw_from(flows, args.half)
    if len(protocols) < HIDDEN:
        sys.exit(f"{args.folder}: {len(protocols)} protocols with {FEWEST} flows, {HIDDEN} are needed")
    print("grouping (adjusted Rand index, B-cubed F, recovered)")
    missed = tell_grouping(grouping(args.program, protocols, args.draws, args.seed))
    missed += fields(args.program, flows, args.half, args.seed, args.show)
    if args.speed:
        speed(args.program, flows, (1000, 10000))
    return tally_line(13 - missed, missed, 0)


if __name__ == "__main__":
    sys.exit(main())
