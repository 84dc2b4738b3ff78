/* SPDX-License-Identifier: BSD-2-Clause */
/* worker.c - flows by their slots, fed and finished. */
#include "detect/worker.h"

#include <signal.h>
#include <stdlib.h>

#include "util/xalloc.h"

struct worker {
    struct ndpi_adapter *adapter;
    struct ndpi_adapter_flow **slots; /* NULL: never opened, or decided */
    size_t n_slots;
    enum detector_test test;
    uint64_t test_at, packets;
};

struct worker *worker_new(struct ndpi_adapter *adapter, const struct detector_options *opt)
{
    struct worker *w = xcalloc(1, sizeof(*w));
    w->adapter = adapter;
    w->test = opt->test;
    w->test_at = opt->test_at;
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n_slots; i++)
        ndpi_adapter_flow_free(w->slots[i]);
    free(w->slots);
    free(w);
}

static void grow_slots(struct worker *w, size_t want)
{
    size_t n = w->n_slots ? w->n_slots : 256;
    while (n < want)
        n *= 2;
    w->slots = xrealloc(w->slots, n, sizeof(*w->slots));
    for (size_t i = w->n_slots; i < n; i++)
        w->slots[i] = NULL;
    w->n_slots = n;
}

static void open_slot(struct worker *w, const struct detect_msg *m)
{
    if (m->slot >= DETECT_SLOTS_MAX)
        return;
    if (m->slot >= w->n_slots)
        grow_slots(w, (size_t)m->slot + 1);
    ndpi_adapter_flow_free(w->slots[m->slot]);
    w->slots[m->slot] = ndpi_adapter_flow_new(m->transport);
}

static void close_slot(struct worker *w, uint32_t slot)
{
    ndpi_adapter_flow_free(w->slots[slot]);
    w->slots[slot] = NULL;
}

/* What was said last of the flow, when the message asks for it. */
static void note_step(const struct worker *w, const struct detect_msg *m, struct detect_reply *r)
{
    if (!m->trace)
        return;
    struct detect_step *s = &r->step[r->n_steps++];
    s->slot = m->slot;
    ndpi_adapter_said(w->adapter, w->slots[m->slot], s);
}

static void answer(struct worker *w, const struct detect_msg *m, struct detect_reply *r)
{
    struct detect_verdict *v = &r->verdict[r->n++];
    struct attrs_writer a = {.p = r->bytes + r->used, .max = DETECT_ATTRS_MAX};
    *v = (struct detect_verdict){.slot = m->slot, .attrs = r->used};
    if (ndpi_adapter_finish(w->adapter, w->slots[m->slot], v, &a))
        note_step(w, m, r);
    v->attrs_len = (uint32_t)a.n;
    v->attrs_cut = a.cut;
    r->used += v->attrs_len;
    close_slot(w, m->slot);
}

void worker_fault(struct worker *w, uint32_t slot, struct detect_reply *r)
{
    r->verdict[r->n++] = (struct detect_verdict){.slot = slot, .fault = true, .guilty = true};
    if (slot < w->n_slots)
        close_slot(w, slot);
}

void worker_leave_out(struct worker *w, const struct detect_batch *b, uint32_t i)
{
    w->packets += b->msg[i].op == DETECT_PACKET;
}

/* What the tests of containment ask for. */
static void fail_on_purpose(struct worker *w)
{
    if (++w->packets != w->test_at || w->test == DETECTOR_NO_TEST)
        return;
    if (w->test == DETECTOR_CRASH)
        raise(SIGKILL); /* not to be taken for a fault of the program by a sanitizer */
    if (w->test == DETECTOR_STOP)
        raise(SIGSTOP); /* waits without taking CPU time */
    for (volatile bool for_ever = true; for_ever;)
        ;
}

static bool is_sound_packet(const struct detect_msg *m, const struct detect_batch *b)
{
    uint32_t used = b->used < DETECT_BATCH_BYTES ? b->used : DETECT_BATCH_BYTES;
    return m->len <= DETECT_PACKET_MAX && m->offset <= used && m->len <= used - m->offset;
}

/* True when the flow has come to its end. */
static bool feed(struct worker *w, struct ndpi_adapter_flow *f, const struct detect_batch *b,
                 const struct detect_msg *m, struct detect_reply *r)
{
    if (!is_sound_packet(m, b))
        return false;
    fail_on_purpose(w);
    bool decided = ndpi_adapter_packet(w->adapter, f, b->bytes + m->offset, m->len, m->time_ms);
    note_step(w, m, r);
    return decided;
}

void worker_message(struct worker *w, const struct detect_batch *b, uint32_t i, struct detect_reply *r)
{
    const struct detect_msg *m = &b->msg[i];
    struct ndpi_adapter_flow *f = m->slot < w->n_slots ? w->slots[m->slot] : NULL;
    if (m->op == DETECT_OPEN)
        open_slot(w, m);
    else if (f && (m->op == DETECT_END || (m->op == DETECT_PACKET && feed(w, f, b, m, r))))
        answer(w, m, r);
}
