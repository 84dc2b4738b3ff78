/* SPDX-License-Identifier: BSD-2-Clause */
/* order.h - the segments of a TCP connection in the order in which they were sent, for the detector.
 *
 * A segment waits for the bytes of its own side that come before it, and for those of the other side that it
 * acknowledges. It waits in a bounded queue: when that is full, the segment that came first goes out and what was
 * missing in front of it is a gap. At the start, where nobody knows yet which bytes are the first ones, a few
 * packets wait for a SYN. Bytes that were handed out once are not handed out again: the first ones win. */
#ifndef REASM_ORDER_H
#define REASM_ORDER_H

#include "reasm/segment.h"

struct order;

/* s is borrowed to the call. skip: so many bytes at the start of its payload were handed out before: when it has
 * payload and that is all of it, s tells nothing new. gap: bytes of its side are missing in front of it. */
typedef void order_fn(void *ctx, const struct segment *s, uint32_t skip, bool gap);

struct order *order_new(void);
void order_free(struct order *o); /* NULL is fine; what waits is dropped */

/* The side's SYN went out before; next is the number behind it. */
void order_syn_seen(struct order *o, unsigned side, uint32_t next);

/* Takes one segment, which may hand out any number of them. */
void order_push(struct order *o, const struct segment *s, order_fn *fn, void *ctx);

/* Hands out all that waits. */
void order_flush(struct order *o, order_fn *fn, void *ctx);

uint32_t order_bytes(const struct order *o); /* of memory, for the ledger */
bool order_changed(const struct order *o);   /* something was handed out in another order than it came */

#endif
