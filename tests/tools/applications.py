#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""applications.py [--sample=N] [--seed=N] [--missing] DPITOOL CAPTURE|FOLDER... - of the flows with a public host name, how many
have an application that is specific: by nDPI alone, by the shipped rules alone, by both.

A name is public when its last label is one of the root zone by its form. An application is not specific when its rule is a
catch-all (a cloud, a CDN), or when nDPI's label is a company's (src/ndpi/labels_general.def).
--sample=N prints N flows with what names them, drawn with --seed, to be judged by a person; --missing prints the names that
have no application, most flows first."""
import argparse
import collections
import functools
import json
import os
import pathlib
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import captures, each, environment, json_lines, run  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
FIELDS = "flow_id,transport,dst_ip,dst_port,protocol,application,application_by,category,hostname,rule"
PRIVATE = {"arpa", "corp", "example", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost",
           "onion", "test", "workgroup"}
SHIPPED = environment(DPITOOL_RULES=str(TOP / "rules"))


def is_public(name):
    """www.example.com, but neither localhost nor 192.0.2.1 nor _tcp.local"""
    labels = (name or "").lower().rstrip(".").split(".")
    return (len(labels) > 1 and labels[-1] not in PRIVATE and bool(re.fullmatch(r"[a-z]{2,}|xn--[a-z0-9-]+", labels[-1]))
            and all(re.fullmatch(r"[a-z0-9_*-]{1,63}", label) for label in labels))


def general_labels():
    return set(re.findall(r'\("([^"]+)"', (TOP / "src/ndpi/labels_general.def").read_text(encoding="utf-8")))


def catch_alls(binary):
    """Ids of the applications that say so."""
    _, out, _ = run([binary, "rules", "list", "-o", "json"], env=SHIPPED)
    return {row["id"] for row in json.loads(out) if row["catch_all"]}


def read_flows(binary, path):
    """The flows with a public name, each as (with rules, without rules)."""
    both, alone = [run([binary, "classify", "-o", "json", "--fields", FIELDS, path], env=env)[1]
                   for env in (SHIPPED, environment())]
    return [(path, a, b) for a, b in zip(json_lines(both), json_lines(alone), strict=True) if is_public(a.get("hostname"))]


def judge(flow, general, unspecific):
    """(by nDPI alone, by rules alone, by both)"""
    _, both, alone = flow
    ndpi = alone.get("application") not in general | {None} and alone.get("application_by") == "ndpi"
    rule = both.get("rule", "").rpartition(":")[2]
    by_rule = bool(rule) and both.get("application_by") != "ndpi" and rule not in unspecific
    return ndpi, by_rule, by_rule or (ndpi and both.get("application_by") == "ndpi")


def tell(flow):
    path, r, _ = flow
    return (f"{os.path.basename(path)} {r['flow_id']}: {r['hostname']} ({r.get('protocol')}, {r['dst_ip']}:{r.get('dst_port', '-')}) is "
            f"{r.get('application')}, {r.get('category')} by {r.get('application_by')} {r.get('rule', '')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("dpitool")
    parser.add_argument("paths", nargs="+")
    args = parser.parse_args()
    binary = os.path.abspath(args.dpitool)
    general, unspecific = general_labels(), catch_alls(binary)
    flows = [f for found in each(functools.partial(read_flows, binary), captures(args.paths)) for f in found]
    found = [judge(f, general, unspecific) for f in flows]
    print(f"{len(flows)} flows with a public host name, {len({f[1]['hostname'].lower() for f in flows})} names")
    for i, what in enumerate(("nDPI alone", "rules alone", "both")):
        n = sum(f[i] for f in found)
        print(f"{what + ':':12} {n:6} {100 * n / max(len(flows), 1):5.1f} %")
    specific = [f for f, (_, _, both) in zip(flows, found) if both]
    for flow in random.Random(args.seed).sample(specific, min(args.sample, len(specific))):
        print("  " + tell(flow))
    if args.missing:
        names = collections.Counter(f[1]["hostname"].lower() for f, (_, _, both) in zip(flows, found) if not both)
        for name, n in names.most_common():
            print(f"{n:6}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
