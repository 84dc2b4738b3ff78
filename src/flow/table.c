/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - chained hash table that doubles when it has one flow a bucket. */
#include "flow/table.h"

#include "util/mix.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 1024, RECENT = 1024 };

struct flow_table {
    struct siphash_key key;
    struct flow **buckets;
    size_t n_buckets; /* a power of two */
    uint64_t count;
    struct flow *recent[RECENT]; /* found last, by a cheap hash: most packets belong to a few flows */
};

struct flow_table *flow_table_new(const struct siphash_key *key)
{
    struct flow_table *t = xcalloc(1, sizeof(*t));
    t->key = *key;
    t->n_buckets = FIRST_BUCKETS;
    t->buckets = xcalloc(t->n_buckets, sizeof(struct flow *));
    return t;
}

void flow_table_free(struct flow_table *t)
{
    if (!t)
        return;
    free(t->buckets);
    free(t);
}

uint32_t flow_table_hash(const struct flow_table *t, const struct flow_key *key)
{
    return (uint32_t)siphash(&t->key, key, sizeof(*key));
}

static struct flow **bucket(const struct flow_table *t, uint32_t hash)
{
    return &t->buckets[hash & (t->n_buckets - 1)];
}

static struct flow **recent(struct flow_table *t, const struct flow_key *key)
{
    return &t->recent[mix_bytes(0, key, sizeof(*key)) % RECENT];
}

struct flow *flow_table_recent(struct flow_table *t, const struct flow_key *key)
{
    struct flow *f = *recent(t, key);
    return f && memcmp(&f->key, key, sizeof(*key)) == 0 ? f : NULL;
}

struct flow *flow_table_find(struct flow_table *t, const struct flow_key *key, uint32_t hash)
{
    for (struct flow *f = *bucket(t, hash); f; f = f->chain)
        if (f->hash == hash && memcmp(&f->key, key, sizeof(*key)) == 0)
            return *recent(t, key) = f;
    return NULL;
}

static void push(const struct flow_table *t, struct flow *f)
{
    struct flow **b = bucket(t, f->hash);
    f->chain = *b;
    *b = f;
}

static void grow(struct flow_table *t)
{
    struct flow **old = t->buckets;
    size_t n = t->n_buckets;
    t->n_buckets *= 2;
    t->buckets = xcalloc(t->n_buckets, sizeof(struct flow *));
    for (size_t i = 0; i < n; i++) {
        for (struct flow *f = old[i], *next; f; f = next) {
            next = f->chain;
            push(t, f);
        }
    }
    free(old);
}

void flow_table_add(struct flow_table *t, struct flow *f)
{
    if (t->count >= t->n_buckets && t->n_buckets < (size_t)1 << 31)
        grow(t);
    push(t, f);
    *recent(t, &f->key) = f;
    t->count++;
}

void flow_table_remove(struct flow_table *t, struct flow *f)
{
    struct flow **link = bucket(t, f->hash);
    while (*link != f)
        link = &(*link)->chain;
    *link = f->chain;
    f->chain = NULL;
    struct flow **at = recent(t, &f->key);
    if (*at == f)
        *at = NULL;
    t->count--;
}

uint64_t flow_table_count(const struct flow_table *t)
{
    return t->count;
}
