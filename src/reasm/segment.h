/* SPDX-License-Identifier: BSD-2-Clause */
/* segment.h - one packet of a TCP connection, as reassembly sees it. The bytes are borrowed. */
#ifndef REASM_SEGMENT_H
#define REASM_SEGMENT_H

#include "decode/decode.h"

struct segment {
    uint64_t packet;   /* its number */
    const uint8_t *ip; /* its IP packet, */
    uint32_t cap;      /* of which so many bytes were captured, */
    uint32_t header;   /* and so many stand in front of the payload */
    uint32_t len;      /* payload by the headers; cap may hold less of it */
    uint32_t seq, ack;
    uint8_t flags; /* TCP_ bits */
    uint8_t side;  /* that sent it: 0 or 1 */
    bool honest;   /* the length in the IP header is that of cap */
};

/* Numbers that it takes up: SYN and FIN have one each. */
static inline uint32_t segment_span(const struct segment *s)
{
    return s->len + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
}

/* The number of its first payload byte. */
static inline uint32_t segment_start(const struct segment *s)
{
    return s->seq + !!(s->flags & TCP_SYN);
}

#endif
