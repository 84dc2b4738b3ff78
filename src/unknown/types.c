/* SPDX-License-Identifier: BSD-2-Clause */
/* types.c - splits the messages by each byte, and looks how much less the rest varies.
 *
 * Any split of few messages makes them vary less. What a byte is worth is therefore its gain less that of the same
 * split with the values dealt out anew. */
#include "unknown/types.h"

#include "unknown/bytestats.h"
#include "util/xalloc.h"

#include <math.h>
#include <stdlib.h>

enum { OFFSETS = 16, FEWEST = 3 };

static const double least_gain = 0.20, least_support = 0.02, most_rare = 0.05, like_random = 0.85;

/* --- what values a byte has --------------------------------------------------------------------------- */

static int most_frequent_first(const void *a, const void *b)
{
    const struct message_type *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->value - y->value;
}

/* False when it has too many values, too few, or too many that are rare. */
static bool list_values(const struct messages *m, uint32_t at, struct type_split *t)
{
    struct bytestats b = {0};
    uint32_t rare = 0;
    for (size_t i = 0; i < m->n; i++)
        bytestats_add(&b, &m->v[i], at, at + 1);
    t->n = 0;
    for (unsigned v = 0; v < 256; v++) {
        bool often = b.count[v] >= FEWEST && b.count[v] >= least_support * (double)m->n;
        if (often && t->n == TYPES_MOST)
            return false;
        if (often)
            t->v[t->n++] = (struct message_type){.value = (uint8_t)v, .n = b.count[v], .least = UINT32_MAX};
        else
            rare += b.count[v];
    }
    qsort(t->v, t->n, sizeof(t->v[0]), most_frequent_first);
    return t->n >= 2 && rare + ((uint32_t)m->n - b.n) <= most_rare * (double)m->n;
}

/* What no flow changes tells flows apart, and not their messages, when there are several that could have. */
static bool is_of_flow(const struct messages *m, uint32_t at)
{
    size_t begin = 0, longer = 0;
    for (size_t i = 1; i < m->n; i++) {
        if (m->v[i].flow != m->v[begin].flow) {
            begin = i;
            continue;
        }
        if (message_at(&m->v[i], at) != message_at(&m->v[i - 1], at))
            return false;
        longer += i == begin + 1;
    }
    return longer >= FEWEST;
}

/* --- what it is worth --------------------------------------------------------------------------------- */

/* What may vary less within a type. */
struct disorder {
    double bits;  /* entropy of bytes at the beginning and, twice, of the size */
    double fixed; /* share of the messages of types that have one size */
};

static void add_disorder(struct disorder *d, const struct messages *m, uint32_t counted, double weight)
{
    struct bytestats sizes = {.n = (uint32_t)m->n};
    for (uint32_t at = 0; at < OFFSETS; at++) {
        struct bytestats b = {0};
        if (!(counted >> at & 1))
            continue;
        for (size_t i = 0; i < m->n; i++)
            bytestats_add(&b, &m->v[i], at, at + 1);
        d->bits += weight * bytestats_entropy(&b);
    }
    for (size_t i = 0; i < m->n; i++)
        sizes.count[m->v[i].size % 251]++;
    d->bits += weight * 2 * bytestats_entropy(&sizes);
    d->fixed += bytestats_distinct(&sizes) == 1 ? weight : 0;
}

/* The bytes that a type could explain, as bits: not itself, and not those that are like random ones. */
static uint32_t explainable(const struct messages *m, uint32_t type)
{
    uint32_t counted = 0;
    for (uint32_t at = 0; at < OFFSETS; at++) {
        struct bytestats b = {0};
        for (size_t i = 0; i < m->n; i++)
            bytestats_add(&b, &m->v[i], at, at + 1);
        if (at != type && b.n && bytestats_entropy(&b) < like_random * log2(b.n < 256 ? b.n : 256))
            counted |= UINT32_C(1) << at;
    }
    return counted;
}

/* The values of the type, moved on by shift messages. */
static void add_split(struct disorder *d, const struct messages *m, const struct type_split *t, uint32_t counted,
                      size_t shift, double weight)
{
    struct messages part = {.v = xcalloc(m->n, sizeof(*m->v))};
    for (uint32_t k = 0; k < t->n; k++) {
        part.n = 0;
        for (size_t i = 0; i < m->n; i++)
            if (message_at(&m->v[(i + shift) % m->n], t->at) == t->v[k].value)
                part.v[part.n++] = m->v[i];
        add_disorder(d, &part, counted, weight * (double)part.n / (double)m->n);
    }
    free(part.v);
}

/* By how much less all of it varies, or how many more messages are of one size. */
static double gain_of(const struct messages *m, const struct type_split *t)
{
    uint32_t counted = explainable(m, t->at);
    struct disorder whole = {0}, dealt = {0}, split = {0};
    add_disorder(&whole, m, counted, 1);
    add_split(&dealt, m, t, counted, m->n / 3 + 1, 0.5);
    add_split(&dealt, m, t, counted, m->n / 2 + 1, 0.5);
    add_split(&split, m, t, counted, 0, 1);
    double together = whole.bits > 0.5 ? (dealt.bits - split.bits) / whole.bits : 0;
    double fixed = split.fixed - (dealt.fixed > whole.fixed ? dealt.fixed : whole.fixed);
    return together > fixed ? together : fixed;
}

static void measure(const struct messages *m, struct type_split *t)
{
    for (size_t i = 0; i < m->n; i++)
        for (uint32_t k = 0; k < t->n; k++)
            if (message_at(&m->v[i], t->at) == t->v[k].value) {
                t->v[k].least = m->v[i].size < t->v[k].least ? m->v[i].size : t->v[k].least;
                t->v[k].most = m->v[i].size > t->v[k].most ? m->v[i].size : t->v[k].most;
            }
}

void types_find(const struct messages *m, const struct fields *taken, struct type_split *out)
{
    *out = (struct type_split){.gain = least_gain};
    for (uint32_t at = 0; at < OFFSETS && m->n >= 2 * FEWEST; at++) {
        struct type_split t = {.found = true, .at = at};
        if (!fields_have_room(taken, at, 1) || is_of_flow(m, at) || !list_values(m, at, &t))
            continue;
        t.gain = gain_of(m, &t);
        if (t.gain > out->gain)
            *out = t;
    }
    if (out->found)
        measure(m, out);
}

struct messages types_take(const struct messages *m, const struct type_split *t, uint8_t value)
{
    struct messages out = {.v = xcalloc(m->n, sizeof(*m->v))};
    for (size_t i = 0; i < m->n; i++)
        if (message_at(&m->v[i], t->at) == value)
            out.v[out.n++] = m->v[i];
    return out;
}
