/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnels.c - a hash table of paths with counted holders; numbers of paths nobody holds are used again. */
#include "flow/tunnels.h"

#include "util/xalloc.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct tunnel_path path;
    uint64_t hash;
    uint64_t holders;
    uint32_t next; /* in the bucket, or in the free list */
};

struct tunnels {
    struct siphash_key key;
    struct node *nodes; /* [0] is not used: 0 means none */
    uint32_t n, capacity;
    uint32_t free_list;
    uint32_t live;
    uint32_t *buckets;
    uint32_t n_buckets; /* a power of two */
};

struct tunnels *tunnels_new(const struct siphash_key *key)
{
    struct tunnels *t = xcalloc(1, sizeof(*t));
    t->key = *key;
    t->n = 1;
    t->n_buckets = 16;
    t->buckets = xcalloc(t->n_buckets, sizeof(*t->buckets));
    return t;
}

void tunnels_free(struct tunnels *t)
{
    if (!t)
        return;
    free(t->nodes);
    free(t->buckets);
    free(t);
}

/* Bytes of a path that are set and count: up to its last layer. */
static size_t path_size(const struct tunnel_path *path)
{
    return offsetof(struct tunnel_path, layer) + path->n * sizeof(path->layer[0]);
}

/* Every byte of the path_size is set, so that paths hash and compare as bytes. */
static void path_of(struct tunnel_path *path, const struct decoded *d)
{
    path->n = d->n_tunnels;
    memset(path->layer, 0, path->n * sizeof(path->layer[0]));
    for (unsigned i = 0; i < d->n_tunnels; i++) {
        const struct tunnel_layer *in = &d->tunnels[i];
        bool swap = memcmp(in->src.b, in->dst.b, sizeof(in->src.b)) > 0;
        path->layer[i].kind = in->kind;
        path->layer[i].has_vni = in->has_vni;
        path->layer[i].vni = in->vni;
        path->layer[i].src = swap ? in->dst : in->src;
        path->layer[i].dst = swap ? in->src : in->dst;
    }
}

static void link_node(struct tunnels *t, uint32_t id)
{
    uint32_t *bucket = &t->buckets[t->nodes[id].hash & (t->n_buckets - 1)];
    t->nodes[id].next = *bucket;
    *bucket = id;
}

static void grow_buckets(struct tunnels *t)
{
    free(t->buckets);
    t->n_buckets *= 2;
    t->buckets = xcalloc(t->n_buckets, sizeof(*t->buckets));
    for (uint32_t id = 1; id < t->n; id++)
        if (t->nodes[id].path.n)
            link_node(t, id);
}

static uint32_t new_node(struct tunnels *t)
{
    if (t->free_list) {
        uint32_t id = t->free_list;
        t->free_list = t->nodes[id].next;
        return id;
    }
    if (t->n >= t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 16;
        t->nodes = xrealloc(t->nodes, t->capacity, sizeof(*t->nodes));
    }
    return t->n++;
}

static uint32_t find(const struct tunnels *t, const struct tunnel_path *path, uint64_t hash)
{
    for (uint32_t id = t->buckets[hash & (t->n_buckets - 1)]; id; id = t->nodes[id].next)
        if (t->nodes[id].hash == hash && memcmp(&t->nodes[id].path, path, path_size(path)) == 0)
            return id;
    return 0;
}

static uint32_t add(struct tunnels *t, const struct tunnel_path *path, uint64_t hash)
{
    if (t->live >= t->n_buckets)
        grow_buckets(t);
    uint32_t id = new_node(t);
    t->nodes[id] = (struct node){.hash = hash};
    memcpy(&t->nodes[id].path, path, path_size(path));
    link_node(t, id);
    t->live++;
    return id;
}

uint32_t tunnels_take(struct tunnels *t, const struct decoded *d, bool *is_new)
{
    *is_new = false;
    if (d->n_tunnels == 0)
        return 0;
    struct tunnel_path path;
    path_of(&path, d);
    uint64_t hash = siphash(&t->key, &path, path_size(&path));
    uint32_t id = find(t, &path, hash);
    *is_new = id == 0;
    if (*is_new)
        id = add(t, &path, hash);
    tunnels_hold(t, id);
    return id;
}

void tunnels_hold(struct tunnels *t, uint32_t id)
{
    t->nodes[id].holders++;
}

bool tunnels_drop(struct tunnels *t, uint32_t id)
{
    struct node *node = &t->nodes[id];
    assert(node->holders > 0);
    if (--node->holders > 0)
        return false;
    uint32_t *link = &t->buckets[node->hash & (t->n_buckets - 1)];
    while (*link != id)
        link = &t->nodes[*link].next;
    *link = node->next;
    node->path.n = 0;
    node->next = t->free_list;
    t->free_list = id;
    t->live--;
    return true;
}

const struct tunnel_path *tunnels_path(const struct tunnels *t, uint32_t id)
{
    return &t->nodes[id].path;
}
