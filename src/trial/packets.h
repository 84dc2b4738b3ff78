/* SPDX-License-Identifier: BSD-2-Clause */
/* packets.h - the first packets of flows, sorted into a few captures in memory: what dissectors are tried on. */
#ifndef TRIAL_PACKETS_H
#define TRIAL_PACKETS_H

#include "flow/flow.h"
#include "util/buf.h"

struct heap_limits {
    uint64_t packets; /* of a flow */
    size_t bytes;     /* of the heap */
};

struct packet_heaps;

/* limits of n heaps are borrowed, and what their files say of themselves. */
struct packet_heaps *packet_heaps_new(const struct heap_limits *limits, size_t n, const char *comment);
void packet_heaps_free(struct packet_heaps *h); /* NULL is fine */

/* p was just counted in f. */
void packet_heaps_add(struct packet_heaps *h, size_t heap, const struct flow *f, const struct packet *p);

/* A pcapng file, borrowed from the heaps; empty when no packet came to it. No more packets may come. */
const struct buf *packet_heaps_get(struct packet_heaps *h, size_t heap);

#endif
