/* SPDX-License-Identifier: BSD-2-Clause */
/* boundaries.c - a number's high bytes vary less than its low ones, so in big endian a fall of entropy is a new field,
 * in little endian a rise (the rule of BinaryInferno, NDSS 2023); and what is constant is not of one field with what is
 * not, but for zeros, which are high bytes. */
#include "unknown/boundaries.h"

static const double jump = 1.0, plateau = 0.3; /* bits */

static bool is_zero(const struct positions *p, uint32_t at)
{
    return p->v[at].is == POSITION_ZERO;
}

bool boundaries_little(const struct positions *p, const struct fields *f)
{
    uint32_t big = 0, little = 0;
    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].number)
            return f->v[i].little;
    for (uint32_t i = 1; i < p->n && i < 32; i++) {
        bool pair = i % 2 == 1; /* numbers are aligned more often than not */
        big += pair && is_zero(p, i - 1) && !position_is_const(&p->v[i]);
        little += pair && is_zero(p, i) && !position_is_const(&p->v[i - 1]);
    }
    return little > big;
}

/* Of few messages some bytes vary less, by chance. */
static bool is_alike(const struct positions *p, uint32_t from, enum position_class as)
{
    uint32_t n = 0;
    for (uint32_t i = from; i < p->n; i++)
        n += p->v[i].is == as;
    return n && n * 5 >= (p->n - from) * 4;
}

uint32_t boundaries_body(const struct positions *p, const struct fields *f, const bool cut[static HEADER_MOST])
{
    uint32_t at = p->n;
    while (at > 0 && fields_have_room(f, at - 1, 1)) {
        at--;
        if (cut[at])
            break;
    }
    return is_alike(p, at, POSITION_RANDOM) || is_alike(p, at, POSITION_TEXT) ? at : p->n;
}

/* Two bytes beside each other that vary as much, and much more than the one before: not the end of a number, which
 * varies more with every byte. */
static bool begins_plateau(const struct positions *p, uint32_t at)
{
    if (at + 1 >= p->n)
        return false;
    double before = p->v[at - 1].entropy, here = p->v[at].entropy, behind = p->v[at + 1].entropy;
    return here - before >= jump && behind - here < plateau && here - behind < plateau && here > 2;
}

static bool changes(const struct positions *p, uint32_t at, bool little)
{
    const struct position *before = &p->v[at - 1], *here = &p->v[at];
    bool was = position_is_const(before), is = position_is_const(here);
    if (was && is) /* a zero is the high byte of what is not */
        return little ? is_zero(p, at - 1) && !is_zero(p, at) : !is_zero(p, at - 1) && is_zero(p, at);
    if (was)
        return little || !is_zero(p, at - 1);
    if (is)
        return !little || !is_zero(p, at);
    if ((before->is == POSITION_TEXT) != (here->is == POSITION_TEXT))
        return true;
    if (here->n * 4 < before->n * 3) /* many messages end here: entropies of unlike messages do not compare */
        return false;
    if (begins_plateau(p, at))
        return true;
    return little ? here->entropy - before->entropy >= jump : before->entropy - here->entropy >= jump;
}

/* Zeros at an end of bytes that vary may be their high bytes, but not where all are more than a number has. */
static void cut_zeros(const struct positions *p, uint32_t from, uint32_t end, bool cut[static HEADER_MOST])
{
    uint32_t size = end - from, first = from, last = end, varies = from;
    while (varies < end && position_is_const(&p->v[varies]))
        varies++;
    if (size <= 4 || size == 8 || varies == end)
        return;
    while (first < end && is_zero(p, first))
        first++;
    while (last > from && is_zero(p, last - 1))
        last--;
    if (first > from + 1 && first < end)
        cut[first] = true;
    if (last + 1 < end && last > from)
        cut[last] = true;
}

static void cut_all_zeros(const struct positions *p, const struct fields *f, bool cut[static HEADER_MOST])
{
    for (uint32_t from = 0, end; from < p->n; from = end) {
        end = from + 1;
        while (end < p->n && !cut[end])
            end++;
        if (fields_have_room(f, from, end - from))
            cut_zeros(p, from, end, cut);
    }
}

void boundaries_find(const struct positions *p, const struct fields *f, bool little, bool cut[static HEADER_MOST])
{
    for (uint32_t i = 0; i < HEADER_MOST; i++)
        cut[i] = i > 0 && i < p->n && changes(p, i, little);
    for (size_t k = 0; k < f->n; k++) {
        const struct field *a = &f->v[k];
        for (uint32_t i = a->at; i < HEADER_MOST && !a->from_end; i++) {
            bool edge = i == a->at || (a->size && i == a->at + a->size);
            bool inside = i > a->at && (!a->size || i < a->at + a->size);
            if (edge && i && i < p->n)
                cut[i] = true;
            if (inside)
                cut[i] = false;
        }
    }
    cut_all_zeros(p, f, cut);
}
