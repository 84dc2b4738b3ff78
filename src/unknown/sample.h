/* SPDX-License-Identifier: BSD-2-Clause */
/* sample.h - what is kept of an unknown flow: its ends and the first messages of both sides.
 *
 * A datagram is a message. Of TCP the bytes in order are kept, and where segments began: a hint of where messages do,
 * no more than that. So more of a stream is kept than its first messages: programs and networks cut it as they like. */
#ifndef UNKNOWN_SAMPLE_H
#define UNKNOWN_SAMPLE_H

#include "dpitool/value.h"
#include "unknown/message.h"

enum {
    SAMPLE_MESSAGES = 8,    /* of a side */
    SAMPLE_BYTES = 512,     /* of a datagram */
    SAMPLE_STREAM = 4096,   /* of a side of TCP */
    SAMPLE_SEGMENTS = 64,   /* of which is known where they began */
};

struct sample_message {
    uint32_t at, kept, size; /* where in the side's bytes, how many of how many */
    uint32_t index;          /* among those of both sides */
    int64_t time_ns;
};

/* Where a segment of a stream began. */
struct sample_segment {
    uint32_t at, index; /* as of a message */
    int64_t time_ns;
};

struct sample_side {
    uint8_t *bytes;
    uint32_t n;
    uint32_t n_messages;
    struct sample_message message[SAMPLE_MESSAGES];
    struct sample_segment *segment; /* the first ones, of bytes behind the messages, too */
    uint32_t n_segments;
    uint32_t segmented; /* bytes of which the segments are known */
    uint32_t last; /* size of the segment at hand */
    bool full; /* nothing more is kept: enough, or bytes of a stream are missing */
};

struct sample {
    uint64_t flow_id;
    uint8_t transport; /* IP protocol number */
    bool has_ports, stream, midstream, lossy;
    uint32_t n_messages;
    uint32_t n_sent; /* likewise, with those of which no more is kept than their bytes */
    uint16_t port[2];
    struct dpi_addr addr[2];
    struct sample_side side[2]; /* 0 is the client, as with port and addr */
};

/* Owns its samples, which stay where they are. */
struct samples {
    struct sample **v;
    size_t n, room;
};

/* A new sample, zeroed. */
struct sample *samples_add(struct samples *s, uint64_t flow_id);
void samples_free(struct samples *s);

/* kept of size bytes that a side sent. In a stream, bytes that go on behind a segment that was full belong to the
 * message that it began. */
void sample_add(struct sample *s, unsigned side, int64_t time_ns, const uint8_t *bytes, uint32_t kept, uint32_t size);
void sample_loss(struct sample *s, unsigned side); /* bytes of a stream are missing here */
void sample_swap(struct sample *s);                /* the client is the other side */

static inline bool sample_is_full(const struct sample *s)
{
    return s->side[0].full && s->side[1].full;
}

static inline bool sample_has_payload(const struct sample *s)
{
    return s->side[0].n || s->side[1].n;
}

/* The i-th message of a side. */
struct message sample_get(const struct sample *s, unsigned side, uint32_t i);

/* By what was sent, then by the ends, then by flow_id: an order that does not depend on the order in the set. */
int sample_compare(const struct sample *a, const struct sample *b);

#endif
