/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - a table with the hash beside each flow, so that only the flow that is looked for is touched; linear
 * probing, doubled when three of four slots are taken. In front of it is a small one by a cheap hash, for most packets
 * belong to a few flows. */
#include "flow/table.h"

#include "util/mix.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024, RECENT = 1024 };

struct slot {
    struct flow *flow; /* NULL: free */
    uint32_t hash;
};

struct flow_table {
    struct siphash_key key;
    struct slot *slots;
    size_t n_slots; /* a power of two */
    uint64_t count;
    struct slot recent[RECENT];
};

struct flow_table *flow_table_new(const struct siphash_key *key)
{
    struct flow_table *t = xcalloc(1, sizeof(*t));
    t->key = *key;
    t->n_slots = FIRST_SLOTS;
    t->slots = xcalloc_table(t->n_slots, sizeof(*t->slots));
    return t;
}

void flow_table_free(struct flow_table *t)
{
    if (!t)
        return;
    free(t->slots);
    free(t);
}

uint32_t flow_table_hash(const struct flow_table *t, const struct flow_key *key)
{
    return (uint32_t)siphash(&t->key, key, sizeof(*key));
}

static bool has_key(const struct slot *s, uint32_t hash, const struct flow_key *key)
{
    return s->flow && s->hash == hash && memcmp(&s->flow->key, key, sizeof(*key)) == 0;
}

/* --- found last --------------------------------------------------------------------------------------- */

static struct slot *recent(struct flow_table *t, const struct flow_key *key, uint32_t *hash)
{
    uint64_t h = mix_bytes(0, key, sizeof(*key));
    *hash = (uint32_t)(h >> 32);
    return &t->recent[h % RECENT];
}

struct flow *flow_table_recent(struct flow_table *t, const struct flow_key *key)
{
    uint32_t hash;
    const struct slot *s = recent(t, key, &hash);
    return has_key(s, hash, key) ? s->flow : NULL;
}

static void remember(struct flow_table *t, struct flow *f)
{
    uint32_t hash;
    struct slot *s = recent(t, &f->key, &hash);
    *s = (struct slot){f, hash};
}

static void forget(struct flow_table *t, const struct flow *f)
{
    uint32_t hash;
    struct slot *s = recent(t, &f->key, &hash);
    if (s->flow == f)
        s->flow = NULL;
}

/* --- all ---------------------------------------------------------------------------------------------- */

static size_t behind(const struct flow_table *t, size_t i)
{
    return (i + 1) & (t->n_slots - 1);
}

struct flow *flow_table_find(struct flow_table *t, const struct flow_key *key, uint32_t hash)
{
    for (size_t i = hash & (t->n_slots - 1); t->slots[i].flow; i = behind(t, i)) {
        if (!has_key(&t->slots[i], hash, key))
            continue;
        remember(t, t->slots[i].flow);
        return t->slots[i].flow;
    }
    return NULL;
}

static void put(struct flow_table *t, struct slot s)
{
    size_t i = s.hash & (t->n_slots - 1);
    while (t->slots[i].flow)
        i = behind(t, i);
    t->slots[i] = s;
}

static void grow(struct flow_table *t)
{
    struct slot *old = t->slots;
    size_t n = t->n_slots;
    t->n_slots *= 2;
    t->slots = xcalloc_table(t->n_slots, sizeof(*t->slots));
    for (size_t i = 0; i < n; i++)
        if (old[i].flow)
            put(t, old[i]);
    free(old);
}

void flow_table_add(struct flow_table *t, struct flow *f)
{
    if (4 * (t->count + 1) > 3 * t->n_slots)
        grow(t);
    put(t, (struct slot){f, f->hash});
    remember(t, f);
    t->count++;
}

/* Frees slot i: moves those behind it up that were put there because it was taken. */
static void close_gap(struct flow_table *t, size_t i)
{
    size_t mask = t->n_slots - 1;
    for (size_t at = behind(t, i); t->slots[at].flow; at = behind(t, at)) {
        size_t home = t->slots[at].hash & mask;
        if (((at - home) & mask) < ((at - i) & mask))
            continue;
        t->slots[i] = t->slots[at];
        i = at;
    }
    t->slots[i].flow = NULL;
}

void flow_table_remove(struct flow_table *t, struct flow *f)
{
    size_t i = f->hash & (t->n_slots - 1);
    while (t->slots[i].flow != f)
        i = behind(t, i);
    close_gap(t, i);
    forget(t, f);
    t->count--;
}

uint64_t flow_table_count(const struct flow_table *t)
{
    return t->count;
}
