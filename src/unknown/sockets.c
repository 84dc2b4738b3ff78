/* SPDX-License-Identifier: BSD-2-Clause */
/* sockets.c - all sockets of flows in one order, so that those of one place stand beside each other. */
#include "unknown/sockets.h"

#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS_MOST = 8 }; /* at one socket: more are no pair */

struct socket {
    const struct sample *flow;
    uint32_t group;
    uint8_t side;
};

/* A flow of one group whose socket the other has. */
struct shared {
    uint32_t group, other;
    uint64_t flow_id;
};

struct all_shared {
    struct shared *v;
    size_t n, room;
};

static int compare_places(const struct socket *a, const struct socket *b)
{
    int differ = a->flow->transport - b->flow->transport;
    if (!differ)
        differ = a->flow->port[a->side] - b->flow->port[b->side];
    return differ ? differ : memcmp(&a->flow->addr[a->side], &b->flow->addr[b->side], sizeof(a->flow->addr[0]));
}

static int by_place(const void *a, const void *b)
{
    const struct socket *x = a, *y = b;
    int differ = compare_places(x, y);
    return differ ? differ : (x->group > y->group) - (x->group < y->group);
}

static int by_pair(const void *a, const void *b)
{
    const struct shared *x = a, *y = b;
    if (x->group != y->group)
        return x->group > y->group ? 1 : -1;
    if (x->other != y->other)
        return x->other > y->other ? 1 : -1;
    return (x->flow_id > y->flow_id) - (x->flow_id < y->flow_id);
}

static size_t list_sockets(const struct samples *s, const struct groups *g, struct socket *out)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->v[i].n && g->v[i].kind != GROUP_EMPTY; k++) {
            const struct sample *flow = s->v[g->v[i].member[k]];
            for (uint8_t side = 0; side < 2 && flow->has_ports; side++)
                out[n++] = (struct socket){flow, (uint32_t)i, side};
        }
    qsort(out, n, sizeof(*out), by_place);
    return n;
}

static void add_shared(struct all_shared *all, const struct socket *a, uint32_t other)
{
    if (all->n == all->room) {
        all->room = all->room ? 2 * all->room : 64;
        all->v = xrealloc(all->v, all->room, sizeof(*all->v));
    }
    all->v[all->n++] = (struct shared){a->group, other, a->flow->flow_id};
}

/* Entries at one socket, those of a group beside each other. */
struct part {
    size_t from, end;
    bool has_client;
};

static size_t parts_of(const struct socket *v, size_t n, struct part out[static GROUPS_MOST + 1])
{
    size_t parts = 0;
    for (size_t i = 0; i < n && parts <= GROUPS_MOST; i++) {
        if (i == 0 || v[i].group != v[i - 1].group)
            out[parts++] = (struct part){.from = i};
        out[parts - 1].end = i + 1;
        out[parts - 1].has_client = out[parts - 1].has_client || v[i].side == 0;
    }
    return parts;
}

static void look_at(struct all_shared *all, const struct socket *v, size_t n)
{
    struct part part[GROUPS_MOST + 1];
    size_t parts = parts_of(v, n, part);
    for (size_t a = 0; a < parts && parts <= GROUPS_MOST; a++)
        for (size_t b = 0; b < parts; b++)
            for (size_t i = part[a].from; i < part[a].end && a != b; i++)
                if (v[i].side == 0 || part[b].has_client)
                    add_shared(all, &v[i], v[part[b].from].group);
}

/* The partner with most flows; among equals the larger group, which comes first. */
static void count_shared(struct groups *g, const struct shared *v, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        size_t flows = 0;
        for (end = i; end < n && v[end].group == v[i].group && v[end].other == v[i].other; end++)
            flows += end == i || v[end].flow_id != v[end - 1].flow_id;
        struct group *group = &g->v[v[i].group];
        if (flows > group->partner_flows) {
            group->partner = v[i].other;
            group->partner_flows = flows;
        }
    }
}

void sockets_find(const struct samples *s, struct groups *g)
{
    struct socket *v = xcalloc(2 * s->n, sizeof(*v));
    struct all_shared all = {0};
    size_t n = list_sockets(s, g, v);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && compare_places(&v[end], &v[i]) == 0; end++)
            ;
        look_at(&all, v + i, end - i);
    }
    if (all.n)
        qsort(all.v, all.n, sizeof(*all.v), by_pair);
    count_shared(g, all.v, all.n);
    free(all.v);
    free(v);
}
