/* SPDX-License-Identifier: BSD-2-Clause */
/* holes.c - ranges in the order in which they arose, which is that of their numbers. */
#include "flow/holes.h"

#include "util/seq.h"
#include "util/xalloc.h"

#include <string.h>

enum { HOLES_MAX = 16 };

struct holes {
    uint64_t given_up; /* bytes of holes that are not known any more */
    unsigned n;
    struct {
        uint32_t from, to;
    } v[HOLES_MAX];
};

static void remove_at(struct holes *h, unsigned i)
{
    h->n--;
    memmove(&h->v[i], &h->v[i + 1], (h->n - i) * sizeof(h->v[0]));
}

static void forget_oldest(struct holes *h)
{
    h->given_up += h->v[0].to - h->v[0].from;
    remove_at(h, 0);
}

static void insert_at(struct holes *h, unsigned i, uint32_t from, uint32_t to)
{
    if (h->n == HOLES_MAX) {
        forget_oldest(h);
        i -= i > 0;
    }
    memmove(&h->v[i + 1], &h->v[i], (h->n - i) * sizeof(h->v[0]));
    h->n++;
    h->v[i].from = from;
    h->v[i].to = to;
}

void holes_add(struct holes **h, uint32_t from, uint32_t to)
{
    if (!*h)
        *h = xcalloc(1, sizeof(**h));
    insert_at(*h, (*h)->n, from, to);
}

/* Takes [from, to) out of hole *i and moves *i on to the next hole to look at. Returns the bytes taken out. */
static uint32_t fill_one(struct holes *h, unsigned *i, uint32_t from, uint32_t to)
{
    uint32_t hole_from = h->v[*i].from, hole_to = h->v[*i].to;
    if (seq_diff(from, hole_from) < 0)
        from = hole_from;
    if (seq_diff(to, hole_to) > 0)
        to = hole_to;
    if (seq_diff(to, from) <= 0) {
        ++*i;
        return 0;
    }
    if (from == hole_from && to == hole_to) {
        remove_at(h, *i);
    } else if (from == hole_from) {
        h->v[(*i)++].from = to;
    } else {
        h->v[*i].to = from;
        if (to != hole_to)
            insert_at(h, *i + 1, to, hole_to);
        ++*i;
    }
    return to - from;
}

uint32_t holes_fill(struct holes *h, uint32_t from, uint32_t to)
{
    uint32_t filled = 0;
    for (unsigned i = 0; h && i < h->n;)
        filled += fill_one(h, &i, from, to);
    return filled;
}

uint64_t holes_bytes(const struct holes *h)
{
    uint64_t bytes = h ? h->given_up : 0;
    for (unsigned i = 0; h && i < h->n; i++)
        bytes += h->v[i].to - h->v[i].from;
    return bytes;
}

size_t holes_size(void)
{
    return sizeof(struct holes);
}
