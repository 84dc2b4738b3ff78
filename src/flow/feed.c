/* SPDX-License-Identifier: BSD-2-Clause */
/* feed.c - fills batches with messages and brings verdicts back to their flows. */
#include "flow/feed.h"

#include "util/ip_length.h"
#include "util/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NO_SLOT = UINT32_MAX, HELD_MAX = 4, HELD_BYTES_MAX = 128 };

/* Packets that wait until the detector is told of their flow. */
struct feed_held {
    uint64_t time_ms[HELD_MAX];
    uint8_t n, len[HELD_MAX];
    uint8_t bytes[]; /* one behind the other */
};

struct feed {
    struct detector *detector;
    void (*on_verdict)(void *ctx, struct flow *f);
    void *ctx;
    const struct trace *trace; /* NULL: nobody watches */
    unsigned packets;   /* read since the last batch went out */
    unsigned under_way; /* batches submitted whose replies were not looked at */
    struct flow **slot; /* flow of each slot, NULL when free */
    uint32_t *free_slots;
    uint32_t n_free, n_slots, capacity;
    struct feed_stats stats;
};

struct feed *feed_new(struct detector *d, void (*on_verdict)(void *ctx, struct flow *f), void *ctx)
{
    struct feed *feed = xcalloc(1, sizeof(*feed));
    feed->detector = d;
    feed->on_verdict = on_verdict;
    feed->ctx = ctx;
    return feed;
}

void feed_free(struct feed *feed)
{
    if (!feed)
        return;
    free(feed->slot);
    free(feed->free_slots);
    free(feed);
}

void feed_trace(struct feed *feed, const struct trace *trace)
{
    feed->trace = trace;
}

static void take_step(struct feed *feed, const struct detect_step *s)
{
    const struct flow *f = s->slot < feed->n_slots ? feed->slot[s->slot] : NULL;
    if (f)
        trace_tell(feed->trace, f, &(struct trace_event){.kind = TRACE_SAID, .step = s});
}

static void take_verdict(struct feed *feed, const struct detect_reply *r, const struct detect_verdict *v)
{
    assert(v->slot < feed->n_slots && feed->slot[v->slot]);
    struct flow *f = feed->slot[v->slot];
    feed->slot[v->slot] = NULL;
    feed->free_slots[feed->n_free++] = v->slot;
    f->has_slot = false;
    f->verdict = *v;
    f->attrs = v->attrs_len ? xmemdup(r->bytes + v->attrs, v->attrs_len) : NULL;
    feed->on_verdict(feed->ctx, f);
}

static void take_reply(struct feed *feed)
{
    feed->under_way--;
    const struct detect_reply *r = detector_collect(feed->detector);
    for (uint32_t i = 0; i < r->n_steps; i++)
        take_step(feed, &r->step[i]);
    for (uint32_t i = 0; i < r->n; i++)
        take_verdict(feed, r, &r->verdict[i]);
}

static void send_batch(struct feed *feed)
{
    detector_submit(feed->detector);
    feed->stats.batches++;
    feed->packets = 0;
    if (++feed->under_way == DETECT_UNDER_WAY)
        take_reply(feed);
}

static struct detect_msg *add_msg(struct feed *feed, enum detect_op op, uint32_t bytes)
{
    struct detect_batch *b = detector_batch(feed->detector);
    if (b->n == DETECT_BATCH_MSGS || b->used + bytes > DETECT_BATCH_BYTES) {
        send_batch(feed);
        b = detector_batch(feed->detector);
    }
    struct detect_msg *m = &b->msg[b->n++];
    *m = (struct detect_msg){.op = (uint8_t)op, .len = (uint16_t)bytes, .offset = b->used};
    b->used += bytes;
    return m;
}

static uint32_t new_slot(struct feed *feed)
{
    if (feed->n_free)
        return feed->free_slots[--feed->n_free];
    if (feed->n_slots == feed->capacity) {
        feed->capacity = feed->capacity ? feed->capacity * 2 : 256;
        feed->slot = xrealloc(feed->slot, feed->capacity, sizeof(struct flow *));
        feed->free_slots = xrealloc(feed->free_slots, feed->capacity, sizeof(uint32_t));
    }
    return feed->n_slots++;
}

void feed_open(struct feed *feed, struct flow *f)
{
    (void)feed;
    f->slot = NO_SLOT;
    f->has_slot = true;
}

bool feed_is_open(const struct flow *f)
{
    return f->has_slot && f->slot != NO_SLOT;
}

void feed_drop(struct flow *f)
{
    free(f->held);
    f->held = NULL;
}

void feed_hand_over(struct feed *feed, struct flow *from, struct flow *to)
{
    if (from->slot != NO_SLOT)
        feed->slot[from->slot] = to;
    to->held = from->held;
    from->held = NULL;
    from->has_slot = false;
}

/* Room for the bytes of a packet of f. */
static uint8_t *add_packet(struct feed *feed, const struct flow *f, uint32_t n, uint64_t time_ms)
{
    struct detect_msg *m = add_msg(feed, DETECT_PACKET, n);
    feed->stats.packets++;
    m->slot = f->slot;
    m->trace = f->traced;
    m->time_ms = time_ms;
    return detector_batch(feed->detector)->bytes + m->offset;
}

/* Tells the detector of f and shows it what has waited. */
static void open_slot(struct feed *feed, struct flow *f)
{
    struct detect_msg *m = add_msg(feed, DETECT_OPEN, 0);
    struct feed_held *held = f->held;
    f->slot = new_slot(feed);
    feed->slot[f->slot] = f;
    m->slot = f->slot;
    m->transport = f->key.transport;
    const uint8_t *at = held ? held->bytes : NULL;
    for (unsigned i = 0; held && i < held->n; at += held->len[i++])
        memcpy(add_packet(feed, f, held->len[i], held->time_ms[i]), at, held->len[i]);
    feed_drop(f);
}

static uint32_t at_most(uint32_t n, uint32_t max)
{
    return n < max ? n : max;
}

/* nDPI believes the length in the header and ignores a packet that has less: where we hand over less than the
 * header says, or the header says nothing, the header we hand over says what is there. */
static void copy_packet(uint8_t *copy, const struct feed_bytes *b, uint32_t n_head, uint32_t n_rest)
{
    memcpy(copy, b->head, n_head);
    if (n_rest)
        memcpy(copy + n_head, b->rest, n_rest);
    if (!b->honest || n_head + n_rest < b->n_head + b->n_rest)
        ip_set_length(copy, n_head + n_rest);
}

static bool may_wait(const struct flow *f, const struct feed_bytes *b)
{
    return f->slot == NO_SLOT && b->bare && b->n_rest == 0 && b->n_head <= HELD_BYTES_MAX &&
           !(f->held && f->held->n == HELD_MAX);
}

static void keep_waiting(struct flow *f, const struct feed_bytes *b, uint64_t time_ms)
{
    struct feed_held *held = f->held;
    size_t used = 0;
    for (unsigned i = 0; held && i < held->n; i++)
        used += held->len[i];
    held = xrealloc(held, sizeof(*held) + used + b->n_head, 1);
    if (!f->held)
        held->n = 0;
    held->time_ms[held->n] = time_ms;
    held->len[held->n++] = (uint8_t)b->n_head;
    copy_packet(held->bytes + used, b, b->n_head, 0);
    f->held = held;
}

void feed_packet(struct feed *feed, struct flow *f, const struct feed_bytes *b, int64_t now_ns)
{
    uint64_t time_ms = now_ns > 0 ? (uint64_t)now_ns / 1000000 : 0;
    if (may_wait(f, b)) {
        keep_waiting(f, b, time_ms);
        return;
    }
    if (f->slot == NO_SLOT)
        open_slot(feed, f);
    uint32_t n_head = at_most(b->n_head, DETECT_PACKET_MAX), n_rest = at_most(b->n_rest, DETECT_PACKET_MAX - n_head);
    copy_packet(add_packet(feed, f, n_head + n_rest, time_ms), b, n_head, n_rest);
}

void feed_end(struct feed *feed, struct flow *f)
{
    if (f->slot == NO_SLOT)
        open_slot(feed, f);
    uint32_t slot = f->slot; /* making room may bring in the verdict of f itself; END is then one too many */
    struct detect_msg *m = add_msg(feed, DETECT_END, 0);
    m->slot = slot;
    m->trace = f->traced;
}

void feed_tick(struct feed *feed)
{
    if (++feed->packets >= DETECT_BATCH_PACKETS)
        send_batch(feed);
}

void feed_flush(struct feed *feed)
{
    send_batch(feed);
    while (feed->under_way)
        take_reply(feed);
}

bool feed_waits(const struct feed *feed)
{
    return feed->n_free < feed->n_slots;
}

struct feed_stats feed_stats(const struct feed *feed)
{
    return feed->stats;
}
