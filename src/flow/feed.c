/* SPDX-License-Identifier: BSD-2-Clause */
/* feed.c - fills batches with messages and brings verdicts back to their flows. */
#include "flow/feed.h"

#include "util/ip_length.h"
#include "util/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct feed {
    struct detector *detector;
    void (*on_verdict)(void *ctx, struct flow *f);
    void *ctx;
    const struct trace *trace; /* NULL: nobody watches */
    unsigned packets;   /* read since the last batch went out */
    bool under_way;     /* a batch was submitted whose reply was not looked at */
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
    if (feed->under_way)
        take_reply(feed);
    feed->under_way = true;
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
    struct detect_msg *m = add_msg(feed, DETECT_OPEN, 0);
    f->slot = new_slot(feed);
    f->has_slot = true;
    feed->slot[f->slot] = f;
    m->slot = f->slot;
    m->transport = f->key.transport;
}

void feed_hand_over(struct feed *feed, struct flow *from, struct flow *to)
{
    feed->slot[from->slot] = to;
    from->has_slot = false;
}

static uint32_t at_most(uint32_t n, uint32_t max)
{
    return n < max ? n : max;
}

/* nDPI believes the length in the header and ignores a packet that has less: where we hand over less than the
 * header says, or the header says nothing, the header we hand over says what is there. */
void feed_packet(struct feed *feed, struct flow *f, const struct feed_bytes *b, int64_t now_ns)
{
    uint32_t n_head = at_most(b->n_head, DETECT_PACKET_MAX), n_rest = at_most(b->n_rest, DETECT_PACKET_MAX - n_head);
    struct detect_msg *m = add_msg(feed, DETECT_PACKET, n_head + n_rest);
    uint8_t *copy = detector_batch(feed->detector)->bytes + m->offset;
    memcpy(copy, b->head, n_head);
    if (n_rest)
        memcpy(copy + n_head, b->rest, n_rest);
    if (!b->honest || n_head + n_rest < b->n_head + b->n_rest)
        ip_set_length(copy, n_head + n_rest);
    feed->stats.packets++;
    m->slot = f->slot;
    m->trace = f->traced;
    m->time_ms = now_ns > 0 ? (uint64_t)now_ns / 1000000 : 0;
}

void feed_end(struct feed *feed, struct flow *f)
{
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
    take_reply(feed);
    feed->under_way = false;
}

bool feed_waits(const struct feed *feed)
{
    return feed->n_free < feed->n_slots;
}

struct feed_stats feed_stats(const struct feed *feed)
{
    return feed->stats;
}
