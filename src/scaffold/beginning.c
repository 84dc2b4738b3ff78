/* SPDX-License-Identifier: BSD-2-Clause */
/* beginning.c - a length, and as many bytes as are needed. */
#include "scaffold/beginning.h"

#include "decode/decode.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* First messages of one side. */
struct firsts {
    struct message v[PROFILE_FLOWS];
    uint32_t n;
};

/* A datagram; of a stream all that the side sends before the other one does. */
static bool first_message(struct message *out, const struct sample *s, unsigned side)
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

static bool is_whole(const struct sample *s)
{
    return !s->stream || (!s->midstream && !s->lossy);
}

static void collect(struct firsts *f, const struct profile *p, unsigned side)
{
    f->n = 0;
    for (size_t i = 0; i < p->n_flows && f->n < PROFILE_FLOWS; i++)
        f->n += is_whole(p->flow[i]) && first_message(&f->v[f->n], p->flow[i], side);
}

static bool is_fixed(const struct firsts *f, uint32_t at)
{
    int first = message_at(&f->v[0], at);
    for (uint32_t i = 1; i < f->n; i++)
        if (message_at(&f->v[i], at) != first)
            return false;
    return first >= 0;
}

/* What a byte that is always the same is worth, in bits: zeros, ones and text are in messages of many protocols, and
 * zeros seldom come alone. */
static unsigned byte_bits(const struct beginning *b, uint32_t at)
{
    enum { ZERO = 2, NEXT_ZERO = 1, ONES = 4, TEXT = 5, OTHER = 8 };
    uint8_t byte = b->value[at];
    if (byte == 0)
        return at && b->fixed[at - 1] && b->value[at - 1] == 0 ? NEXT_ZERO : ZERO;
    return byte == 0xff ? ONES : byte >= 0x20 && byte < 0x7f ? TEXT : OTHER;
}

static unsigned count_bits(const struct beginning *b)
{
    enum { LENGTH_BITS = 10 };
    unsigned bits = b->length.given ? LENGTH_BITS : 0;
    for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
        bits += b->fixed[at] ? byte_bits(b, at) : 0;
    return bits;
}

/* How far a byte is the same: what all kinds of messages have is likelier of the protocol than what only first
 * messages have, which may be a name or a version. (Zeros on both sides say little.) Of messages of one size a number
 * may be that size, or tell their kind. */
enum reach { IN_BOTH_SIDES, IN_THE_SIDE, IN_FIRSTS, OF_THE_SIZE, REACHES };

static bool in_all(const struct profile_side *s, uint32_t at, uint8_t value)
{
    for (size_t i = 0; i < s->view.m.n; i++)
        if (message_at(&s->view.m.v[i], at) != value)
            return false;
    return true;
}

static bool may_be_size(const struct firsts *f, uint32_t at)
{
    const struct message *m = &f->v[0];
    for (uint32_t i = 1; i < f->n; i++)
        if (f->v[i].size != m->size)
            return false;
    bool alone = (at == 0 || message_at(m, at - 1) != 0) && message_at(m, at + 1) != 0;
    return m->bytes[at] && m->bytes[at] <= m->size && !alone;
}

static enum reach reach_of(const struct beginning *b, const struct firsts *f, uint32_t at)
{
    const struct profile_side *own = &b->profile->side[b->side], *other = &b->profile->side[!b->side];
    uint8_t value = f->v[0].bytes[at];
    if (may_be_size(f, at))
        return OF_THE_SIZE;
    if (!in_all(own, at, value))
        return IN_FIRSTS;
    return value && other->view.m.n && in_all(other, at, value) ? IN_BOTH_SIDES : IN_THE_SIDE;
}

static void take_byte(struct beginning *b, const struct firsts *f, uint32_t at)
{
    b->fixed[at] = true;
    b->value[at] = f->v[0].bytes[at];
    b->bits = count_bits(b);
}

/* No more than is needed: each further byte may be of this capture alone. */
static void find_bytes(struct beginning *b, const struct firsts *f)
{
    for (enum reach reach = 0; reach < REACHES; reach++)
        for (uint32_t at = 0; at < BEGINNING_HEAD && b->bits < BEGINNING_BITS; at++)
            if (is_fixed(f, at) && reach_of(b, f, at) == reach)
                take_byte(b, f, at);
}

/* --- what others have, too ---------------------------------------------------------------------------- */

static bool matches(const struct beginning *b, const struct message *m)
{
    uint64_t v;
    for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
        if (b->fixed[at] && message_at(m, at) != b->value[at])
            return false;
    return !b->length.given || (message_number(m, b->length.at, b->length.form, &v) &&
                                (int64_t)v + b->length.plus == (int64_t)m->size);
}

/* How many of the known flows have what the beginning asks for, and another value at each byte. */
static uint32_t count_known(const struct beginning *b, const struct samples *known, const struct firsts *f,
                            uint32_t others[static BEGINNING_HEAD])
{
    uint32_t n = 0;
    memset(others, 0, BEGINNING_HEAD * sizeof(*others));
    for (size_t i = 0; i < known->n; i++) {
        struct message m;
        if (known->v[i]->transport != b->profile->transport || !first_message(&m, known->v[i], b->side) ||
            !matches(b, &m))
            continue;
        n++;
        for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
            others[at] += is_fixed(f, at) && message_at(&m, at) != f->v[0].bytes[at];
    }
    return n;
}

/* Adds bytes as long as known flows match that a byte tells apart: each time the one that most differ in. */
static void tell_apart(struct beginning *b, const struct firsts *f, const struct samples *known)
{
    uint32_t others[BEGINNING_HEAD];
    while (b->bits >= BEGINNING_BITS && count_known(b, known, f, others)) {
        uint32_t best = 0;
        for (uint32_t at = 1; at < BEGINNING_HEAD; at++)
            best = others[at] > others[best] ? at : best;
        if (!others[best])
            return;
        take_byte(b, f, best);
    }
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

static void find_length(struct beginning *b, const struct firsts *f)
{
    enum { SIZES_LEAST = 3 };
    static const struct {
        const char *type;
        struct number_form form;
    } types[] = {{"u16be", {2, false}}, {"u16le", {2, true}}, {"u32be", {4, false}}, {"u32le", {4, true}},
                 {"u24be", {3, false}}, {"u24le", {3, true}}, {"u8", {1, false}}};
    if (count_sizes(f) < SIZES_LEAST)
        return;
    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
        for (uint32_t at = 0; at < BEGINNING_HEAD && !b->length.given; at++)
            if (is_length(f, at, types[t].form, &b->length.plus)) {
                b->length = (struct beginning_length){true, at, types[t].type, types[t].form, b->length.plus};
                b->bits = count_bits(b);
            }
}

static void find_example(struct beginning *b, const struct firsts *f)
{
    for (uint32_t i = 0; i < f->n && !b->example.kept; i++)
        if (f->v[i].kept == f->v[i].size && f->v[i].size <= SAMPLE_BYTES)
            b->example = f->v[i];
}

void beginning_find(struct beginning *b, const struct profile *p, unsigned side, const struct samples *known)
{
    struct firsts f;
    *b = (struct beginning){.profile = p, .side = side};
    collect(&f, p, side);
    b->flows = f.n;
    if (f.n < BEGINNING_FLOWS)
        return;
    find_length(b, &f);
    find_bytes(b, &f);
    if (known)
        tell_apart(b, &f, known);
    find_example(b, &f);
    b->given = b->bits >= BEGINNING_BITS;
}

uint32_t beginning_run(const struct beginning *b, uint32_t at)
{
    uint32_t n = 0;
    while (at + n < BEGINNING_HEAD && b->fixed[at + n])
        n++;
    return n;
}

uint32_t beginning_reach(const struct beginning *b)
{
    uint32_t reach = b->length.given ? b->length.at + b->length.form.width : 0;
    for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
        if (b->fixed[at] && at + 1 > reach)
            reach = at + 1;
    return reach;
}
