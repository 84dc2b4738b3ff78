/* SPDX-License-Identifier: BSD-2-Clause */
/* kinds.c - zeros, one message, text, random or binary. */
#include "unknown/kinds.h"

#include "unknown/bytestats.h"

#include <math.h>

const struct group_word group_kinds[GROUP_KINDS] = {
#define KIND(name, text, doc) {text, doc},
#include "unknown/kinds.def"
#undef KIND
};

enum { CONSTANT_HEAD = 16, RUN_OF_TEXT = 20, FIRST_TEXT = 6 };

static bool is_print(int b)
{
    return b >= 0x20 && b < 0x7f;
}

static void add_sample(struct bytestats *b, const struct sample *s)
{
    for (unsigned side = 0; side < 2; side++)
        for (uint32_t i = 0; i < s->side[side].n_messages; i++) {
            struct message m = sample_get(s, side, i);
            bytestats_add(b, &m, 0, m.kept);
        }
}

/* --- one flow ----------------------------------------------------------------------------------------- */

static bool begins_with_text(const struct message *m)
{
    uint32_t run = 0, longest = 0;
    for (uint32_t i = 0; i < m->kept; i++) {
        run = is_print(message_at(m, i)) ? run + 1 : 0;
        if (run == FIRST_TEXT && i + 1 == FIRST_TEXT)
            return true;
        longest = run > longest ? run : longest;
    }
    return longest >= RUN_OF_TEXT;
}

/* The rules by which a firewall was seen to tell encrypted first packets: M. Wu et al., "How the Great Firewall of
 * China Detects and Blocks Fully Encrypted Traffic", USENIX Security 2023. */
static bool balanced_bits(const struct bytestats *b)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < 256; i++)
        bits += b->count[i] * (uint32_t)__builtin_popcount(i);
    double mean = (double)bits / b->n;
    return mean > 3.4 && mean < 4.6 && bytestats_printable(b) * 2 <= b->n;
}

bool sample_looks_random(const struct sample *s)
{
    struct bytestats all = {0};
    add_sample(&all, s);
    if (all.n < 32 || !balanced_bits(&all))
        return false;
    for (unsigned side = 0; side < 2; side++) {
        struct message first = {0};
        if (s->side[side].n_messages)
            first = sample_get(s, side, 0);
        if (begins_with_text(&first))
            return false;
    }
    double most = log2(all.n < 256 ? all.n : 256);
    return all.n >= BYTESTATS_ENOUGH ? bytestats_random(&all) : bytestats_entropy(&all) >= 0.93 * most;
}

/* --- a group ------------------------------------------------------------------------------------------ */

static bool same_sides(const struct sample *a, const struct sample *b, unsigned side)
{
    struct message one = sample_get(a, side, 0);
    for (uint32_t i = 0; i < b->side[side].n_messages; i++) {
        struct message m = sample_get(b, side, i);
        if (m.size != one.size || m.kept != one.kept || (m.kept && memcmp(m.bytes, one.bytes, m.kept) != 0))
            return false;
    }
    return true;
}

static const struct sample *first_speaking(const struct samples *s, const uint32_t *member, size_t n, unsigned side)
{
    for (size_t i = 0; i < n; i++)
        if (s->v[member[i]]->side[side].n_messages)
            return s->v[member[i]];
    return NULL;
}

static bool all_the_same(const struct samples *s, const uint32_t *member, size_t n)
{
    uint32_t messages = 0;
    for (unsigned side = 0; side < 2; side++) {
        const struct sample *first = first_speaking(s, member, n, side);
        for (size_t i = 0; first && i < n; i++) {
            if (!same_sides(first, s->v[member[i]], side))
                return false;
            messages += s->v[member[i]]->side[side].n_messages;
        }
    }
    return messages > 2;
}

/* A byte at the beginning that all first messages of a side agree in: no random bytes. */
static bool has_constant(const struct samples *s, const uint32_t *member, size_t n, unsigned side)
{
    for (uint32_t at = 0; at < CONSTANT_HEAD; at++) {
        struct bytestats b = {0};
        for (size_t i = 0; i < n; i++)
            for (uint32_t k = 0; k < s->v[member[i]]->side[side].n_messages; k++) {
                struct message m = sample_get(s->v[member[i]], side, k);
                bytestats_add(&b, &m, at, at + 1);
            }
        if (b.n >= 5 && bytestats_distinct(&b) == 1)
            return true;
    }
    return false;
}

enum group_kind kind_of(const struct samples *s, const uint32_t *member, size_t n)
{
    struct bytestats all = {0};
    for (size_t i = 0; i < n; i++)
        add_sample(&all, s->v[member[i]]);
    if (!all.n)
        return GROUP_EMPTY;
    if (all.count[0] == all.n)
        return GROUP_ZERO;
    if (all_the_same(s, member, n))
        return GROUP_SAME;
    if (bytestats_text(&all))
        return GROUP_TEXT;
    if (bytestats_random(&all) && !has_constant(s, member, n, 0) && !has_constant(s, member, n, 1))
        return GROUP_RANDOM;
    return GROUP_BINARY;
}
