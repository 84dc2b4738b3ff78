/* SPDX-License-Identifier: BSD-2-Clause */
/* firsts.c - what can be counted over first messages. */
#include "scaffold/firsts.h"

bool first_message(struct message *out, const struct sample *s, unsigned side)
{
    const struct sample_side *from = &s->side[side];
    if (from->n_messages == 0)
        return false;
    *out = sample_get(s, side, 0);
    for (uint32_t i = 1; s->stream && i < from->n_messages; i++) {
        if (from->message[i].index != from->message[i - 1].index + 1)
            break;
        out->kept += from->message[i].kept;
        out->size += from->message[i].size;
    }
    return out->kept > 0;
}

bool beginning_is_seen(const struct sample *s)
{
    return !s->stream || (!s->midstream && !s->lossy);
}

void firsts_collect(struct firsts *f, const struct profile *p, unsigned side, bool midstream)
{
    f->n = 0;
    for (size_t i = 0; i < p->n_flows && f->n < PROFILE_FLOWS; i++)
        f->n += (midstream || beginning_is_seen(p->flow[i])) && first_message(&f->v[f->n], p->flow[i], side);
}

void firsts_select(struct firsts *out, const struct firsts *f, uint32_t at, int value)
{
    out->n = 0;
    for (uint32_t i = 0; i < f->n; i++)
        if (message_at(&f->v[i], at) == value)
            out->v[out->n++] = f->v[i];
}

bool firsts_are_fixed(const struct firsts *f, uint32_t at)
{
    int first = message_at(&f->v[0], at);
    for (uint32_t i = 1; i < f->n; i++)
        if (message_at(&f->v[i], at) != first)
            return false;
    return first >= 0;
}

bool firsts_are_of_one_size(const struct firsts *f)
{
    for (uint32_t i = 1; i < f->n; i++)
        if (f->v[i].size != f->v[0].size)
            return false;
    return true;
}

uint32_t firsts_values(const struct firsts *f, uint32_t at, uint32_t least, uint8_t *value, uint32_t n)
{
    uint32_t count[256] = {0}, found = 0;
    for (uint32_t i = 0; i < f->n; i++)
        if (message_at(&f->v[i], at) >= 0)
            count[message_at(&f->v[i], at)]++;
    for (; found < n; found++) {
        uint32_t best = 0;
        for (uint32_t v = 1; v < 256; v++)
            best = count[v] > count[best] ? v : best;
        if (count[best] < least)
            break;
        value[found] = (uint8_t)best;
        count[best] = 0;
    }
    return found;
}

/* --- length ------------------------------------------------------------------------------------------- */

static uint32_t count_sizes(const struct firsts *f)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        bool seen = false;
        for (uint32_t k = 0; k < i; k++)
            seen |= f->v[k].size == f->v[i].size;
        n += !seen;
    }
    return n;
}

static bool is_length(const struct firsts *f, uint32_t at, struct number_form form, int64_t *plus)
{
    enum { LEAST_PLUS = -8, MOST_PLUS = 64 };
    for (uint32_t i = 0; i < f->n; i++) {
        uint64_t v;
        if (!message_number(&f->v[i], at, form, &v) || v > UINT32_MAX)
            return false;
        int64_t more = (int64_t)f->v[i].size - (int64_t)v;
        if (i > 0 && more != *plus)
            return false;
        *plus = more;
    }
    return *plus >= LEAST_PLUS && *plus <= MOST_PLUS;
}

bool firsts_length(const struct firsts *f, struct beginning_length *out)
{
    enum { SIZES_LEAST = 3 };
    static const struct {
        const char *type;
        struct number_form form;
    } types[] = {{"u16be", {2, false}}, {"u16le", {2, true}}, {"u32be", {4, false}}, {"u32le", {4, true}},
                 {"u24be", {3, false}}, {"u24le", {3, true}}, {"u8", {1, false}}};
    int64_t plus = 0;
    if (count_sizes(f) < SIZES_LEAST)
        return false;
    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
        for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
            if (is_length(f, at, types[t].form, &plus)) {
                *out = (struct beginning_length){true, at, types[t].type, types[t].form, plus};
                return true;
            }
    return false;
}
