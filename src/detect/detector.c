/* SPDX-License-Identifier: BSD-2-Clause */
/* detector.c - the plain call behind the seam: a batch is worked off at once, its reply waits to be
 * collected. A message that makes no sense is ignored, for this end will one day be fed by another
 * process. */
#include "detect/detect.h"

#include <assert.h>
#include <stdlib.h>

#include "ndpi/labels.h"
#include "ndpi/ndpi_adapter.h"
#include "util/xalloc.h"

enum { UNDER_WAY_MAX = 2 };

struct detector {
    struct ndpi_adapter *adapter;
    struct labels *labels;
    struct ndpi_adapter_flow **slots; /* NULL: never opened, or decided */
    size_t n_slots;
    struct detect_reply *reply[UNDER_WAY_MAX];
    unsigned oldest, n_under_way;
};

enum dpi_status detector_new(struct detector **d, const struct detector_options *opt,
                             struct dpi_err *err)
{
    struct ndpi_adapter *adapter;
    *d = NULL;
    DPI_TRY(ndpi_adapter_new(&adapter, opt, err));
    struct detector *self = xcalloc(1, sizeof(*self));
    self->adapter = adapter;
    self->labels = labels_new(adapter);
    for (size_t i = 0; i < UNDER_WAY_MAX; i++)
        self->reply[i] = xcalloc(1, sizeof(*self->reply[i]));
    *d = self;
    return DPI_OK;
}

void detector_free(struct detector *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n_slots; i++)
        ndpi_adapter_flow_free(d->slots[i]);
    for (size_t i = 0; i < UNDER_WAY_MAX; i++)
        free(d->reply[i]);
    free(d->slots);
    labels_free(d->labels);
    ndpi_adapter_free(d->adapter);
    free(d);
}

const struct labels *detector_labels(const struct detector *d)
{
    return d->labels;
}

static void grow_slots(struct detector *d, size_t want)
{
    size_t n = d->n_slots ? d->n_slots : 256;
    while (n < want)
        n *= 2;
    d->slots = xrealloc(d->slots, n, sizeof(*d->slots));
    for (size_t i = d->n_slots; i < n; i++)
        d->slots[i] = NULL;
    d->n_slots = n;
}

static void open_slot(struct detector *d, const struct detect_msg *m)
{
    if (m->slot >= DETECT_SLOTS_MAX)
        return;
    if (m->slot >= d->n_slots)
        grow_slots(d, (size_t)m->slot + 1);
    ndpi_adapter_flow_free(d->slots[m->slot]);
    d->slots[m->slot] = ndpi_adapter_flow_new(m->transport);
}

/* What was said last of the flow, when the message asks for it. */
static void note_step(const struct detector *d, const struct detect_msg *m, struct detect_reply *r)
{
    if (!m->trace)
        return;
    struct detect_step *s = &r->step[r->n_steps++];
    s->slot = m->slot;
    ndpi_adapter_said(d->adapter, d->slots[m->slot], s);
}

static void answer(struct detector *d, const struct detect_msg *m, struct detect_reply *r)
{
    uint32_t slot = m->slot;
    struct ndpi_adapter_flow *f = d->slots[slot];
    struct detect_verdict *v = &r->verdict[r->n++];
    struct attrs_writer w = {.p = r->bytes + r->used, .max = DETECT_ATTRS_MAX};
    *v = (struct detect_verdict){.slot = slot, .attrs = r->used};
    if (ndpi_adapter_finish(d->adapter, f, v, &w))
        note_step(d, m, r);
    v->attrs_len = (uint32_t)w.n;
    v->attrs_cut = w.cut;
    r->used += v->attrs_len;
    ndpi_adapter_flow_free(f);
    d->slots[slot] = NULL;
}

static bool is_sound_packet(const struct detect_msg *m, const struct detect_batch *b)
{
    uint32_t used = b->used < DETECT_BATCH_BYTES ? b->used : DETECT_BATCH_BYTES;
    return m->len <= DETECT_PACKET_MAX && m->offset <= used && m->len <= used - m->offset;
}

static bool feed(struct detector *d, struct ndpi_adapter_flow *f, const struct detect_batch *b,
                 const struct detect_msg *m, struct detect_reply *r)
{
    if (!is_sound_packet(m, b))
        return false;
    bool decided = ndpi_adapter_packet(d->adapter, f, b->bytes + m->offset, m->len, m->time_ms);
    note_step(d, m, r);
    return decided;
}

/* True when the slot's flow has come to its end. */
static bool work(struct detector *d, const struct detect_batch *b, const struct detect_msg *m,
                 struct detect_reply *r)
{
    struct ndpi_adapter_flow *f = m->slot < d->n_slots ? d->slots[m->slot] : NULL;
    switch (m->op) {
    case DETECT_OPEN:
        open_slot(d, m);
        return false;
    case DETECT_PACKET:
        return f && feed(d, f, b, m, r);
    case DETECT_END:
        return f != NULL;
    default:
        return false;
    }
}

void detector_submit(struct detector *d, const struct detect_batch *b)
{
    assert(d->n_under_way < UNDER_WAY_MAX);
    struct detect_reply *r = d->reply[(d->oldest + d->n_under_way++) % UNDER_WAY_MAX];
    r->n = 0;
    r->used = 0;
    r->n_steps = 0;
    uint32_t n = b->n < DETECT_BATCH_MSGS ? b->n : DETECT_BATCH_MSGS;
    for (uint32_t i = 0; i < n; i++)
        if (work(d, b, &b->msg[i], r))
            answer(d, &b->msg[i], r);
}

const struct detect_reply *detector_collect(struct detector *d)
{
    assert(d->n_under_way > 0);
    const struct detect_reply *r = d->reply[d->oldest];
    d->oldest = (d->oldest + 1) % UNDER_WAY_MAX;
    d->n_under_way--;
    return r;
}
