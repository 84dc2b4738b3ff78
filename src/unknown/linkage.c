/* SPDX-License-Identifier: BSD-2-Clause */
/* linkage.c - by chains of nearest neighbours (F. Murtagh, "A survey of recent advances in hierarchical clustering
 * algorithms", 1983): in each step two heaps that are nearest to each other become one, in n^2 steps for all. */
#include "unknown/linkage.h"

#include "util/xalloc.h"

#include <stdlib.h>

enum { NONE = UINT32_MAX };

struct work {
    float *distances;
    uint32_t *weight;
    uint32_t *alive; /* heaps that may still grow, ascending */
    size_t n_alive;
    uint32_t *chain; /* each the nearest of the one before */
    size_t n_chain;
    uint32_t *heap;
    float cut;
};

static float *between(struct work *w, uint32_t a, uint32_t b)
{
    return &w->distances[a > b ? linkage_at(a, b) : linkage_at(b, a)];
}

/* Nothing when all others are farther than the cut: they will never be nearer, for a mean is never less than the
 * least of what it is made of. The one before in the chain goes first among equals, so that chains end. */
static uint32_t nearest_of(struct work *w, uint32_t a, uint32_t before)
{
    uint32_t best = before;
    float least = before == NONE ? w->cut : *between(w, a, before);
    for (size_t i = 0; i < w->n_alive; i++) {
        uint32_t b = w->alive[i];
        if (b == a)
            continue;
        float d = *between(w, a, b);
        if (d < least || (best == NONE && d <= least)) {
            best = b;
            least = d;
        }
    }
    return best;
}

static void take_out(struct work *w, uint32_t a)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n_alive; i++)
        if (w->alive[i] != a)
            w->alive[kept++] = w->alive[i];
    w->n_alive = kept;
}

static void join(struct work *w, uint32_t a, uint32_t b)
{
    uint32_t into = a < b ? a : b, gone = a < b ? b : a;
    float share = (float)w->weight[gone] / ((float)w->weight[into] + (float)w->weight[gone]);
    take_out(w, gone);
    for (size_t i = 0; i < w->n_alive; i++) {
        uint32_t c = w->alive[i];
        if (c != into)
            *between(w, into, c) += share * (*between(w, gone, c) - *between(w, into, c));
    }
    w->weight[into] += w->weight[gone];
    w->heap[gone] = into;
}

static void step(struct work *w)
{
    if (!w->n_chain)
        w->chain[w->n_chain++] = w->alive[0];
    uint32_t top = w->chain[w->n_chain - 1];
    uint32_t before = w->n_chain > 1 ? w->chain[w->n_chain - 2] : NONE;
    uint32_t next = nearest_of(w, top, before);
    if (next == NONE) {
        take_out(w, top);
        w->n_chain--;
    } else if (next == before) {
        join(w, top, next);
        w->n_chain -= 2;
    } else {
        w->chain[w->n_chain++] = next;
    }
}

void linkage(float *distances, const uint32_t *weight, size_t n, float cut, uint32_t *heap)
{
    struct work w = {
        .distances = distances, .weight = xcalloc(n, sizeof(*weight)), .alive = xcalloc(n, sizeof(*w.alive)),
        .n_alive = n, .chain = xcalloc(n + 1, sizeof(*w.chain)), .heap = heap, .cut = cut,
    };
    for (size_t i = 0; i < n; i++) {
        w.weight[i] = weight[i];
        w.alive[i] = heap[i] = (uint32_t)i;
    }
    while (w.n_alive)
        step(&w);
    for (size_t i = 0; i < n; i++)
        heap[i] = heap[heap[i]]; /* what a heap went into is lower, and was looked up already */
    free(w.weight);
    free(w.alive);
    free(w.chain);
}
