/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.c - from the packets of a flow to what is fed, and from verdicts to the one that counts. */
#include "flow/inspect.h"

#include "flow/feed.h"
#include "reasm/opening.h"
#include "reasm/order.h"
#include "util/xalloc.h"

#include <stdlib.h>

/* What is kept for an undecided TCP connection. */
struct inspection {
    struct flow *flow;
    struct inspection *before, *behind; /* in the order in which they began */
    struct order *order;                /* NULL: packets are shown as they come */
    struct opening *opening;            /* NULL: there is no second look */
    uint32_t charged;                   /* to the ledger */
    bool again;                         /* the second look was asked for: */
    struct inspection *next_again;
    struct detect_verdict verdict; /* what the first one came to */
    uint8_t *attrs;                /* owned */
};

enum { SPARE_OPENINGS = 8 };

struct inspect {
    struct feed *feed;
    struct ledger *ledger;
    const struct packet_clock *clock;
    const struct trace *trace; /* NULL: nobody watches */
    bool reassembly;
    struct inspection *oldest, *newest;
    struct inspection *again, **again_tail; /* wait for their second look */
    struct flow **arrived; /* verdicts that were not looked at */
    size_t n_arrived, arrived_room;
    uint64_t second_looks;
    struct opening *spare[SPARE_OPENINGS]; /* of connections that are decided, for those that begin */
    unsigned n_spare;
    uint8_t packet[OPENING_PACKET_MAX];     /* scratch */
};

static void verdict_arrived(void *ctx, struct flow *f);

struct inspect *inspect_new(struct detector *d, struct ledger *ledger, const struct packet_clock *clock,
                            bool reassembly)
{
    struct inspect *in = xcalloc(1, sizeof(*in));
    in->feed = feed_new(d, verdict_arrived, in);
    in->ledger = ledger;
    in->clock = clock;
    in->reassembly = reassembly;
    in->again_tail = &in->again;
    return in;
}

void inspect_free(struct inspect *in)
{
    if (!in)
        return;
    feed_free(in->feed);
    while (in->n_spare > 0)
        opening_free(in->spare[--in->n_spare]);
    free(in->arrived);
    free(in);
}

void inspect_trace(struct inspect *in, const struct trace *trace)
{
    in->trace = trace;
    feed_trace(in->feed, trace);
}

static void tell(const struct inspect *in, const struct flow *f, enum trace_kind kind, uint64_t packet)
{
    trace_tell(in->trace, f, &(struct trace_event){.kind = kind, .packet = packet});
}

/* --- what is kept ------------------------------------------------------------------------------------- */

static bool sent_syn(const struct flow *f, unsigned side)
{
    return f->side[side].syn || (f->side[side].syn_ack && f->side[!side].syn);
}

static void begin(struct inspect *in, struct flow *f)
{
    struct inspection *i = xcalloc(1, sizeof(*i));
    f->inspection = i;
    i->flow = f;
    i->order = order_new();
    i->opening = in->n_spare ? in->spare[--in->n_spare] : opening_new();
    i->before = in->newest;
    *(in->newest ? &in->newest->behind : &in->oldest) = i;
    in->newest = i;
    for (unsigned side = 0; side < 2; side++)
        if (!f->slice && sent_syn(f, side)) /* a record that was cut off begins in the midst of the stream */
            order_syn_seen(i->order, side, f->side[side].isn + 1);
}

/* Brings the ledger up to date with what is kept. */
static void charge(struct inspect *in, struct inspection *i)
{
    uint32_t now = (uint32_t)sizeof(*i) + order_bytes(i->order) + opening_bytes(i->opening);
    ledger_add(in->ledger, LEDGER_queued_byte, now);
    ledger_sub(in->ledger, LEDGER_queued_byte, i->charged);
    i->charged = now;
}

static void drop_opening(struct inspect *in, struct opening *o)
{
    if (in->n_spare == SPARE_OPENINGS) {
        opening_free(o);
        return;
    }
    opening_reset(o);
    in->spare[in->n_spare++] = o;
}

void inspect_drop(struct inspect *in, struct flow *f)
{
    struct inspection *i = f->inspection;
    if (!i)
        return;
    ledger_sub(in->ledger, LEDGER_queued_byte, i->charged);
    *(i->before ? &i->before->behind : &in->oldest) = i->behind;
    *(i->behind ? &i->behind->before : &in->newest) = i->before;
    order_free(i->order);
    drop_opening(in, i->opening);
    free(i->attrs);
    free(i);
    f->inspection = NULL;
}

void inspect_write_off(struct inspect *in, struct flow *f)
{
    if (f->is_charged)
        ledger_sub(in->ledger, LEDGER_undecided, 1);
    f->is_charged = false;
    ledger_sub(in->ledger, LEDGER_fed_byte, f->fed);
    f->fed = 0;
    if (f->inspection)
        ledger_sub(in->ledger, LEDGER_queued_byte, f->inspection->charged);
    if (f->inspection)
        f->inspection->charged = 0;
}

/* --- to the feed -------------------------------------------------------------------------------------- */

/* nDPI keeps strings that are as long as a packet, but not all that it is fed. */
static void charge_shown(struct inspect *in, struct flow *f, uint32_t n)
{
    enum { FED_MAX = 65536 };
    if (f->held)
        n += FEED_HELD_HEAD;
    uint32_t more = n < FED_MAX - f->fed ? n : FED_MAX - f->fed;
    ledger_add(in->ledger, LEDGER_fed_byte, more);
    f->fed += more;
    if (!f->is_charged && feed_is_open(f)) {
        ledger_add(in->ledger, LEDGER_undecided, 1);
        f->is_charged = true;
    }
}

static void show(struct inspect *in, struct flow *f, const struct feed_bytes *b)
{
    if (!f->has_slot)
        return; /* its verdict has just arrived */
    feed_packet(in->feed, f, b, in->clock->now);
    if (!f->ended)
        charge_shown(in, f, b->n_head + b->n_rest);
}

struct shower {
    struct inspect *in;
    struct inspection *i;
};

/* What was captured of its payload. */
static uint32_t captured(const struct segment *s)
{
    return s->cap > s->header ? s->cap - s->header : 0;
}

static void tell_segment(const struct shower *to, const struct segment *s, uint32_t skip, bool gap)
{
    uint32_t payload = captured(s);
    struct trace_event e = {
        .kind = TRACE_SHOWN,
        .packet = s->packet,
        .payload = payload > skip ? payload - skip : 0,
        .skipped = skip,
        .gap = gap,
    };
    trace_tell(to->in->trace, to->i->flow, &e);
}

static void show_segment(void *ctx, const struct segment *s, uint32_t skip, bool gap)
{
    struct shower *to = ctx;
    if (s->len > 0 && skip == s->len) {
        tell(to->in, to->i->flow, TRACE_OLD, s->packet);
        return;
    }
    tell_segment(to, s, skip, gap);
    struct feed_bytes b = {.head = s->ip, .n_head = s->cap, .honest = s->honest};
    if (skip) {
        uint32_t start = s->header + skip < s->cap ? s->header + skip : s->cap;
        b = (struct feed_bytes){.head = s->ip, .rest = s->ip + start, .n_head = s->header, .n_rest = s->cap - start};
    }
    show(to->in, to->i->flow, &b);
    opening_add(to->i->opening, s, skip, gap);
}

static struct segment segment_of(const struct decoded *d, unsigned sender, uint64_t number)
{
    return (struct segment){
        .packet = number,
        .ip = d->ip,
        .cap = d->ip_cap,
        .header = d->payload ? (uint32_t)(d->payload - d->ip) : d->ip_cap,
        .len = d->payload_len,
        .seq = d->tcp_seq,
        .ack = d->tcp_ack,
        .flags = d->tcp_flags,
        .side = (uint8_t)sender,
        .honest = !d->cut && !d->offload,
    };
}

/* Packets that need no order: SYNs, and those without payload while nothing but the handshake was seen. */
static bool is_plain(const struct flow *f, const struct decoded *d)
{
    bool bare_syn = (d->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    bool both = sent_syn(f, 0) && sent_syn(f, 1);
    return d->payload_len == 0 && (bare_syn || both || (d->tcp_flags & TCP_RST));
}

static bool has_order(const struct inspect *in, struct flow *f, const struct decoded *d)
{
    if (!in->reassembly || d->transport != IPPROTO_NUM_TCP || !d->has_tcp || f->unordered)
        return false;
    return f->inspection || !is_plain(f, d);
}

void inspect_open(struct inspect *in, struct flow *f)
{
    tell(in, f, TRACE_LOOK, 0);
    feed_open(in->feed, f);
}

/* As it comes. */
static void show_packet(struct inspect *in, struct flow *f, const struct decoded *d, uint64_t number)
{
    trace_tell(in->trace, f,
               &(struct trace_event){.kind = TRACE_SHOWN, .packet = number, .payload = d->payload_cap});
    bool bare = d->has_tcp && d->payload_len == 0 &&
                ((d->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN || (d->tcp_flags & TCP_RST));
    show(in, f,
         &(struct feed_bytes){.head = d->ip, .n_head = d->ip_cap, .honest = !d->cut && !d->offload, .bare = bare});
}

void inspect_packet(struct inspect *in, struct flow *f, unsigned sender, const struct decoded *d, uint64_t number,
                    bool is_copy)
{
    if (in->reassembly && is_copy) {
        tell(in, f, TRACE_COPY, number);
        return;
    }
    if (!has_order(in, f, d)) {
        show_packet(in, f, d, number);
        return;
    }
    if (!f->inspection)
        begin(in, f);
    if (f->inspection->again)
        return;
    struct segment s = segment_of(d, sender, number);
    order_push(f->inspection->order, &s, show_segment, &(struct shower){in, f->inspection});
    charge(in, f->inspection);
}

/* --- ends --------------------------------------------------------------------------------------------- */

/* All that waits is shown. */
static void settle(struct inspect *in, struct inspection *i)
{
    tell(in, i->flow, TRACE_FLUSH, 0);
    order_flush(i->order, show_segment, &(struct shower){in, i});
    if (order_changed(i->order))
        i->flow->flags |= 1u << FLOW_FLAG_reordered;
}

void inspect_end(struct inspect *in, struct flow *f)
{
    if (f->inspection && f->inspection->again)
        return; /* it will be told with the second look */
    if (f->inspection)
        settle(in, f->inspection);
    if (f->has_slot)
        feed_end(in->feed, f);
}

void inspect_hand_over(struct inspect *in, struct flow *from, struct flow *to)
{
    to->inspection = from->inspection;
    from->inspection = NULL;
    if (to->inspection) {
        ledger_sub(in->ledger, LEDGER_queued_byte, to->inspection->charged);
        to->inspection->charged = 0;
        to->inspection->flow = to;
    }
    ledger_sub(in->ledger, LEDGER_fed_byte, from->fed);
    from->fed = 0;
    if (from->has_slot)
        feed_hand_over(in->feed, from, to);
    tell(in, from, TRACE_LOOK, 0);
    feed_open(in->feed, from);
}

bool inspect_relieve(struct inspect *in)
{
    struct inspection *i = in->oldest;
    if (!i)
        return false;
    struct flow *f = i->flow;
    settle(in, i);
    f->unordered = true;
    inspect_drop(in, f);
    return true;
}

/* --- verdicts ----------------------------------------------------------------------------------------- */

static bool is_weak(const struct detect_verdict *v)
{
    return v->by != DETECT_BY_DPI && v->by != DETECT_BY_DPI_CACHE;
}

static bool wants_second_look(const struct inspection *i, const struct detect_verdict *v)
{
    return i && !i->again && !v->fault && opening_is_cut(i->opening);
}

static void ask_again(struct inspect *in, struct inspection *i)
{
    struct flow *f = i->flow;
    i->again = true;
    i->verdict = f->verdict;
    i->attrs = f->attrs;
    f->attrs = NULL;
    i->next_again = NULL;
    *in->again_tail = i;
    in->again_tail = &i->next_again;
}

static bool is_same(const struct detect_verdict *a, const struct detect_verdict *b)
{
    return a->master == b->master && a->app == b->app;
}

/* a is the protocol alone of which b tells what runs on it, too. */
static bool tells_less(const struct detect_verdict *a, const struct detect_verdict *b)
{
    return a->master == 0 && b->master != 0 && (a->app == b->master || a->app == b->app);
}

/* The second answer counts when it is sure, and another one that does not tell less. */
static enum trace_choice choice_of(const struct detect_verdict *first, const struct detect_verdict *second)
{
    if (is_weak(second))
        return CHOICE_SECOND_WEAK;
    if (is_weak(first))
        return CHOICE_FIRST_WEAK;
    if (is_same(second, first))
        return CHOICE_SAME;
    return tells_less(second, first) ? CHOICE_TELLS_LESS : CHOICE_OTHER;
}

static void choose(const struct inspect *in, struct inspection *i)
{
    struct flow *f = i->flow;
    enum trace_choice choice = choice_of(&i->verdict, &f->verdict);
    trace_tell(in->trace, f, &(struct trace_event){.kind = TRACE_CHOICE, .choice = choice});
    if (choice_is_second(choice)) {
        f->flags |= 1u << FLOW_FLAG_reassembled;
        return;
    }
    bool fault = f->verdict.fault, guilty = f->verdict.guilty;
    free(f->attrs);
    f->verdict = i->verdict;
    f->verdict.fault = fault;
    f->verdict.guilty = guilty;
    f->attrs = i->attrs;
    i->attrs = NULL;
}

static void verdict_arrived(void *ctx, struct flow *f)
{
    struct inspect *in = ctx;
    if (in->n_arrived == in->arrived_room) {
        in->arrived_room = in->arrived_room ? in->arrived_room * 2 : DETECT_BATCH_MSGS;
        in->arrived = xrealloc(in->arrived, in->arrived_room, sizeof(struct flow *));
    }
    in->arrived[in->n_arrived++] = f;
}

static void take_verdict(struct inspect *in, struct flow *f)
{
    struct inspection *i = f->inspection;
    tell(in, f, TRACE_VERDICT, 0);
    if (wants_second_look(i, &f->verdict)) {
        ask_again(in, i);
        return;
    }
    if (i && i->again)
        choose(in, i);
    if (i && order_changed(i->order))
        f->flags |= 1u << FLOW_FLAG_reordered;
    f->has_verdict = true;
    if (!f->ended) {
        inspect_write_off(in, f);
        ledger_add(in->ledger, LEDGER_attribute_byte, f->verdict.attrs_len);
    }
    inspect_drop(in, f);
}

/* The packet of n bytes that was made. */
static void show_made(struct inspect *in, struct flow *f, const struct opening_made *made, uint32_t n)
{
    struct trace_event e = {
        .kind = TRACE_MADE,
        .side = made->side,
        .segments = made->segments,
        .bytes = in->packet + made->header,
        .payload = n - made->header,
    };
    trace_tell(in->trace, f, &e);
    show(in, f, &(struct feed_bytes){.head = in->packet, .n_head = n, .honest = true});
}

static void show_handshake(struct inspect *in, struct inspection *i, unsigned step)
{
    struct flow *f = i->flow;
    unsigned client = flow_client(f);
    uint32_t n = opening_handshake(i->opening, client, step, in->packet);
    if (n)
        show_made(in, f, &(struct opening_made){.header = n, .side = (uint8_t)(step == 1 ? !client : client)}, n);
}

static void look_again(struct inspect *in, struct inspection *i)
{
    struct flow *f = i->flow;
    uint32_t n, pos = 0, from = 0;
    tell(in, f, TRACE_LOOK, 0);
    in->second_looks++;
    feed_open(in->feed, f);
    for (unsigned step = 0; step < 3 && sent_syn(f, 0) && sent_syn(f, 1); step++)
        show_handshake(in, i, step);
    for (; (n = opening_next(i->opening, &pos, in->packet)); from = pos) {
        struct opening_made made = opening_made(i->opening, from, pos);
        show_made(in, f, &made, n);
    }
    feed_end(in->feed, f);
}

static void look_again_all(struct inspect *in)
{
    struct inspection *i;
    while ((i = in->again)) {
        in->again = i->next_again;
        if (!in->again)
            in->again_tail = &in->again;
        look_again(in, i);
    }
}

static __attribute__((noinline)) void take_verdicts(struct inspect *in)
{
    while (in->n_arrived || in->again) {
        for (size_t n = 0; n < in->n_arrived; n++)
            take_verdict(in, in->arrived[n]);
        in->n_arrived = 0;
        look_again_all(in);
    }
}

/* Verdicts arrive whenever a batch goes out, which may be in the midst of a flow's packets: they are looked at here.
 * Asked twice for every packet, mostly in vain. */
void inspect_take_verdicts(struct inspect *in)
{
    if (in->n_arrived || in->again)
        take_verdicts(in);
}

void inspect_tick(struct inspect *in)
{
    feed_tick(in->feed);
    inspect_take_verdicts(in);
}

void inspect_flush(struct inspect *in)
{
    do {
        feed_flush(in->feed);
        inspect_take_verdicts(in);
    } while (feed_waits(in->feed));
}

struct inspect_stats inspect_stats(const struct inspect *in)
{
    return (struct inspect_stats){feed_stats(in->feed), in->second_looks};
}
