/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h - time as the packets tell it: the only clock that ends a flow.
 *
 * A packet that is more than an hour ahead moves the clock only when the next packet confirms it (is within an
 * hour of it); a packet more than a minute behind sets the clock back. In between, the clock never goes back. */
#ifndef FLOW_CLOCK_H
#define FLOW_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_event { /* how often, and the number of the first packet that did it */
    uint64_t count, first_packet;
};

struct packet_clock {
    int64_t now; /* ns since 1970; valid once started */
    bool started;
    bool ahead; /* the last packet was too far ahead and waits to be confirmed */
    int64_t ahead_ns;
    uint64_t ahead_packet;
    struct clock_event jumps;  /* confirmed jumps forward */
    struct clock_event strays; /* packets ahead that nothing confirmed */
    struct clock_event backs;  /* steps back */
};

/* Takes the time of a packet and returns the new now. */
int64_t clock_advance(struct packet_clock *c, int64_t ts_ns, uint64_t packet);

#endif
