/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.h - the bytes that both sides of a TCP connection sent, in order, from its segments in any order.
 *
 * Each byte comes out once: the first that was seen of it (RFC 9293, 3.10.7.4, leaves the choice). Bytes that are
 * missing come out as a gap, never as a guess. The sides take turns as they spoke: what a segment carries comes
 * behind the bytes of the other side that it acknowledges. Where no SYN was seen, the first segments of a side wait a
 * little for earlier ones. A connection that begins with another SYN ends the one before it.
 *
 * What waits for missing bytes is bounded. They are given up when too much waits, when the other side has
 * acknowledged them and some more segments have come since (captures swap segments between directions too), and
 * at the end. */
#ifndef REASM_STREAM_H
#define REASM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

struct stream;

/* In-order bytes of a side, or a gap of n bytes. */
struct stream_piece {
    unsigned side;
    bool gap;
    uint64_t n;
    const uint8_t *data; /* NULL of a gap; borrowed */
    int64_t time_ns;     /* of the segment that had them; of a gap that of the one behind it */
};

typedef void stream_piece_fn(void *ctx, const struct stream_piece *p);

struct stream_options {
    uint32_t queue_bytes;  /* that may wait in one direction, with what it takes to keep them */
    uint32_t queue_pieces;
    uint32_t patience; /* segments of both sides after which something is not waited for any more */
    uint32_t history;  /* bytes of a side that are kept to compare with what comes again: 0 or a power of two */
};

#define STREAM_DEFAULTS .queue_bytes = 8 << 20, .queue_pieces = 8192, .patience = 16
extern const struct stream_options stream_defaults; /* these, without history */

struct stream_segment {
    uint32_t seq, ack;
    uint8_t flags;       /* TCP_ bits of decode/decode.h */
    uint32_t len;        /* payload bytes by the headers ... */
    uint32_t cap;        /* ... and how many of them were captured, the first ones */
    const uint8_t *data; /* borrowed */
    int64_t time_ns;     /* any clock's: comes out with its bytes */
};

/* Of one side. */
struct stream_counts {
    uint64_t retransmits;   /* segments that had nothing new */
    uint64_t out_of_order;  /* segments that came before earlier ones */
    uint64_t overlap_bytes; /* that came again beside new ones */
    uint64_t other_bytes;   /* that came again and differ from those that came first: only with history */
    uint64_t gap_bytes;
    uint64_t unbelieved;    /* segments too far from all others */
};

struct stream *stream_new(const struct stream_options *opt, stream_piece_fn *on_piece, void *ctx);
void stream_push(struct stream *s, unsigned side, const struct stream_segment *seg);
void stream_finish(struct stream *s); /* gives out all that waits; a new connection may follow */
uint64_t stream_bytes(const struct stream *s); /* of memory */
const struct stream_counts *stream_counts(const struct stream *s, unsigned side);
void stream_free(struct stream *s); /* NULL is fine */

#endif
