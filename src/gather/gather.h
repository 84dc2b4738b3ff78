/* SPDX-License-Identifier: BSD-2-Clause */
/* gather.h - samples of chosen flows from their packets, TCP put in order. */
#ifndef GATHER_GATHER_H
#define GATHER_GATHER_H

#include "flow/flow.h"
#include "unknown/sample.h"

struct gather;

/* The ids of the flows that are wanted, ascending, borrowed; at most limit of them are gathered, the first ones. */
struct gather *gather_new(const uint64_t *wanted, size_t n, size_t limit);

/* A tracker_packet_fn with a struct gather for ctx. */
void gather_packet(void *gather, const struct flow *f, unsigned sender, const struct packet *p,
                   const struct decoded *d);

void gather_end(struct gather *g, uint64_t flow_id); /* no packet of it will come any more */

/* Ends all flows; the samples are the caller's from now on. */
struct samples gather_take(struct gather *g);
void gather_free(struct gather *g); /* NULL is fine */

#endif
