# SPDX-License-Identifier: BSD-2-Clause
"""manifest.py - tests/pcaps/MANIFEST.json: what every capture is, and the truth of every flow in it.

Truths are declared as rules (transport, port, server) before recording; resolve() gives each flow found
in the capture to the first rule that fits and fails when a flow has none or a rule fits nothing.
"""

import collections
import ipaddress
import json
import pathlib

import flows
import pcapfile

SCAN_SIZE = 40          # from so many flows with one truth between two hosts on, they are one line

# What the tunnels are to who does not look into them, by transport and port
CARRIERS = {('GRE', None): 'GRE', ('UDP', 4789): 'VXLAN'}

Rule = collections.namedtuple(
    'Rule', 'transport port server protocol application host note optional containing')


def rule(transport, port=None, protocol=None, *, server=None, application=None, host=None,
         note=None, optional=False, containing=None):
    """protocol None: no program can know it. port and server belong to the side that serves;
    containing: bytes of the flow's first packet. optional: whether there is such a flow depends on timing."""
    return Rule(transport, port, server, protocol, application, host, note, optional, containing)


VOCABULARY = pathlib.Path(__file__).resolve().parent.parent / 'pcaps' / 'VOCABULARY.json'


def vocabulary():
    """The words that truths may use, each with the labels of nDPI that mean it."""
    return json.loads(VOCABULARY.read_text())


class Untrue(Exception):
    """The capture is not what its truths say."""


def _fits(r, flow, end):
    return r.transport == flow.transport and r.port in (None, end[1]) \
        and r.server in (None, end[0]) and (r.containing is None or r.containing in flow.data)


def _serves_all(address):
    """Whether an address is of a group, which cannot be a client."""
    return ipaddress.ip_address(address).is_multicast or address == '255.255.255.255'


def _rule_of(flow, rules):
    """The first rule that fits, with the flow turned so that dst serves."""
    for r in rules:
        if _fits(r, flow, flow.dst):
            return r
        if flow.isn is None and _fits(r, flow, flow.src):
            if not _serves_all(flow.dst[0]):
                flow.turn()
            return r
    raise Untrue('no truth for the flow %s %s %s' % (flow.transport, flow.src, flow.dst))


def _line(flow, r):
    line = {'transport': flow.transport, 'src_ip': flow.src[0], 'src_port': flow.src[1],
            'dst_ip': flow.dst[0], 'dst_port': flow.dst[1], 'packets': flow.packets,
            'protocol': r.protocol, 'application': r.application, 'host': r.host}
    if isinstance(r.host, bytes):
        line['host'], line['host_hex'] = r.host.decode('utf-8', 'replace'), r.host.hex()
    if flow.transport.startswith('ICMP'):
        line['src_port'] = line['dst_port'] = None
        line['icmp_type'] = flow.src[1]
    if flow.vlan:
        line['vlan'] = flow.vlan
    if flow.tunnels:
        line['tunnels'] = flow.tunnels
    if r.note:
        line['note'] = r.note
    return line


def _fold(lines):
    """Many flows between two hosts with one truth (a port scan) as one line with their number."""
    keys = [json.dumps({k: v for k, v in line.items() if k not in ('src_port', 'dst_port', 'packets')})
            for line in lines]
    counts, folded = collections.Counter(keys), {}
    for key, line in zip(keys, lines):
        if counts[key] < SCAN_SIZE:
            folded[len(folded)] = line
        elif key not in folded:
            folded[key] = {**line, 'src_port': None, 'dst_port': None, 'count': 1}
        else:
            folded[key]['packets'] += line['packets']
            folded[key]['count'] += 1
    return list(folded.values())


def resolve(table, rules):
    """One line for every flow of the table."""
    lines, used, known = [], set(), vocabulary()
    for r in rules:
        if not {r.protocol} <= {None, *known['protocols']} \
                or not {r.application} <= {None, *known['applications']}:
            raise Untrue('%s or %s is not in the vocabulary' % (r.protocol, r.application))
    for flow in table.flows:
        r = _rule_of(flow, rules)
        used.add(r)
        lines.append(_line(flow, r))
    for r in rules:
        if r not in used and not r.optional:
            raise Untrue('no flow for the truth %s' % (r,))
    return _fold(lines)


def _carrier(flow):
    """The flow that a tunnel is to who does not look into it."""
    line = _line(flow, rule(flow.transport, protocol=CARRIERS.get((flow.transport, flow.dst[1]))))
    return {key: line[key] for key in line if key not in ('application', 'host')}


def describe(data, rules, **options):
    """The part of an entry that follows from the capture's bytes and its truths."""
    table = flows.of_capture(data, **options)
    links = [pcapfile.LINK_NAMES.get(link, str(link)) for link in pcapfile.interfaces(data)]
    entry = {'format': 'pcapng' if pcapfile.is_pcapng(data) else 'pcap', 'link_types': links,
             'packets': table.packets, 'not_in_flows': dict(sorted(table.left.items())),
             'flows': resolve(table, rules)}
    outer = flows.of_capture(data, **{**options, 'tunnels': False})
    inside = {(flow.key, flow.packets) for flow in table.flows}
    carriers = [_carrier(flow) for flow in outer.flows if (flow.key, flow.packets) not in inside]
    if carriers:
        entry['outer_flows'] = carriers
        entry['outer_not_in_flows'] = dict(sorted(outer.left.items()))
    return entry


def load(path):
    return json.loads(path.read_text())['captures'] if path.exists() else []


def _text(entry):
    """One entry with each flow on a line of its own, so that diffs are readable."""
    parts = []
    for key, value in entry.items():
        if key in ('flows', 'outer_flows') and value:
            rows = ',\n   '.join(json.dumps(line, ensure_ascii=True) for line in value)
            parts.append('  %s: [\n   %s\n  ]' % (json.dumps(key), rows))
        else:
            parts.append('  %s: %s' % (json.dumps(key), json.dumps(value, ensure_ascii=True)))
    return ' {\n%s\n }' % ',\n'.join(parts)


def text(entries):
    entries = sorted(entries, key=lambda entry: entry['file'])
    return '{"captures": [\n%s\n]}\n' % ',\n'.join(_text(entry) for entry in entries)


def replace(path, new):
    """Puts entries in the place of those of the same files."""
    names = {entry['file'] for entry in new}
    kept = [entry for entry in load(path) if entry['file'] not in names]
    path.write_text(text(kept + new))
