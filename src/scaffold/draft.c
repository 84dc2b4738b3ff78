/* SPDX-License-Identifier: BSD-2-Clause */
/* draft.c - what first messages of a group have in common. */
#include "scaffold/draft.h"

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
    if (from->n_messages == 0 || (s->stream && (s->midstream || s->lossy)))
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

static void collect(struct firsts *f, const struct profile *p, unsigned side)
{
    f->n = 0;
    for (size_t i = 0; i < p->n_flows && f->n < PROFILE_FLOWS; i++)
        f->n += first_message(&f->v[f->n], p->flow[i], side);
}

/* What a byte that is always the same is worth, in bits: zeros, ones and text are in messages of many protocols. */
static unsigned byte_bits(uint8_t byte)
{
    enum { ZERO = 2, ONES = 4, TEXT = 5, OTHER = 8 };
    if (byte == 0)
        return ZERO;
    return byte == 0xff ? ONES : byte >= 0x20 && byte < 0x7f ? TEXT : OTHER;
}

static bool is_fixed(const struct firsts *f, uint32_t at)
{
    int first = message_at(&f->v[0], at);
    for (uint32_t i = 1; i < f->n; i++)
        if (message_at(&f->v[i], at) != first)
            return false;
    return first >= 0;
}

static void find_bytes(struct draft *d, const struct firsts *f)
{
    for (uint32_t at = 0; at < DRAFT_HEAD; at++) {
        d->fixed[at] = is_fixed(f, at);
        if (!d->fixed[at])
            continue;
        d->value[at] = f->v[0].bytes[at];
        d->bits += byte_bits(d->value[at]);
    }
}

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

static void find_length(struct draft *d, const struct firsts *f)
{
    enum { SIZES_LEAST = 3, LENGTH_BITS = 10 };
    static const struct {
        const char *type;
        struct number_form form;
    } types[] = {{"u16be", {2, false}}, {"u16le", {2, true}}, {"u32be", {4, false}}, {"u32le", {4, true}},
                 {"u24be", {3, false}}, {"u24le", {3, true}}, {"u8", {1, false}}};
    if (count_sizes(f) < SIZES_LEAST)
        return;
    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
        for (uint32_t at = 0; at < DRAFT_HEAD && !d->length.given; at++)
            if (is_length(f, at, types[t].form, &d->length.plus)) {
                d->length = (struct draft_length){true, at, types[t].type, types[t].form, d->length.plus};
                d->bits += LENGTH_BITS;
            }
}

static void find_example(struct draft *d, const struct firsts *f)
{
    for (uint32_t i = 0; i < f->n && !d->example.kept; i++)
        if (f->v[i].kept == f->v[i].size && f->v[i].size <= SAMPLE_BYTES)
            d->example = f->v[i];
}

static struct draft of_side(const struct profile *p, unsigned side)
{
    struct firsts f;
    struct draft d = {.profile = p, .side = side};
    collect(&f, p, side);
    d.flows = f.n;
    if (f.n < DRAFT_FLOWS)
        return d;
    find_bytes(&d, &f);
    find_length(&d, &f);
    find_example(&d, &f);
    return d;
}

static void refuse(struct draft *d)
{
    const struct profile *p = d->profile;
    if (p->group->small || !p->inferred)
        snprintf(d->refused, DRAFT_WHY, "nothing is said of its structure: %s",
                 p->group->small ? "too few flows" : group_kinds[p->group->kind].text);
    else if (d->flows < DRAFT_FLOWS)
        snprintf(d->refused, DRAFT_WHY, "only %u flows have their beginning, of %d at least", d->flows, DRAFT_FLOWS);
    else if (d->bits < DRAFT_BITS)
        snprintf(d->refused, DRAFT_WHY, "what all first messages have in common is worth %u bits, of %d at least",
                 d->bits, DRAFT_BITS);
}

/* The side that tells more; the client's when both tell as much. */
void draft_make(struct draft *d, const struct profile *p)
{
    struct draft server = of_side(p, 1);
    *d = of_side(p, 0);
    if (server.flows >= DRAFT_FLOWS &&
        (d->flows < DRAFT_FLOWS || (server.flows >= d->flows && server.bits > d->bits)))
        *d = server;
    if (p->transport != IPPROTO_NUM_TCP && p->transport != IPPROTO_NUM_UDP)
        snprintf(d->refused, DRAFT_WHY, "it is neither TCP nor UDP");
    else
        refuse(d);
    snprintf(d->id, sizeof(d->id), "unknown.%s.%s", p->id + 1, p->name); /* without its U: ids have no capitals */
}

uint32_t draft_run(const struct draft *d, uint32_t at)
{
    uint32_t n = 0;
    while (at + n < DRAFT_HEAD && d->fixed[at + n])
        n++;
    return n;
}

uint32_t draft_reach(const struct draft *d)
{
    uint32_t reach = d->length.given ? d->length.at + d->length.form.width : 0;
    for (uint32_t at = 0; at < DRAFT_HEAD; at++)
        if (d->fixed[at] && at + 1 > reach)
            reach = at + 1;
    return reach;
}

void draft_judge(struct draft *d)
{
    enum { ONE_IN = 1000, FIRST_HITS = 10 };
    if (d->refused[0])
        return;
    if (d->known_hits * ONE_IN > d->known)
        snprintf(d->refused, DRAFT_WHY, "%" PRIu64 " of %" PRIu64 " flows that nDPI recognises have it, too",
                 d->known_hits, d->known);
    else if (d->hits * FIRST_HITS < (d->hits + d->misses) * (FIRST_HITS - 1))
        snprintf(d->refused, DRAFT_WHY, "%" PRIu64 " of %" PRIu64 " flows of the group do not have it", d->misses,
                 d->hits + d->misses);
}
