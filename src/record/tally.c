/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.c - rows in an array, found by a hash table of chains; once it is full, a heap with the lightest row
 * on top says which row to give up. */
#include "record/tally.h"

#include <stdlib.h>

#include "util/siphash.h"
#include "util/xalloc.h"

enum { NONE = UINT32_MAX, FIRST_ROWS = 64 };

struct row {
    struct dpi_tally_row sum; /* its name is ours */
    uint64_t hash;
    uint32_t next; /* in the chain */
    uint32_t heap_at;
};

struct tally {
    struct siphash_key key;
    struct row *rows;
    uint32_t n, room, cap;
    uint32_t *chains; /* 2 * room of them, a power of 2 */
    uint32_t *heap;   /* rows, from when the tally is full; else NULL */
    struct dpi_tally_row *report;
    bool lost;
};

struct tally *tally_new(uint32_t cap)
{
    struct tally *t = xcalloc(1, sizeof(*t));
    t->key = siphash_random_key();
    t->cap = cap;
    return t;
}

void tally_free(struct tally *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->n; i++)
        free((char *)t->rows[i].sum.name.p);
    free(t->rows);
    free(t->chains);
    free(t->heap);
    free(t->report);
    free(t);
}

/* --- hash table --------------------------------------------------------------------------------------- */

static uint32_t *chain_of(const struct tally *t, uint64_t hash)
{
    return &t->chains[hash & (2 * (uint64_t)t->room - 1)];
}

static void link_row(struct tally *t, uint32_t i)
{
    uint32_t *chain = chain_of(t, t->rows[i].hash);
    t->rows[i].next = *chain;
    *chain = i;
}

static void unlink_row(struct tally *t, uint32_t i)
{
    uint32_t *at = chain_of(t, t->rows[i].hash);
    while (*at != i)
        at = &t->rows[*at].next;
    *at = t->rows[i].next;
}

static uint32_t find(const struct tally *t, struct dpi_text name, uint64_t hash)
{
    uint32_t i = t->room ? *chain_of(t, hash) : NONE;
    while (i != NONE && !(t->rows[i].hash == hash && dpi_text_eq(t->rows[i].sum.name, name)))
        i = t->rows[i].next;
    return i;
}

static void grow(struct tally *t)
{
    t->room = t->room ? 2 * t->room : FIRST_ROWS;
    t->rows = xrealloc(t->rows, t->room, sizeof(*t->rows));
    t->chains = xrealloc(t->chains, 2 * (size_t)t->room, sizeof(*t->chains));
    for (size_t i = 0; i < 2 * (size_t)t->room; i++)
        t->chains[i] = NONE;
    for (uint32_t i = 0; i < t->n; i++)
        link_row(t, i);
}

/* --- order -------------------------------------------------------------------------------------------- */

/* Negative: a stands before b in the report. */
static int compare_rows(const void *pa, const void *pb)
{
    const struct dpi_tally_row *a = pa, *b = pb;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return dpi_text_cmp(a->name, b->name);
}

static bool lighter(const struct tally *t, uint32_t a, uint32_t b)
{
    return compare_rows(&t->rows[a].sum, &t->rows[b].sum) > 0;
}

/* --- heap --------------------------------------------------------------------------------------------- */

static void place(struct tally *t, uint32_t at, uint32_t row)
{
    t->heap[at] = row;
    t->rows[row].heap_at = at;
}

/* Rows only become heavier, so they only sink. */
static void sink(struct tally *t, uint32_t at)
{
    uint32_t row = t->heap[at];
    for (uint64_t child; (child = 2 * (uint64_t)at + 1) < t->n; at = (uint32_t)child) {
        if (child + 1 < t->n && lighter(t, t->heap[child + 1], t->heap[child]))
            child++;
        if (!lighter(t, t->heap[child], row))
            break;
        place(t, at, t->heap[child]);
    }
    place(t, at, row);
}

static void build_heap(struct tally *t)
{
    t->heap = xrealloc(NULL, t->n, sizeof(*t->heap));
    for (uint32_t i = 0; i < t->n; i++)
        place(t, i, i);
    for (uint32_t i = t->n / 2; i-- > 0;)
        sink(t, i);
}

/* --- counting ----------------------------------------------------------------------------------------- */

static void name_row(struct tally *t, uint32_t i, struct dpi_text name, uint64_t hash, uint64_t inherited)
{
    char *copy = xmemdup(name.p ? name.p : "", name.n);
    t->rows[i].hash = hash;
    t->rows[i].sum = (struct dpi_tally_row){.name = {copy, name.n}, .bytes = inherited, .error = inherited};
    link_row(t, i);
}

static uint32_t new_row(struct tally *t, struct dpi_text name, uint64_t hash)
{
    if (t->n < t->cap) {
        if (t->n == t->room)
            grow(t);
        name_row(t, t->n, name, hash, 0);
        return t->n++;
    }
    if (!t->heap)
        build_heap(t);
    uint32_t i = t->heap[0];
    uint64_t inherited = t->rows[i].sum.bytes;
    t->lost = true;
    unlink_row(t, i);
    free((char *)t->rows[i].sum.name.p);
    name_row(t, i, name, hash, inherited);
    return i;
}

void tally_add(struct tally *t, struct dpi_text name, uint64_t packets, uint64_t bytes)
{
    if (name.n > TALLY_NAME_MAX)
        name.n = TALLY_NAME_MAX;
    uint64_t hash = siphash(&t->key, name.p, name.n);
    uint32_t i = find(t, name, hash);
    if (i == NONE)
        i = new_row(t, name, hash);
    t->rows[i].sum.flows++;
    t->rows[i].sum.packets += packets;
    t->rows[i].sum.bytes += bytes;
    if (t->heap)
        sink(t, t->rows[i].heap_at);
}

struct dpi_tally tally_report(struct tally *t)
{
    t->report = xrealloc(t->report, t->n, sizeof(*t->report));
    for (uint32_t i = 0; i < t->n; i++)
        t->report[i] = t->rows[i].sum;
    qsort(t->report, t->n, sizeof(*t->report), compare_rows);
    return (struct dpi_tally){.rows = t->report, .n = t->n, .complete = !t->lost};
}
