/* SPDX-License-Identifier: BSD-2-Clause */
/* explain.c - packets and events of the flow, put down in the order in which they come. */
#include "explain/explain.h"

#include "util/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct explain {
    struct explain_options opt;
    struct trace trace;
    struct explain_result result;
    struct dpi_record *record; /* owned */
    uint64_t now;              /* the packet at hand */
    bool decided;              /* there was a verdict: packets are only counted */
    uint8_t flushing;          /* enum explain_wait: why all that waits is shown; EXPLAIN_AT_ONCE: it is not */
    size_t joined;             /* rows of the first look that were put together so far */
};

/* Room for one more at the end of a list that has n, which grows by doubling. */
static void *grow(void *v, size_t n, size_t size)
{
    bool is_full = n == 0 || (n >= 16 && (n & (n - 1)) == 0);
    return is_full ? xrealloc(v, n < 16 ? 16 : 2 * n, size) : v;
}

static void set_begins(struct explain_begins *b, const uint8_t *p, size_t n)
{
    n = n < EXPLAIN_BEGINS ? n : EXPLAIN_BEGINS;
    for (size_t i = 0; i < n; i++)
        b->text[i] = p[i] >= 0x20 && p[i] < 0x7f ? (char)p[i] : '.';
    b->text[n] = '\0';
}

static struct explain_look *look_at_hand(struct explain *x)
{
    return &x->result.look[x->result.n_looks - 1];
}

/* --- packets ------------------------------------------------------------------------------------------ */

static struct explain_packet *find_packet(const struct explain *x, uint64_t number)
{
    const struct explain_result *r = &x->result;
    for (size_t i = r->n_packets; i > 0; i--)
        if (r->packets[i - 1]->number == number)
            return r->packets[i - 1];
    return NULL;
}

static void keep_packet(struct explain *x, unsigned sender, const struct packet *p, const struct decoded *d)
{
    struct explain_result *r = &x->result;
    struct explain_packet *k = xcalloc(1, sizeof(*k));
    k->number = p->number;
    k->ts_ns = p->ts_ns;
    k->side = (uint8_t)sender;
    k->fate = d ? EXPLAIN_WAITS : EXPLAIN_FRAGMENT;
    if (d) {
        k->payload = d->payload_len;
        k->is_tcp = d->has_tcp;
        k->tcp_flags = d->tcp_flags;
        set_begins(&k->begins, d->payload, d->payload_cap);
    }
    r->packets = grow(r->packets, r->n_packets, sizeof(struct explain_packet *));
    r->packets[r->n_packets++] = k;
}

void explain_packet(void *ctx, const struct flow *flow, unsigned sender, const struct packet *p,
                    const struct decoded *d)
{
    struct explain *x = ctx;
    struct explain_result *r = &x->result;
    if (flow->id != r->flow.flow_id)
        return;
    x->now = r->last = p->number;
    x->flushing = EXPLAIN_AT_ONCE;
    r->client = flow_client(flow);
    if (flow->has_verdict || x->decided)
        r->late++;
    else if (r->n_packets == EXPLAIN_PACKETS_MAX)
        r->more++;
    else
        keep_packet(x, sender, p, d);
}

enum dpi_status explain_record(void *ctx, const struct dpi_record *record, struct dpi_err *err)
{
    struct explain *x = ctx;
    (void)err;
    if (record->flow_id == x->result.flow.flow_id)
        x->result.record = x->record = dpi_record_dup(record);
    return DPI_OK;
}

/* --- events ------------------------------------------------------------------------------------------- */

static bool wanted(void *ctx, const struct flow *f)
{
    struct explain *x = ctx;
    return selected_look(&x->result.flow, &x->opt.selection, f, x->opt.community_id_seed, x->opt.conversations);
}

static struct explain_row *add_row(struct explain *x)
{
    struct explain_look *look = look_at_hand(x);
    look->rows = grow(look->rows, look->n, sizeof(*look->rows));
    struct explain_row *row = &look->rows[look->n++];
    *row = (struct explain_row){0};
    return row;
}

static void begin_look(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    (void)f, (void)e;
    assert(x->result.n_looks < 2);
    x->result.n_looks++;
}

static void add_shown(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    struct explain_packet *p = find_packet(x, e->packet);
    (void)f;
    if (x->result.more)
        return; /* answers come in the order of packets: none may be left out in between */
    struct explain_row *row = add_row(x);
    p->fate = EXPLAIN_SHOWN;
    row->packet = p;
    row->side = p->side;
    row->begins = p->begins;
    row->payload = e->payload;
    row->skipped = e->skipped;
    row->gap = e->gap;
    row->wait = x->flushing ? x->flushing : p->number == x->now ? EXPLAIN_AT_ONCE : EXPLAIN_FOR_PACKET;
    row->until = x->now;
}

/* Which packets the next so many with payload are. */
static void note_joined(struct explain *x, struct explain_row *row, unsigned segments)
{
    const struct explain_look *first = &x->result.look[0];
    row->first = SIZE_MAX;
    for (; segments && x->joined < first->n; x->joined++) {
        if (!first->rows[x->joined].payload)
            continue;
        if (row->first == SIZE_MAX)
            row->first = x->joined;
        row->last = x->joined;
        segments--;
    }
}

static void add_made(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    struct explain_row *row = add_row(x);
    (void)f;
    row->is_handshake = e->segments == 0;
    row->side = (uint8_t)e->side;
    row->payload = e->payload;
    set_begins(&row->begins, e->bytes, e->payload);
    note_joined(x, row, e->segments);
}

static void hide(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    struct explain_packet *p = find_packet(x, e->packet);
    (void)f;
    if (p)
        p->fate = e->kind == TRACE_COPY ? EXPLAIN_COPY : EXPLAIN_OLD;
}

static void begin_flush(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    (void)e;
    x->flushing = f->ended ? EXPLAIN_TO_END : EXPLAIN_FOR_MEMORY;
}

static void add_said(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    struct explain_look *look = look_at_hand(x);
    (void)f;
    if (e->step->state == DETECT_GAVE_UP) {
        look->gave_up = true;
        look->giveup = *e->step;
    } else if (look->n_said < look->n) {
        look->rows[look->n_said++].said = *e->step;
    }
}

static void note_verdict(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    (void)e;
    look_at_hand(x)->verdict = f->verdict;
    x->decided = true;
}

static void note_choice(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    (void)f;
    x->result.has_choice = true;
    x->result.choice = e->choice;
}

static void note_end(struct explain *x, const struct flow *f, const struct trace_event *e)
{
    struct explain_result *r = &x->result;
    unsigned taken = r->has_choice && choice_is_second(r->choice);
    const struct detect_verdict *own = &r->look[taken].verdict;
    (void)e;
    r->verdict = f->verdict;
    r->is_from_before = f->slice && (!r->n_looks || own->master != f->verdict.master || own->app != f->verdict.app);
}

static void on_event(void *ctx, const struct flow *f, const struct trace_event *e)
{
    static void (*const notes[])(struct explain *x, const struct flow *f, const struct trace_event *e) = {
        [TRACE_LOOK] = begin_look,      [TRACE_SHOWN] = add_shown, [TRACE_MADE] = add_made,
        [TRACE_COPY] = hide,            [TRACE_OLD] = hide,        [TRACE_FLUSH] = begin_flush,
        [TRACE_SAID] = add_said,        [TRACE_VERDICT] = note_verdict,
        [TRACE_CHOICE] = note_choice,   [TRACE_ENDED] = note_end,
    };
    notes[e->kind](ctx, f, e);
}

/* --- the result --------------------------------------------------------------------------------------- */

struct explain *explain_new(const struct explain_options *opt)
{
    struct explain *x = xcalloc(1, sizeof(*x));
    x->opt = *opt;
    x->trace = (struct trace){.wanted = wanted, .event = on_event, .ctx = x};
    return x;
}

void explain_free(struct explain *x)
{
    if (!x)
        return;
    for (size_t i = 0; i < x->result.n_packets; i++)
        free(x->result.packets[i]);
    free(x->result.packets);
    free(x->result.look[0].rows);
    free(x->result.look[1].rows);
    free(x->record);
    free(x);
}

const struct trace *explain_trace(const struct explain *x)
{
    return &x->trace;
}

/* The packet with which the detector was sure; UINT64_MAX: it never was. */
static uint64_t decided_at(const struct explain_look *look)
{
    const struct explain_row *row = look->n_said ? &look->rows[look->n_said - 1] : NULL;
    if (!row || row->said.state == DETECT_MORE)
        return UINT64_MAX;
    return row->wait == EXPLAIN_AT_ONCE ? row->packet->number : row->until;
}

/* Verdicts come back in batches, so packets went out that nobody looked at. */
const struct explain_result *explain_finish(struct explain *x)
{
    struct explain_result *r = &x->result;
    uint64_t decided = decided_at(&r->look[0]);
    for (size_t i = r->look[0].n_said; i < r->look[0].n; i++)
        find_packet(x, r->look[0].rows[i].packet->number)->fate = EXPLAIN_WAITS;
    for (size_t i = 0; i < r->n_packets; i++) {
        if (r->packets[i]->number <= decided)
            continue;
        r->packets[i]->fate = EXPLAIN_LATE;
        r->late++;
    }
    return r;
}
