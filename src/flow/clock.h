/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h - time as the packets tell it: the only clock that ends a flow.
 *
 * A packet that is more than an hour ahead moves the clock only when the packet behind it confirms it, by not being
 * more than a minute earlier; without a packet behind it, it is believed. A packet more than a minute behind sets
 * the clock back. In between, the clock never goes back. */
#ifndef FLOW_CLOCK_H
#define FLOW_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_event { /* how often, and the number of the first packet that did it */
    uint64_t count, first_packet;
};

struct packet_clock {
    int64_t now; /* ns since 1970; 0 until started */
    bool started;
    struct clock_event jumps;  /* forward, confirmed */
    struct clock_event strays; /* packets far ahead that nothing confirmed */
    struct clock_event backs;  /* steps back */
};

/* Whether a packet at ts_ns is so far ahead that the packet behind it must be asked ... */
bool clock_far_ahead(const struct packet_clock *c, int64_t ts_ns);

/* ... and what it answers. */
bool clock_confirms(int64_t ts_ns, int64_t behind_ns);

/* Takes the time of a packet and returns the new now. stray: it is far ahead and was not confirmed. */
int64_t clock_advance(struct packet_clock *c, int64_t ts_ns, uint64_t packet, bool stray);

#endif
