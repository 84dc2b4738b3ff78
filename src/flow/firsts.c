/* SPDX-License-Identifier: BSD-2-Clause */
/* firsts.c - keeps the first messages of flows. */
#include "flow/firsts.h"

#include "reasm/stream.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct kept_message {
    uint8_t *head; /* owned; n_head bytes */
    uint32_t len;
    uint16_t n_head;
    uint8_t n_tail;
    bool cut;
    uint8_t tail[FIRST_TAIL_MAX];
};

struct kept_side {
    struct kept_message *v;
    unsigned n;
};

struct flow_firsts {
    const struct firsts_options *opt;
    struct stream *stream; /* of TCP, until it is over */
    struct kept_side side[2];
    struct first_message shown[2][FIRST_MESSAGES_MAX];
    uint8_t speaker; /* the side of the last bytes */
    bool begun, over;
    uint32_t charged; /* to the ledger */
};

struct firsts {
    struct firsts_options opt;
    struct ledger *ledger;
    bool reassembly;
};

struct firsts *firsts_new(const struct firsts_options *opt, struct ledger *ledger, bool reassembly)
{
    struct firsts *fs = xcalloc(1, sizeof(*fs));
    fs->opt = *opt;
    fs->ledger = ledger;
    fs->reassembly = reassembly;
    return fs;
}

void firsts_free(struct firsts *fs)
{
    free(fs);
}

/* --- one message -------------------------------------------------------------------------------------- */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void keep_head(const struct firsts_options *opt, struct kept_message *m, const uint8_t *p, uint32_t n)
{
    n = least(n, opt->head - m->n_head);
    if (!n)
        return;
    m->head = xrealloc(m->head, m->n_head + n, 1);
    memcpy(m->head + m->n_head, p, n);
    m->n_head = (uint16_t)(m->n_head + n);
}

/* The last bytes of what was and of what comes. */
static void keep_tail(struct kept_message *m, const uint8_t *p, uint32_t n)
{
    uint32_t new = least(n, FIRST_TAIL_MAX), old = least(m->n_tail, FIRST_TAIL_MAX - new);
    memmove(m->tail, m->tail + m->n_tail - old, old);
    memcpy(m->tail + old, p + n - new, new);
    m->n_tail = (uint8_t)(old + new);
}

/* Bytes of which only kept were captured. */
static void go_on(const struct firsts_options *opt, struct kept_message *m, const uint8_t *p, uint32_t kept,
                  uint32_t size)
{
    if (m->cut)
        return;
    if (kept) {
        keep_head(opt, m, p, kept);
        keep_tail(m, p, kept);
    }
    m->cut = kept < size || size > FIRST_LENGTH_MAX - m->len;
    m->len += kept;
}

/* --- one flow ----------------------------------------------------------------------------------------- */

static struct kept_message *begin(struct flow_firsts *ff, unsigned side)
{
    struct kept_side *s = &ff->side[side];
    if (s->n == ff->opt->messages)
        return NULL;
    s->v = xrealloc(s->v, s->n + 1, sizeof(*s->v));
    s->v[s->n] = (struct kept_message){0};
    return &s->v[s->n++];
}

static struct flow_firsts *firsts_for(struct firsts *fs, struct flow *f)
{
    if (!f->firsts) {
        f->firsts = xcalloc(1, sizeof(*f->firsts));
        f->firsts->opt = &fs->opt;
    }
    return f->firsts;
}

static void take_datagram(struct flow_firsts *ff, unsigned side, const struct decoded *d)
{
    struct kept_message *m = begin(ff, side);
    if (m)
        go_on(ff->opt, m, d->payload, d->payload_cap, d->payload_len);
    ff->over = ff->side[0].n == ff->opt->messages && ff->side[1].n == ff->opt->messages;
}

/* Bytes of TCP: they go on with the message of their side until the other one has spoken. Both sides in turn: once one
 * has more messages than are kept, the other has them all. */
static void take_bytes(struct flow_firsts *ff, unsigned side, const uint8_t *p, uint32_t n)
{
    if (ff->over)
        return;
    struct kept_side *s = &ff->side[side];
    bool same = ff->begun && ff->speaker == side;
    struct kept_message *m = same ? &s->v[s->n - 1] : begin(ff, side);
    ff->begun = true;
    ff->speaker = (uint8_t)side;
    if (m)
        go_on(ff->opt, m, p, n, n);
    ff->over = !m || m->cut;
}

static void take_gap(struct flow_firsts *ff, unsigned side)
{
    struct kept_side *s = &ff->side[side];
    if (s->n)
        s->v[s->n - 1].cut = true;
    ff->over = true;
}

static void take_piece(void *ctx, const struct stream_piece *p)
{
    if (p->gap)
        take_gap(ctx, p->side);
    else
        take_bytes(ctx, p->side, p->data, (uint32_t)p->n);
}

static bool sent_syn(const struct flow *f, unsigned side)
{
    return f->side[side].syn || (f->side[side].syn_ack && f->side[!side].syn);
}

static void begin_stream(struct flow_firsts *ff, const struct flow *f)
{
    static const struct stream_options small = {.queue_bytes = 32 << 10, .queue_pieces = 32, .patience = 16};
    ff->stream = stream_new(&small, take_piece, ff);
    for (unsigned side = 0; side < 2; side++)
        if (sent_syn(f, side))
            stream_push(ff->stream, side, &(struct stream_segment){.seq = f->side[side].isn, .flags = TCP_SYN});
}

static void take_segment(struct flow_firsts *ff, const struct flow *f, unsigned side, const struct decoded *d)
{
    struct stream_segment s = {
        .seq = d->tcp_seq, .flags = d->tcp_flags & (TCP_SYN | TCP_RST | TCP_ACK), .len = d->payload_len,
        .ack = d->tcp_ack, .cap = d->payload_cap, .data = d->payload,
    };
    if (!ff->stream)
        begin_stream(ff, f);
    stream_push(ff->stream, side, &s);
}

static void end_stream(struct flow_firsts *ff)
{
    if (ff->stream)
        stream_finish(ff->stream);
    stream_free(ff->stream);
    ff->stream = NULL;
    ff->over = true;
}

/* --- the ledger --------------------------------------------------------------------------------------- */

static uint32_t bytes_of(const struct flow_firsts *ff)
{
    uint64_t n = sizeof(*ff) + (ff->stream ? stream_bytes(ff->stream) : 0);
    for (unsigned side = 0; side < 2; side++)
        for (unsigned i = 0; i < ff->side[side].n; i++)
            n += sizeof(struct kept_message) + ff->side[side].v[i].n_head;
    return (uint32_t)n;
}

static void charge(struct firsts *fs, struct flow_firsts *ff, uint32_t now)
{
    ledger_add(fs->ledger, LEDGER_first_byte, now);
    ledger_sub(fs->ledger, LEDGER_first_byte, ff->charged);
    ff->charged = now;
}

/* --- the life of a flow ------------------------------------------------------------------------------- */

void firsts_packet(struct firsts *fs, struct flow *f, unsigned sender, const struct decoded *d, bool is_copy)
{
    bool tcp = d->has_tcp && f->key.transport == IPPROTO_NUM_TCP, udp = f->key.transport == IPPROTO_NUM_UDP;
    if (is_copy || !(tcp || udp) || (f->firsts && f->firsts->over) || (!f->firsts && d->payload_len == 0))
        return;
    struct flow_firsts *ff = firsts_for(fs, f);
    if (tcp && fs->reassembly)
        take_segment(ff, f, sender, d);
    else if (tcp && d->payload_cap)
        take_bytes(ff, sender, d->payload, d->payload_cap);
    else if (udp && d->payload_len)
        take_datagram(ff, sender, d);
    if (ff->over)
        end_stream(ff);
    charge(fs, ff, bytes_of(ff));
}

void firsts_end(struct firsts *fs, struct flow *f)
{
    if (!f->firsts)
        return;
    end_stream(f->firsts);
    charge(fs, f->firsts, 0);
}

static void copy_side(struct kept_side *to, const struct kept_side *from)
{
    to->n = from->n;
    to->v = from->n ? xmemdup(from->v, from->n * sizeof(*from->v)) : NULL;
    for (unsigned i = 0; i < from->n; i++)
        to->v[i].head = from->v[i].n_head ? xmemdup(from->v[i].head, from->v[i].n_head) : NULL;
}

void firsts_slice(struct flow *f, struct flow *part)
{
    const struct flow_firsts *ff = f->firsts;
    part->firsts = NULL;
    if (!ff)
        return;
    part->firsts = xcalloc(1, sizeof(*part->firsts));
    *part->firsts = (struct flow_firsts){.opt = ff->opt, .over = true};
    for (unsigned side = 0; side < 2; side++)
        copy_side(&part->firsts->side[side], &ff->side[side]);
}

void firsts_drop(struct flow *f)
{
    if (!f->firsts)
        return;
    stream_free(f->firsts->stream);
    for (unsigned side = 0; side < 2; side++) {
        for (unsigned i = 0; i < f->firsts->side[side].n; i++)
            free(f->firsts->side[side].v[i].head);
        free(f->firsts->side[side].v);
    }
    free(f->firsts);
    f->firsts = NULL;
}

const struct first_message *firsts_of(const struct flow *f, unsigned side, unsigned *n)
{
    *n = 0;
    if (!f->firsts)
        return NULL;
    *n = f->firsts->side[side].n;
    for (unsigned i = 0; i < *n; i++) {
        const struct kept_message *m = &f->firsts->side[side].v[i];
        f->firsts->shown[side][i] = (struct first_message){
            .head = m->head, .tail = m->tail, .len = m->len, .n_head = m->n_head, .n_tail = m->n_tail, .cut = m->cut};
    }
    return f->firsts->shown[side];
}
