/* SPDX-License-Identifier: BSD-2-Clause */
/* index.c - a chained hash table that doubles when it has one datagram a bucket. */
#include "defrag/index.h"

#include "util/siphash.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 64 };

struct index {
    struct siphash_key key;
    struct datagram **buckets;
    size_t n_buckets; /* a power of two */
    size_t count;
};

struct index *index_new(void)
{
    struct index *x = xcalloc(1, sizeof(*x));
    x->key = siphash_random_key();
    x->n_buckets = FIRST_BUCKETS;
    x->buckets = xcalloc(x->n_buckets, sizeof(struct datagram *));
    return x;
}

void index_free(struct index *x)
{
    if (!x)
        return;
    free(x->buckets);
    free(x);
}

/* --- keys ---------------------------------------------------------------------------------------------- */

static uint8_t *put(uint8_t *to, const void *bytes, size_t n)
{
    memcpy(to, bytes, n);
    return to + n;
}

static uint8_t *put_addr(uint8_t *to, const struct dpi_addr *a)
{
    *to++ = a->family;
    return put(to, a->b, a->family == 4 ? 4 : sizeof(a->b));
}

size_t index_key(uint8_t key[static INDEX_KEY_MAX], const struct decoded *d, bool ignore_vlan)
{
    uint16_t vlan = ignore_vlan ? 0 : d->vlan;
    uint8_t *to = key;
    to = put_addr(to, &d->src);
    to = put_addr(to, &d->dst);
    to = put(to, &d->part.id, sizeof(d->part.id));
    to = put(to, &vlan, sizeof(vlan));
    *to++ = d->src.family == 4 ? d->part.protocol : 0;
    for (unsigned i = 0; i < d->n_tunnels; i++) {
        *to++ = (uint8_t)d->tunnels[i].kind;
        to = put(to, &d->tunnels[i].vni, sizeof(d->tunnels[i].vni));
        to = put_addr(to, &d->tunnels[i].src);
        to = put_addr(to, &d->tunnels[i].dst);
    }
    return (size_t)(to - key);
}

/* --- the table ----------------------------------------------------------------------------------------- */

static struct datagram **bucket(const struct index *x, uint32_t hash)
{
    return &x->buckets[hash & (x->n_buckets - 1)];
}

static void push(const struct index *x, struct datagram *g)
{
    struct datagram **b = bucket(x, g->hash);
    g->chain = *b;
    *b = g;
}

static void grow(struct index *x)
{
    struct datagram **old = x->buckets;
    size_t n = x->n_buckets;
    x->n_buckets *= 2;
    x->buckets = xcalloc(x->n_buckets, sizeof(struct datagram *));
    for (size_t i = 0; i < n; i++) {
        for (struct datagram *g = old[i], *next; g; g = next) {
            next = g->chain;
            push(x, g);
        }
    }
    free(old);
}

struct datagram *index_find(const struct index *x, const uint8_t *key, size_t n)
{
    uint32_t hash = (uint32_t)siphash(&x->key, key, n);
    for (struct datagram *g = *bucket(x, hash); g; g = g->chain)
        if (g->hash == hash && g->key_len == n && memcmp(g->key, key, n) == 0)
            return g;
    return NULL;
}

struct datagram *index_add(struct index *x, const uint8_t *key, size_t n)
{
    if (x->count >= x->n_buckets && x->n_buckets < (size_t)1 << 31)
        grow(x);
    struct datagram *g = datagram_new(key, n);
    g->hash = (uint32_t)siphash(&x->key, key, n);
    push(x, g);
    x->count++;
    return g;
}

void index_remove(struct index *x, struct datagram *g)
{
    struct datagram **link = bucket(x, g->hash);
    while (*link != g)
        link = &(*link)->chain;
    *link = g->chain;
    g->chain = NULL;
    x->count--;
}
