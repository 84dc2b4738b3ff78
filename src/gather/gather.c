/* SPDX-License-Identifier: BSD-2-Clause */
/* gather.c - one sample a flow, found by its place among the ids that are wanted; of TCP a stream beside it for as
 * long as something is missing from the sample. */
#include "gather/gather.h"

#include "reasm/stream.h"
#include "util/ids.h"
#include "util/xalloc.h"

#include <stdlib.h>

struct one {
    struct sample *sample; /* owned by the samples; NULL: no packet so far */
    struct stream *stream;
    unsigned client;
    bool done;
};

struct gather {
    const uint64_t *wanted;
    size_t n;
    struct one *one; /* beside wanted */
    struct samples samples;
};

struct gather *gather_new(const uint64_t *wanted, size_t n, size_t limit)
{
    struct gather *g = xcalloc(1, sizeof(*g));
    g->wanted = wanted;
    g->n = n < limit ? n : limit;
    g->one = xcalloc(g->n, sizeof(*g->one));
    return g;
}

static struct one *find(struct gather *g, uint64_t flow_id)
{
    size_t i = ids_find(g->wanted, g->n, flow_id);
    return i < g->n ? &g->one[i] : NULL;
}

static void take_piece(void *ctx, const struct stream_piece *p)
{
    struct one *o = ctx;
    uint32_t n = p->n > UINT32_MAX ? UINT32_MAX : (uint32_t)p->n;
    if (p->gap)
        sample_loss(o->sample, p->side);
    else
        sample_add(o->sample, p->side, p->time_ns, p->data, n, n);
}

static void begin(struct gather *g, struct one *o, const struct flow *f, const struct decoded *d)
{
    struct sample *s = samples_add(&g->samples, f->id);
    s->transport = f->key.transport;
    s->has_ports = d->has_ports;
    s->stream = s->transport == IPPROTO_NUM_TCP;
    for (unsigned side = 0; side < 2; side++) {
        s->addr[side] = key_addr(&f->key, side);
        s->port[side] = f->key.port[side];
    }
    o->sample = s;
    if (s->stream)
        o->stream = stream_new(&stream_defaults, take_piece, o);
}

static void take_segment(struct one *o, unsigned sender, const struct packet *p, const struct decoded *d)
{
    struct stream_segment seg = {
        .seq = d->tcp_seq, .ack = d->tcp_ack, .flags = d->tcp_flags, .len = d->payload_len, .cap = d->payload_cap,
        .data = d->payload, .time_ns = p->ts_ns,
    };
    if (d->has_tcp)
        stream_push(o->stream, sender, &seg);
}

static void finish(struct one *o)
{
    if (!o->sample || o->done)
        return;
    o->done = true;
    if (o->stream)
        stream_finish(o->stream);
    stream_free(o->stream);
    o->stream = NULL;
    if (o->client == 1)
        sample_swap(o->sample);
}

void gather_packet(void *gather, const struct flow *f, unsigned sender, const struct packet *p,
                   const struct decoded *d)
{
    struct gather *g = gather;
    struct one *o = find(g, f->id);
    if (!o || o->done || !d)
        return;
    if (!o->sample)
        begin(g, o, f, d);
    o->client = flow_client(f);
    o->sample->midstream = o->sample->stream && !f->side[0].syn && !f->side[1].syn && !f->side[0].syn_ack &&
                           !f->side[1].syn_ack;
    if (o->stream)
        take_segment(o, sender, p, d);
    else if (d->payload_len)
        sample_add(o->sample, sender, p->ts_ns, d->payload, d->payload_cap, d->payload_len);
    if (sample_is_full(o->sample))
        finish(o);
}

void gather_end(struct gather *g, uint64_t flow_id)
{
    struct one *o = find(g, flow_id);
    if (o)
        finish(o);
}

struct samples gather_take(struct gather *g)
{
    struct samples s = g->samples;
    for (size_t i = 0; i < g->n; i++)
        finish(&g->one[i]);
    g->samples = (struct samples){0};
    return s;
}

void gather_free(struct gather *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->n; i++)
        stream_free(g->one[i].stream);
    free(g->one);
    samples_free(&g->samples);
    free(g);
}
