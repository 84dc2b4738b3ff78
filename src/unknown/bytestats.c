/* SPDX-License-Identifier: BSD-2-Clause */
/* bytestats.c - entropy and chi-square of bytes. */
#include "unknown/bytestats.h"

#include <math.h>

void bytestats_add(struct bytestats *b, const struct message *m, uint32_t first, uint32_t behind)
{
    for (uint32_t i = first; i < behind && i < m->kept; i++) {
        b->count[message_at(m, i)]++;
        b->n++;
    }
}

double bytestats_entropy(const struct bytestats *b)
{
    double h = 0;
    for (unsigned i = 0; i < 256; i++)
        if (b->count[i])
            h -= (double)b->count[i] / b->n * log2((double)b->count[i] / b->n);
    return h > 0 ? h : 0;
}

uint32_t bytestats_distinct(const struct bytestats *b)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < 256; i++)
        n += b->count[i] != 0;
    return n;
}

uint32_t bytestats_printable(const struct bytestats *b)
{
    uint32_t n = b->count['\t'] + b->count['\r'] + b->count['\n'];
    for (unsigned i = 0x20; i < 0x7f; i++)
        n += b->count[i];
    return n;
}

bool bytestats_text(const struct bytestats *b)
{
    return bytestats_printable(b) > 0.9 * b->n;
}

double bytestats_chi2(const struct bytestats *b)
{
    double expected = b->n / 256.0, chi2 = 0;
    if (!b->n)
        return 0;
    for (unsigned i = 0; i < 256; i++)
        chi2 += (b->count[i] - expected) * (b->count[i] - expected) / expected;
    return (chi2 - 255) / sqrt(510);
}

bool bytestats_random(const struct bytestats *b)
{
    return b->n >= BYTESTATS_ENOUGH && fabs(bytestats_chi2(b)) < 4;
}
