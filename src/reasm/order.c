/* SPDX-License-Identifier: BSD-2-Clause */
/* order.c - a queue of segments that wait, looked through again whenever one went out. It is short, so that looking
 * through it costs less than keeping it sorted would. */
#include "reasm/order.h"

#include "util/seq.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum {
    WAIT_MAX = 16,          /* segments that wait ... */
    WAIT_BYTES = 256 << 10, /* ... and their bytes */
    START_MAX = 4,          /* segments that wait for both sides to be known */
    FUTILE_MAX = 3,         /* waits for what was acknowledged in vain, until the other side counts as not captured */
};

struct waiting {
    struct waiting *next; /* in the order of arrival */
    struct segment s;
    uint8_t bytes[];
};

struct order {
    struct {
        uint32_t next;  /* number expected */
        uint32_t first; /* lowest number handed out */
        bool known;     /* both are set */
        bool syn;
    } side[2];
    struct waiting *head, **tail;
    unsigned n;
    uint32_t bytes;
    unsigned futile;
    bool started; /* both sides are known, or as much as can be */
    bool changed;
};

struct order *order_new(void)
{
    struct order *o = xcalloc(1, sizeof(*o));
    o->tail = &o->head;
    return o;
}

void order_free(struct order *o)
{
    if (!o)
        return;
    for (struct waiting *w = o->head, *next; w; w = next) {
        next = w->next;
        free(w);
    }
    free(o);
}

void order_syn_seen(struct order *o, unsigned side, uint32_t next)
{
    o->side[side].next = o->side[side].first = next;
    o->side[side].known = o->side[side].syn = true;
    o->started = o->side[!side].syn;
}

uint32_t order_bytes(const struct order *o)
{
    return o->bytes;
}

bool order_changed(const struct order *o)
{
    return o->changed;
}

/* --- what waits --------------------------------------------------------------------------------------- */

static void wait_for_more(struct order *o, const struct segment *s)
{
    struct waiting *w = xmalloc(sizeof(*w) + s->cap);
    w->next = NULL;
    w->s = *s;
    w->s.ip = memcpy(w->bytes, s->ip, s->cap);
    *o->tail = w;
    o->tail = &w->next;
    o->n++;
    o->bytes += (uint32_t)sizeof(*w) + s->cap;
}

static struct waiting *take_out(struct order *o, struct waiting **link)
{
    struct waiting *w = *link;
    *link = w->next;
    if (!w->next)
        o->tail = link;
    o->n--;
    o->bytes -= (uint32_t)sizeof(*w) + w->s.cap;
    return w;
}

/* --- is it its turn? ---------------------------------------------------------------------------------- */

/* Belongs nowhere in the stream: a reset may have any number, and so may what somebody made up. */
static bool is_apart(const struct order *o, const struct segment *s)
{
    if ((s->flags & TCP_RST) && s->len == 0)
        return true;
    return o->side[s->side].known && seq_is_wild(s->seq, o->side[s->side].next);
}

static bool own_bytes_seen(const struct order *o, const struct segment *s)
{
    return !o->side[s->side].known || seq_diff(s->seq, o->side[s->side].next) <= 0;
}

static bool acked_bytes_seen(const struct order *o, const struct segment *s)
{
    const unsigned other = !s->side;
    if (!(s->flags & TCP_ACK) || !o->side[other].known || o->futile >= FUTILE_MAX)
        return true;
    return seq_diff(s->ack, o->side[other].next) <= 0 || seq_is_wild(s->ack, o->side[other].next);
}

static bool is_ready(const struct order *o, const struct segment *s)
{
    return own_bytes_seen(o, s) && acked_bytes_seen(o, s);
}

/* --- handing out -------------------------------------------------------------------------------------- */

/* Bytes of s that went out before; all of them when nothing is new. */
static uint32_t seen_before(const struct order *o, const struct segment *s)
{
    uint32_t start = segment_start(s);
    int32_t behind = seq_diff(o->side[s->side].next, start);
    if (!o->side[s->side].known || behind <= 0 || seq_diff(start, o->side[s->side].first) < 0)
        return 0;
    return (uint32_t)behind < s->len ? (uint32_t)behind : s->len;
}

static void move_on(struct order *o, const struct segment *s)
{
    uint32_t end = s->seq + segment_span(s);
    if (!o->side[s->side].known) {
        o->side[s->side].known = true;
        o->side[s->side].first = segment_start(s);
        o->side[s->side].next = end;
        return;
    }
    if (s->len && seq_diff(segment_start(s), o->side[s->side].first) < 0)
        o->side[s->side].first = segment_start(s);
    if (seq_diff(end, o->side[s->side].next) > 0)
        o->side[s->side].next = end;
}

static void hand_out(struct order *o, const struct segment *s, bool gap, order_fn *fn, void *ctx)
{
    uint32_t skip = seen_before(o, s);
    move_on(o, s);
    fn(ctx, s, skip, gap);
}

/* Whose turn it is among those that wait goes out, until it is nobody's. */
static void go_on(struct order *o, order_fn *fn, void *ctx)
{
    struct waiting **link = &o->head;
    while (*link) {
        if (!is_ready(o, &(*link)->s)) {
            link = &(*link)->next;
            continue;
        }
        o->changed |= link != &o->head;
        struct waiting *w = take_out(o, link);
        hand_out(o, &w->s, false, fn, ctx);
        free(w);
        link = &o->head;
    }
}

/* --- gaps --------------------------------------------------------------------------------------------- */

/* a comes before b: of one side by its number, else by arrival, which is that of the list. */
static bool goes_first(const struct segment *a, const struct segment *b)
{
    return a->side == b->side && seq_diff(a->seq, b->seq) < 0;
}

/* What is missing in front of the first segment that waits is given up. */
static void give_up_one(struct order *o, order_fn *fn, void *ctx)
{
    struct waiting **first = &o->head;
    for (struct waiting **link = first; *link; link = &(*link)->next)
        if (goes_first(&(*link)->s, &(*first)->s))
            first = link;
    o->changed |= first != &o->head;
    struct waiting *w = take_out(o, first);
    bool gap = !own_bytes_seen(o, &w->s);
    if (gap)
        o->side[w->s.side].next = w->s.seq;
    else
        o->futile++;
    hand_out(o, &w->s, gap, fn, ctx);
    free(w);
    go_on(o, fn, ctx);
}

/* --- the start ---------------------------------------------------------------------------------------- */

/* The lowest number of each side that waits is its first byte, unless its SYN went out. A packet without payload
 * tells no more than the first one with does. */
static void find_first(struct order *o)
{
    bool has_data[2] = {false, false};
    for (const struct waiting *w = o->head; w; w = w->next)
        has_data[w->s.side] |= segment_span(&w->s) > 0;
    for (const struct waiting *w = o->head; w; w = w->next) {
        const struct segment *s = &w->s;
        if (o->side[s->side].syn || (s->flags & TCP_RST) || (has_data[s->side] && segment_span(s) == 0))
            continue;
        if (!o->side[s->side].known || seq_diff(s->seq, o->side[s->side].next) < 0) {
            o->side[s->side].known = true;
            o->side[s->side].next = o->side[s->side].first = s->seq;
        }
    }
}

static void start(struct order *o, order_fn *fn, void *ctx)
{
    find_first(o);
    o->started = true;
    go_on(o, fn, ctx);
}

/* Both initial numbers are known once the answer to the SYN is there. */
static bool completes_handshake(const struct order *o, const struct segment *s)
{
    return o->side[!s->side].syn && (s->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

static void wait_at_start(struct order *o, const struct segment *s, order_fn *fn, void *ctx)
{
    bool complete = completes_handshake(o, s);
    wait_for_more(o, s);
    if (complete || o->n >= START_MAX)
        start(o, fn, ctx);
}

/* --- in and out --------------------------------------------------------------------------------------- */

void order_push(struct order *o, const struct segment *s, order_fn *fn, void *ctx)
{
    if (is_apart(o, s)) {
        fn(ctx, s, 0, false);
    } else if (!o->started) {
        wait_at_start(o, s, fn, ctx);
    } else if (is_ready(o, s)) {
        o->changed |= o->n > 0;
        hand_out(o, s, false, fn, ctx);
        go_on(o, fn, ctx);
    } else {
        wait_for_more(o, s);
        while (o->n > WAIT_MAX || o->bytes > WAIT_BYTES)
            give_up_one(o, fn, ctx);
    }
}

void order_flush(struct order *o, order_fn *fn, void *ctx)
{
    if (!o->started)
        start(o, fn, ctx);
    while (o->n)
        give_up_one(o, fn, ctx);
}
