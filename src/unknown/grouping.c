/* SPDX-License-Identifier: BSD-2-Clause */
/* grouping.c - flows in an order of their own, those that stand for others, heaps of them, groups.
 *
 * Average linkage instead of DBSCAN: headers with many zeros make chains of neighbours that lead from one protocol to
 * the next, and density follows them. */
#include "unknown/grouping.h"

#include "unknown/distance.h"
#include "unknown/kinds.h"
#include "unknown/linkage.h"
#include "unknown/sockets.h"
#include "util/xalloc.h"

#include <stdlib.h>

enum { KNOWN_LEAST = 5 }; /* flows that have a server port, so that it is known */

/* Most flows that are compared with each other; of more, those that begin alike are one. */
enum { COMPARED_MOST = 2500, COMPARED_HEAPS = 400, COMPARED_GROUPS = 50, LOOKED_AT = 4 };

/* Picked as the weights of distance.c were. */
static const float cut = 0.87f;

static const float nothing = 0.9f; /* groups that are farther from each other have no more in common than chance */

struct work {
    const struct samples *samples;
    bool with_port;
    uint32_t *order; /* samples with payload, in an order that follows from what they are */
    size_t n;
    struct features *features; /* by place in the order */
    uint32_t *stands; /* by place in the order: the place of the one that stands for it */
    uint32_t *heap;   /* by place in the order: the place that names its heap */
};

static const struct sample *placed(const struct work *w, size_t place)
{
    return w->samples->v[w->order[place]];
}

/* --- order -------------------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b, void *samples)
{
    const struct samples *s = samples;
    return sample_compare(s->v[*(const uint32_t *)a], s->v[*(const uint32_t *)b]);
}

struct server {
    uint32_t port, place; /* port: with the transport */
};

static int compare_servers(const void *a, const void *b)
{
    const struct server *x = a, *y = b;
    if (x->port != y->port)
        return x->port > y->port ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

static struct server server_of(const struct work *w, size_t place, bool with_port)
{
    const struct features *f = &w->features[place];
    return (struct server){(uint32_t)f->transport << 16 | (with_port ? f->port[1] : 0), (uint32_t)place};
}

/* The first two bytes of a side, or -1. */
static int32_t beginning_of(const struct features *f, unsigned side)
{
    const struct head *h = &f->side[side].head[0];
    return f->side[side].n_heads && h->n >= 2 ? h->byte[0] << 8 | h->byte[1] : -1;
}

/* Those that nearly all flows to a port begin with; -1: there are none. Most of them are found by a vote. */
static int32_t usual_beginning(const struct work *w, const struct server *s, size_t n, unsigned side)
{
    int32_t chosen = -1;
    size_t votes = 0, heard = 0, has = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t b = beginning_of(&w->features[s[i].place], side);
        if (b >= 0 && votes == 0)
            chosen = b;
        if (b >= 0)
            votes += b == chosen ? 1 : (size_t)-1;
    }
    for (size_t i = 0; i < n; i++) {
        int32_t b = beginning_of(&w->features[s[i].place], side);
        heard += b >= 0;
        has += b >= 0 && b == chosen;
    }
    return has * 10 >= heard * 9 ? chosen : -1;
}

static void know_port(struct work *w, const struct server *s, size_t n)
{
    for (unsigned side = 0; side < 2; side++) {
        int32_t usual = usual_beginning(w, s, n, side);
        for (size_t i = 0; i < n; i++) {
            struct features *f = &w->features[s[i].place];
            f->at_known_port = true;
            f->as_usual[side] = usual >= 0 && beginning_of(f, side) == usual;
        }
    }
}

/* Finds the ports that many flows go to. */
static void know_ports(struct work *w)
{
    struct server *s = xcalloc(w->n, sizeof(*s));
    for (size_t i = 0; i < w->n; i++)
        s[i] = server_of(w, i, true);
    qsort(s, w->n, sizeof(*s), compare_servers);
    for (size_t i = 0, end; i < w->n; i = end) {
        for (end = i; end < w->n && s[end].port == s[i].port; end++)
            ;
        if (end - i >= KNOWN_LEAST)
            know_port(w, s + i, end - i);
    }
    free(s);
}

static void open_work(struct work *w, const struct samples *s, enum grouping_by by)
{
    *w = (struct work){.samples = s, .with_port = by != GROUP_BY_PAYLOAD};
    w->order = xcalloc(s->n, sizeof(*w->order));
    for (size_t i = 0; i < s->n; i++)
        if (sample_has_payload(s->v[i]))
            w->order[w->n++] = (uint32_t)i;
    qsort_r(w->order, w->n, sizeof(*w->order), compare_numbers, (void *)s);
    w->features = xcalloc(w->n, sizeof(*w->features));
    w->stands = xcalloc(w->n, sizeof(*w->stands));
    w->heap = xcalloc(w->n, sizeof(*w->heap));
    for (size_t i = 0; i < w->n; i++) {
        features_of(&w->features[i], placed(w, i));
        w->heap[i] = w->stands[i] = (uint32_t)i;
    }
    know_ports(w);
}

static void close_work(struct work *w)
{
    free(w->order);
    free(w->features);
    free(w->stands);
    free(w->heap);
}

/* --- those that stand for others ---------------------------------------------------------------------- */

struct beginning {
    const struct features *f;
    uint32_t place;
    unsigned bytes; /* of each side that count */
};

static int compare_beginnings(const struct beginning *a, const struct beginning *b)
{
    int differ = a->f->transport - b->f->transport;
    if (!differ)
        differ = a->f->port[1] - b->f->port[1];
    for (unsigned side = 0; side < 2 && !differ; side++) {
        const struct features_side *x = &a->f->side[side], *y = &b->f->side[side];
        differ = memcmp(x->head[0].byte, y->head[0].byte, a->bytes);
        if (!differ)
            differ = (x->n_heads != 0) - (y->n_heads != 0);
    }
    return differ;
}

static int compare_placed(const void *a, const void *b)
{
    const struct beginning *x = a, *y = b;
    int differ = compare_beginnings(x, y);
    return differ ? differ : (x->place > y->place) - (x->place < y->place);
}

/* Lets the first of those that begin with the same bytes stand for all. Returns how many stand. */
static size_t collapse(struct work *w, unsigned bytes)
{
    struct beginning *b = xcalloc(w->n, sizeof(*b));
    size_t standing = 0;
    for (size_t i = 0; i < w->n; i++)
        b[i] = (struct beginning){&w->features[i], (uint32_t)i, bytes};
    qsort(b, w->n, sizeof(*b), compare_placed);
    for (size_t i = 0; i < w->n; i++) {
        bool new = i == 0 || compare_beginnings(&b[i - 1], &b[i]) != 0;
        standing += new;
        w->stands[b[i].place] = new ? b[i].place : w->stands[b[i - 1].place];
    }
    free(b);
    return standing;
}

static void choose_standing(struct work *w)
{
    static const unsigned bytes[] = {8, 4};
    size_t standing = w->n;
    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]) && standing > COMPARED_MOST; i++)
        standing = collapse(w, bytes[i]);
}

/* --- heaps -------------------------------------------------------------------------------------------- */

struct standing {
    uint32_t place, weight;
};

static int heaviest_first(const void *a, const void *b)
{
    const struct standing *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static struct standing *list_standing(const struct work *w, size_t *n)
{
    struct standing *v = xcalloc(w->n, sizeof(*v));
    uint32_t *weight = xcalloc(w->n, sizeof(*weight));
    for (size_t i = 0; i < w->n; i++)
        weight[w->stands[i]]++;
    *n = 0;
    for (uint32_t i = 0; i < w->n; i++)
        if (weight[i])
            v[(*n)++] = (struct standing){i, weight[i]};
    free(weight);
    qsort(v, *n, sizeof(*v), heaviest_first);
    return v;
}

static void link_standing(struct work *w, const struct standing *v, size_t n)
{
    float *distances = xcalloc(n * (n - 1) / 2 + 1, sizeof(*distances));
    uint32_t *weight = xcalloc(n, sizeof(*weight)), *heap = xcalloc(n, sizeof(*heap));
    for (size_t i = 0; i < n; i++) {
        weight[i] = v[i].weight;
        for (size_t k = 0; k < i; k++)
            distances[linkage_at(i, k)] =
                distance(&w->features[v[i].place], &w->features[v[k].place], w->with_port);
    }
    linkage(distances, weight, n, cut, heap);
    for (size_t i = 0; i < n; i++)
        w->heap[v[i].place] = v[heap[i]].place;
    free(distances);
    free(weight);
    free(heap);
}

/* Puts what was too much to be compared with all into the heap whose first is nearest. */
static void link_rest(struct work *w, const struct standing *v, size_t compared, size_t n)
{
    for (size_t i = compared; i < n; i++) {
        float least = cut;
        size_t looked_at = 0;
        for (size_t k = 0; k < compared && looked_at < COMPARED_HEAPS; k++) {
            if (w->heap[v[k].place] != v[k].place)
                continue;
            looked_at++;
            float d = distance(&w->features[v[i].place], &w->features[v[k].place], w->with_port);
            if (d < least) {
                least = d;
                w->heap[v[i].place] = v[k].place;
            }
        }
    }
}

static void make_heaps(struct work *w)
{
    size_t n;
    choose_standing(w);
    struct standing *v = list_standing(w, &n);
    size_t compared = n < COMPARED_MOST ? n : COMPARED_MOST;
    if (n) {
        link_standing(w, v, compared);
        link_rest(w, v, compared, n);
    }
    for (size_t i = 0; i < w->n; i++)
        w->heap[i] = w->heap[w->stands[i]];
    free(v);
}

/* Puts flows together that go to one port, or have one transport; the first of them names the heap. */
static void heaps_by(struct work *w, const bool *chosen, bool with_port)
{
    struct server *s = xcalloc(w->n, sizeof(*s));
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (chosen[i])
            s[n++] = server_of(w, i, with_port);
    qsort(s, n, sizeof(*s), compare_servers);
    for (size_t i = 0, first = 0; i < n; i++) {
        first = s[i].port == s[first].port ? first : i;
        w->heap[s[i].place] = s[first].place;
    }
    free(s);
}

/* Samples by heap: those of the heap that place names are number[first[place]] up to below first[place + 1]. */
struct listing {
    uint32_t *first, *number;
};

static struct listing list_heaps(const struct work *w)
{
    struct listing l = {xcalloc(w->n + 2, sizeof(*l.first)), xcalloc(w->n, sizeof(*l.number))};
    for (size_t i = 0; i < w->n; i++)
        l.first[w->heap[i] + 2]++;
    for (size_t i = 2; i < w->n + 2; i++)
        l.first[i] += l.first[i - 1];
    for (size_t i = 0; i < w->n; i++)
        l.number[l.first[w->heap[i] + 1]++] = w->order[i];
    return l;
}

/* Nothing in common but that all of them are random: sizes, or ports. */
static bool is_noise(const struct work *w, const uint32_t *number, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!sample_looks_random(w->samples->v[number[i]]))
            return false;
    return n > 0 && (n < GROUP_LEAST || kind_of(w->samples, number, n) == GROUP_RANDOM);
}

/* Random bytes have nothing in common, so such flows are put together by what is left. */
static void heap_random(struct work *w)
{
    struct listing l = list_heaps(w);
    bool *noise = xcalloc(w->n, sizeof(*noise)), *chosen = xcalloc(w->n, sizeof(*chosen));
    for (size_t i = 0; i < w->n; i++)
        noise[i] = is_noise(w, l.number + l.first[i], l.first[i + 1] - l.first[i]);
    for (size_t i = 0; i < w->n; i++)
        chosen[i] = noise[w->heap[i]];
    heaps_by(w, chosen, w->with_port);
    free(l.first);
    free(l.number);
    free(noise);
    free(chosen);
}

static void heap_by_port(struct work *w)
{
    bool *chosen = xcalloc(w->n, sizeof(*chosen));
    for (size_t i = 0; i < w->n; i++)
        chosen[i] = true;
    heaps_by(w, chosen, true);
    free(chosen);
}

/* --- groups ------------------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b, void *samples)
{
    const struct samples *s = samples;
    uint64_t x = s->v[*(const uint32_t *)a]->flow_id, y = s->v[*(const uint32_t *)b]->flow_id;
    return (x > y) - (x < y);
}

static void describe(struct group *g, const struct samples *s)
{
    size_t messages = 0;
    g->kind = kind_of(s, g->member, g->n);
    for (size_t i = 0; i < g->n; i++)
        messages += s->v[g->member[i]]->n_messages;
    g->small = g->n < GROUP_LEAST && messages < 4 * GROUP_LEAST;
}

/* A few flows of each group, evenly spread. */
struct few {
    const struct features *v[LOOKED_AT];
    uint32_t n;
};

static struct few *choose_few(const struct work *w, const struct groups *g)
{
    struct few *few = xcalloc(g->n, sizeof(*few));
    uint32_t *place = xcalloc(w->samples->n, sizeof(*place));
    for (size_t i = 0; i < w->n; i++)
        place[w->order[i]] = (uint32_t)i;
    for (size_t i = 0; i < g->n; i++) {
        const struct group *from = &g->v[i];
        few[i].n = (uint32_t)(from->kind == GROUP_EMPTY ? 0 : from->n < LOOKED_AT ? from->n : LOOKED_AT);
        for (uint32_t k = 0; k < few[i].n; k++)
            few[i].v[k] = &w->features[place[from->member[k * from->n / few[i].n]]];
    }
    free(place);
    return few;
}

/* Their mean distance; of a group to itself that of different flows. */
static float apart(const struct work *w, const struct few *a, const struct few *b)
{
    float sum = 0;
    unsigned n = 0;
    if (!a->n || !b->n)
        return 1;
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t k = 0; k < b->n; k++)
            if (a != b || i != k) {
                bool same = a->v[i]->transport == b->v[k]->transport;
                sum += same ? distance(a->v[i], b->v[k], w->with_port) : distance_of_payload(a->v[i], b->v[k]);
                n++;
            }
    return n ? sum / (float)n : 0;
}

static void find_nearest(const struct work *w, struct groups *g)
{
    struct few *few = choose_few(w, g);
    for (size_t i = 0; i < g->n; i++) {
        g->v[i].nearest = i;
        g->v[i].nearest_distance = 1;
        g->v[i].cohesion = 1 - apart(w, &few[i], &few[i]);
        for (size_t k = 0; k < g->n && k < COMPARED_GROUPS; k++) {
            float d = k != i && g->v[i].kind != GROUP_EMPTY ? apart(w, &few[i], &few[k]) : 1;
            if (d < nothing && d < g->v[i].nearest_distance) {
                g->v[i].nearest = k;
                g->v[i].nearest_distance = d;
            }
        }
    }
    free(few);
}

static void add_member(struct group *g, uint32_t sample)
{
    if ((g->n & (g->n - 1)) == 0) /* full at every power of two */
        g->member = xrealloc(g->member, g->n ? g->n * 2 : 1, sizeof(*g->member));
    g->member[g->n++] = sample;
}

static int largest_first(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    bool x_empty = x->kind == GROUP_EMPTY, y_empty = y->kind == GROUP_EMPTY;
    if (x_empty != y_empty)
        return x_empty - y_empty;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return (x->nearest > y->nearest) - (x->nearest < y->nearest); /* the heap's place so far */
}

/* The flows without payload are one group, the last. */
static void add_empty(struct groups *g, const struct samples *s)
{
    struct group *empty = &g->v[g->n];
    *empty = (struct group){.nearest = SIZE_MAX};
    for (size_t i = 0; i < s->n; i++)
        if (!sample_has_payload(s->v[i]))
            add_member(empty, (uint32_t)i);
    g->n += empty->n > 0;
}

static void collect(struct groups *g, const struct work *w)
{
    uint32_t *number = xcalloc(w->n, sizeof(*number));
    g->v = xcalloc(w->n + 1, sizeof(*g->v));
    g->n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->heap[i] == i) {
            g->v[g->n].nearest = i;
            number[i] = (uint32_t)g->n++;
        }
    for (size_t i = 0; i < w->n; i++)
        add_member(&g->v[number[w->heap[i]]], w->order[i]);
    free(number);
    add_empty(g, w->samples);
}

void groups_make(struct groups *g, const struct samples *s, enum grouping_by by)
{
    struct work w;
    open_work(&w, s, by);
    if (by == GROUP_BY_PORT) {
        heap_by_port(&w);
    } else {
        make_heaps(&w);
        heap_random(&w);
    }
    collect(g, &w);
    for (size_t i = 0; i < g->n; i++)
        describe(&g->v[i], s);
    qsort(g->v, g->n, sizeof(*g->v), largest_first);
    find_nearest(&w, g);
    for (size_t i = 0; i < g->n; i++)
        qsort_r(g->v[i].member, g->v[i].n, sizeof(uint32_t), compare_ids, (void *)s);
    sockets_find(s, g);
    close_work(&w);
}

void groups_free(struct groups *g)
{
    for (size_t i = 0; i < g->n; i++)
        free(g->v[i].member);
    free(g->v);
    *g = (struct groups){0};
}
