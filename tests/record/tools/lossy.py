# SPDX-License-Identifier: BSD-2-Clause
"""lossy.py - a bad wire between two interfaces: it loses, delays behind the next, and doubles frames.

Usage: lossy.py INTERFACE INTERFACE LOSS% REORDER% DUPLICATE% SEED
"""

import random
import select
import sys

import device

HELD_AT_MOST = 0.03     # seconds that a frame waits for others to overtake it
OVERTAKEN_BY = 2


class Wire:
    def __init__(self, loss, reorder, duplicate, seed):
        self.shares, self.random = (loss, reorder, duplicate), random.Random(seed)
        self.held = []

    def carry(self, frame, target):
        loss, reorder, duplicate = self.shares
        lot = self.random.uniform(0, 100)
        if lot < loss:
            return
        if lot < loss + reorder:
            self.held.append([OVERTAKEN_BY, frame, target])
            return
        target.send(frame)
        if lot > 100 - duplicate:
            target.send(frame)
        self.release(1)

    def release(self, passed):
        for entry in self.held:
            entry[0] -= passed
        for _, frame, target in [entry for entry in self.held if entry[0] <= 0]:
            target.send(frame)
        self.held = [entry for entry in self.held if entry[0] > 0]


def main(left, right, *shares):
    sides = [device.open_interface(left), device.open_interface(right)]
    wire = Wire(*map(int, shares))
    while True:
        ready = select.select(sides, [], [], HELD_AT_MOST)[0]
        if not ready:
            wire.release(OVERTAKEN_BY)
        for side in ready:
            frame = device.receive(side)
            if frame:
                wire.carry(frame, sides[1 - sides.index(side)])


if __name__ == '__main__':
    main(*sys.argv[1:])
