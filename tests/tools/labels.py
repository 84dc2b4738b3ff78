#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""labels DPITOOL - holds what `dpitool protocols --json` says of every label against src/ndpi/labels.def, and a few
labels of each kind against what they are known to be."""
import json
import os
import re
import sys

from dpitest import run, tally_line

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/ndpi/labels.def")
ROW = re.compile(r'^L\("([^"]+)", (PROTOCOL|APPLICATION|BOTH), "([^"]*)"\)$', re.M)
LEAST = 282  # labels of nDPI 4.2
KNOWN = {
    "protocol": "Unknown TLS QUIC DNS HTTP SSH BitTorrent MySQL WireGuard SIP RTP STUN IMAPS ICMPV6",
    "application": "NetFlix YouTube Google GMail Facebook WhatsAppCall AmazonAWS Cloudflare Twitter Wikipedia Microsoft365",
    "both": "Telegram Skype_Teams TeamViewer Steam Spotify WhatsApp Zoom Viber Dropbox AnyDesk",
}


def wrong_labels(table, listed):
    for label in listed:
        kind = table.get(label["name"])
        if kind != label["kind"]:
            yield f"{label['name']}: {label['kind']} in protocols, {kind or 'missing'} in labels.def"
        if not label["category"]:
            yield f"{label['name']}: no category"
    names = [label["name"] for label in listed]
    if len(names) < LEAST or len(set(names)) != len(names):
        yield f"{len(names)} labels, {len(set(names))} different ones; expected at least {LEAST}"
    kinds = {label["name"]: label["kind"] for label in listed}
    for kind, words in KNOWN.items():
        for name in words.split():
            if kinds.get(name, table.get(name)) != kind:
                yield f"{name}: {kinds.get(name)}, expected {kind}"


def main(args):
    with open(TABLE, encoding="utf-8") as file:
        table = {name: kind.lower() for name, kind, _ in ROW.findall(file.read())}
    status, out, _ = run([args[0], "protocols", "--json"])
    wrong = [f"protocols --json: exit status {status}"] if status else list(wrong_labels(table, json.loads(out)))
    print("\n".join(f"not ok  {line}" for line in wrong) or f"ok  {len(json.loads(out))} labels")
    return tally_line(int(not wrong), len(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
