# SPDX-License-Identifier: BSD-2-Clause
"""vlan.py - a TAP device whose frames travel tagged on an interface: 802.1Q without the kernel's help.

Usage: vlan.py TAP INTERFACE ID[,ID]: two ids make an 802.1ad tag outside and an 802.1Q tag inside.
"""

import os
import select
import struct
import sys

import device

TAG, OUTER_TAG = 0x8100, 0x88A8


def tags(ids):
    kinds = [TAG] if len(ids) == 1 else [OUTER_TAG] + [TAG] * (len(ids) - 1)
    return b''.join(struct.pack('!HH', kind, vid) for kind, vid in zip(kinds, ids))


def untagged(frame):
    """The kernel keeps the outermost tag of what a raw socket receives; the inner ones go here."""
    while struct.unpack_from('!H', frame, 12)[0] in (TAG, OUTER_TAG):
        frame = frame[:12] + frame[16:]
    return frame


def main(tap_name, interface, ids):
    head = tags([int(vid) for vid in ids.split(',')])
    wire, tap = device.open_interface(interface), device.open_tun(tap_name, device.IFF_TAP)
    while True:
        for ready in select.select([wire, tap], [], [])[0]:
            if ready is tap:
                frame = os.read(tap, device.LARGEST)
                wire.send(frame[:12] + head + frame[12:])
            else:
                frame = device.receive(wire)
                if frame:
                    os.write(tap, untagged(frame))


if __name__ == '__main__':
    main(*sys.argv[1:])
