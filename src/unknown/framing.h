/* SPDX-License-Identifier: BSD-2-Clause */
/* framing.h - where the messages in a stream begin, by lengths in front of them or by what stands behind them. Where
 * segments began is the evidence: programs write whole messages. */
#ifndef UNKNOWN_FRAMING_H
#define UNKNOWN_FRAMING_H

#include "unknown/field.h"
#include "unknown/sample.h"

/* What stands behind messages. */
struct delimiter {
    const char *name; /* CRLF, LF, NUL */
    uint8_t n, bytes[2];
};

enum framing_kind { FRAMING_NONE, FRAMING_LENGTH, FRAMING_DELIMITER };

struct framing {
    enum framing_kind kind;
    struct number_form form; /* of the length; value + add is the size of a message */
    uint32_t at;
    int64_t add;
    uint32_t skip; /* segments in front that are not framed: a greeting */
    const struct delimiter *delimiter;
    bool lines;    /* it stands behind lines, which are messages, wherever segments end */
    uint32_t streams, whole;     /* streams that were kept to their end, and those that end where a message does */
    uint32_t starts, on_message; /* segments, and those that begin where a message does */
    uint32_t messages, distinct; /* how many there are, and of how many sizes */
    uint32_t bits;               /* of evidence */
    uint32_t live;               /* low bytes of the length that are not always zero */
};

/* Of one side of the streams flow[0..n). */
void framing_find(struct framing *f, const struct sample *const *flow, size_t n, unsigned side);

/* The messages of a side of a flow, by its framing when that is by length or lines, else as they were sampled; added to
 * m, with number for their flow. */
void framing_cut(const struct framing *f, const struct sample *s, unsigned side, uint32_t number, struct messages *m);

#endif
