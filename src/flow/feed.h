/* SPDX-License-Identifier: BSD-2-Clause */
/* feed.h - the tracker's side of the detector seam: batches out, verdicts in.
 *
 * A flow has a slot from feed_open until its verdict; the detector gets to know it with its first packet. Of a
 * connection that nobody answers or that is refused, that is when it ends: packets which say no more than that wait
 * here, so a scan costs no state in the detector. What it is shown of a flow, and in which order, is the same as if
 * they had not waited. A batch goes out when it is full or after a fixed number of packets read; the verdicts of the
 * oldest one under way, of DETECT_UNDER_WAY, are then put into their flows (f->verdict, f->attrs; f->has_slot becomes
 * false). Nothing here depends on how fast the detector is. */
#ifndef FLOW_FEED_H
#define FLOW_FEED_H

#include "flow/flow.h"
#include "flow/trace.h"

struct feed;

/* on_verdict is called for each flow after its verdict was put in, in the detector's order. */
struct feed *feed_new(struct detector *d, void (*on_verdict)(void *ctx, struct flow *f), void *ctx);
void feed_free(struct feed *feed); /* NULL is fine */
void feed_trace(struct feed *feed, const struct trace *trace); /* borrowed for life */

void feed_open(struct feed *feed, struct flow *f);
void feed_hand_over(struct feed *feed, struct flow *from, struct flow *to); /* the slot, with what it has seen */

/* An IP packet in one or two pieces, borrowed. */
struct feed_bytes {
    const uint8_t *head, *rest;
    uint32_t n_head, n_rest;
    bool honest; /* its header says what length it has */
    bool bare;   /* a SYN or a reset without payload: it may wait for what comes behind it */
};

enum { FEED_HELD_HEAD = 32 }; /* bytes that a packet which waits takes besides its own */

void feed_packet(struct feed *feed, struct flow *f, const struct feed_bytes *b, int64_t now_ns);
void feed_end(struct feed *feed, struct flow *f); /* its verdict will come; no packets after this */
bool feed_is_open(const struct flow *f); /* the detector knows f */
void feed_drop(struct flow *f);          /* frees what waits */
void feed_tick(struct feed *feed);                /* one packet was read from the input */
void feed_flush(struct feed *feed);               /* sends what there is and takes in every verdict due */
bool feed_waits(const struct feed *feed);         /* a flow has a slot */

/* What was sent so far. */
struct feed_stats {
    uint64_t batches, packets;
};

struct feed_stats feed_stats(const struct feed *feed);

#endif
