/* SPDX-License-Identifier: BSD-2-Clause */
/* positions.h - what each byte of a kind of messages does: the table that a dissector's author looks at first. */
#ifndef UNKNOWN_POSITIONS_H
#define UNKNOWN_POSITIONS_H

#include "unknown/field.h"

enum position_class {
#define POSITION(name, letter, doc) POSITION_##name,
#include "unknown/positions.def"
#undef POSITION
    POSITION_CLASSES
};

struct position_word {
    char letter;
    const char *doc;
};

extern const struct position_word position_classes[POSITION_CLASSES];

struct position {
    enum position_class is;
    uint32_t n, distinct; /* messages that have the byte; values of it */
    uint8_t top, low, high;
    uint8_t same; /* bits that never change */
    uint32_t top_n;
    double entropy; /* bits */
};

struct positions {
    struct position v[HEADER_MOST];
    uint32_t n; /* offsets that half of the messages have */
};

void positions_make(struct positions *p, const struct messages *m);

static inline bool position_is_const(const struct position *p)
{
    return p->is == POSITION_CONST || p->is == POSITION_ZERO;
}

#endif
