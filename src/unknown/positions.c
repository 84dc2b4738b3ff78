/* SPDX-License-Identifier: BSD-2-Clause */
/* positions.c - counts of values, offset by offset. */
#include "unknown/positions.h"

#include "unknown/bytestats.h"

#include <math.h>

const struct position_word position_classes[POSITION_CLASSES] = {
#define POSITION(name, letter, doc) {letter, doc},
#include "unknown/positions.def"
#undef POSITION
};

static enum position_class class_of(const struct position *p, const struct bytestats *b)
{
    double most = log2(p->n < 256 ? p->n : 256);
    if (p->top_n >= 0.97 * p->n)
        return p->top ? POSITION_CONST : POSITION_ZERO;
    if (p->distinct <= 16 && p->n / p->distinct >= 4)
        return POSITION_ENUM;
    if (p->n >= 8 && bytestats_printable(b) >= 0.95 * p->n)
        return POSITION_TEXT;
    return p->n >= 8 && p->entropy >= 0.95 * most ? POSITION_RANDOM : POSITION_MIXED;
}

static void look_at(struct position *p, const struct bytestats *b)
{
    uint8_t ones = 0xff, zeros = 0xff;
    *p = (struct position){.n = b->n, .distinct = bytestats_distinct(b), .entropy = bytestats_entropy(b), .low = 0xff};
    for (unsigned i = 0; i < 256; i++) {
        if (!b->count[i])
            continue;
        ones &= (uint8_t)i;
        zeros &= (uint8_t)~i;
        p->low = p->low < i ? p->low : (uint8_t)i;
        p->high = (uint8_t)i;
        if (b->count[i] > p->top_n) {
            p->top = (uint8_t)i;
            p->top_n = b->count[i];
        }
    }
    p->same = ones | zeros;
    p->is = class_of(p, b);
}

void positions_make(struct positions *p, const struct messages *m)
{
    p->n = 0;
    while (p->n < HEADER_MOST) {
        struct bytestats b = {0};
        for (size_t i = 0; i < m->n; i++)
            bytestats_add(&b, &m->v[i], p->n, p->n + 1);
        if (!b.n || b.n * 2 < m->n)
            return;
        look_at(&p->v[p->n++], &b);
    }
}
