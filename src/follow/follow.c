/* SPDX-License-Identifier: BSD-2-Clause */
/* follow.c - finds the flow by its first packet and keeps what the packets from then on carry. */
#include "follow/follow.h"

#include "reasm/stream.h"
#include "util/xalloc.h"

#include <stdlib.h>

enum { HISTORY = 1 << 20 }; /* bytes of a side that a segment may be behind to be compared */

struct follow {
    struct follow_options opt;
    struct follow_result result;
    uint64_t seen; /* the highest flow_id: higher ones are new */
    struct stream *stream; /* of TCP */
    struct turns *turns;
};

static void add_turn(struct follow *f, unsigned side, const uint8_t *data, uint64_t n)
{
    (data ? f->result.bytes : f->result.missing)[side] += n;
    turns_add(f->turns, side, data, n);
}

static void add_piece(void *ctx, const struct stream_piece *p)
{
    add_turn(ctx, p->side, p->data, p->n);
}

enum dpi_status follow_open(struct follow **out, const struct follow_options *opt, struct dpi_err *err)
{
    struct follow *f = xcalloc(1, sizeof(*f));
    f->opt = *opt;
    enum dpi_status st = turns_open(&f->turns, opt->folder, err);
    if (st != DPI_OK) {
        follow_close(f);
        f = NULL;
    }
    *out = f;
    return st;
}

static void begin(struct follow *f, const struct flow *flow)
{
    struct follow_result *r = &f->result;
    r->transport = flow->key.transport;
    r->has_ports = r->transport == IPPROTO_NUM_TCP || r->transport == IPPROTO_NUM_UDP;
    for (unsigned side = 0; side < 2; side++) {
        r->addr[side] = key_addr(&flow->key, side);
        r->port[side] = flow->key.port[side];
    }
    if (r->transport == IPPROTO_NUM_TCP)
        f->stream = stream_new(&(struct stream_options){STREAM_DEFAULTS, .history = HISTORY}, add_piece, f);
}

static void look_at(struct follow *f, const struct flow *flow)
{
    const struct follow_options *o = &f->opt;
    f->seen = flow->id;
    if (selected_look(&f->result.flow, &o->selection, flow, o->community_id_seed, o->conversations))
        begin(f, flow);
}

static void take_segment(struct follow *f, unsigned sender, const struct decoded *d)
{
    struct stream_segment seg = {
        .seq = d->tcp_seq, .ack = d->tcp_ack, .flags = d->tcp_flags, .len = d->payload_len, .cap = d->payload_cap,
        .data = d->payload,
    };
    if (d->has_tcp)
        stream_push(f->stream, sender, &seg);
}

static void take_datagram(struct follow *f, unsigned sender, const struct decoded *d)
{
    if (d->payload_cap)
        add_turn(f, sender, d->payload, d->payload_cap);
    add_turn(f, sender, NULL, d->payload_len - d->payload_cap);
}

void follow_packet(void *ctx, const struct flow *flow, unsigned sender, const struct packet *p,
                   const struct decoded *d)
{
    struct follow *f = ctx;
    (void)p;
    if (flow->id > f->seen)
        look_at(f, flow);
    if (flow->id != f->result.flow.flow_id)
        return;
    f->result.client = flow_client(flow);
    if (!d)
        return; /* a fragment: the datagram comes with the last one */
    if (f->stream)
        take_segment(f, sender, d);
    else
        take_datagram(f, sender, d);
}

enum dpi_status follow_finish(struct follow *f, struct turns **turns, struct dpi_err *err)
{
    if (f->stream) {
        stream_finish(f->stream);
        for (unsigned side = 0; side < 2; side++) {
            f->result.other_bytes[side] = stream_counts(f->stream, side)->other_bytes;
            f->result.unbelieved[side] = stream_counts(f->stream, side)->unbelieved;
        }
    }
    *turns = f->turns;
    return turns_rewind(f->turns, err);
}

const struct follow_result *follow_result(const struct follow *f)
{
    return &f->result;
}

void follow_close(struct follow *f)
{
    if (!f)
        return;
    stream_free(f->stream);
    turns_close(f->turns);
    free(f);
}
