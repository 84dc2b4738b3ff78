/* SPDX-License-Identifier: BSD-2-Clause */
/* types.h - a byte that tells kinds of messages apart. */
#ifndef UNKNOWN_TYPES_H
#define UNKNOWN_TYPES_H

#include "unknown/field.h"

enum { TYPES_MOST = 16, TYPES_NAMED = 8 };

struct message_type {
    uint8_t value;
    uint32_t n;
    uint32_t least, most; /* sizes */
};

struct type_split {
    bool found;
    uint32_t at;
    double gain; /* by how much less the other bytes vary when split by it, 0 to 1 */
    struct message_type v[TYPES_MOST]; /* the most frequent first */
    uint32_t n;
};

/* taken: fields that are something else already. */
void types_find(const struct messages *m, const struct fields *taken, struct type_split *out);

/* The messages of one type; to be freed by the caller. */
struct messages types_take(const struct messages *m, const struct type_split *t, uint8_t value);

#endif
