/* SPDX-License-Identifier: BSD-2-Clause */
/* duplicate.h - packets that were captured more than once, as behind a mirror port that sees both ways of a switch.
 *
 * Two packets of a flow are one and the same when the IP packet's headers, length and last bytes are, among the last
 * few. Where the IP header has no identification (IPv6, or 0), which a sender's own repetition would change, they must
 * also be captured within milliseconds. */
#ifndef FLOW_DUPLICATE_H
#define FLOW_DUPLICATE_H

#include "decode/decode.h"

enum { DUPLICATE_BEHIND = 4 }; /* packets that are remembered */

struct recent {
    uint32_t mark[DUPLICATE_BEHIND]; /* 0: none */
    uint32_t ms[DUPLICATE_BEHIND];   /* capture time, modulo 2^32 */
    uint8_t at;
};

/* Whether the packet is among the last ones. If not, it is one of them from now on. */
bool duplicate_check(struct recent *r, const struct decoded *d, int64_t ts_ns);

#endif
