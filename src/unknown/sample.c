/* SPDX-License-Identifier: BSD-2-Clause */
/* sample.c - keeps the first messages of a flow. */
#include "unknown/sample.h"

#include "util/xalloc.h"

#include <stdlib.h>

/* A segment of this size or more fills a packet on most links: what follows it goes on with the same message. */
enum { FULL_SEGMENT = 1200 };

struct sample *samples_add(struct samples *s, uint64_t flow_id)
{
    if (s->n == s->room) {
        s->room = s->room ? s->room * 2 : 64;
        s->v = xrealloc(s->v, s->room, sizeof(struct sample *));
    }
    struct sample *new = xcalloc(1, sizeof(*new));
    new->flow_id = flow_id;
    s->v[s->n++] = new;
    return new;
}

void samples_free(struct samples *s)
{
    for (size_t i = 0; i < s->n; i++) {
        for (unsigned side = 0; side < 2; side++) {
            free(s->v[i]->side[side].bytes);
            free(s->v[i]->side[side].segment);
        }
        free(s->v[i]);
    }
    free(s->v);
    *s = (struct samples){0};
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Whether the other side was silent since the last message of this one, which ended with a segment that was full. */
static bool goes_on(const struct sample *s, const struct sample_side *side)
{
    if (!s->stream || !side->n_messages)
        return false;
    return side->message[side->n_messages - 1].index + 1 == s->n_sent && side->last >= FULL_SEGMENT;
}

static struct sample_message *begin(struct sample *s, struct sample_side *side, int64_t time_ns)
{
    struct sample_message *m = &side->message[side->n_messages++];
    *m = (struct sample_message){.at = side->n, .index = s->n_sent++, .time_ns = time_ns};
    s->n_messages++;
    return m;
}

static void add_segment(struct sample_side *side, uint32_t index, int64_t time_ns, uint32_t n)
{
    if (side->n_segments == SAMPLE_SEGMENTS)
        return;
    if ((side->n_segments & (side->n_segments - 1)) == 0) /* full at every power of two */
        side->segment = xrealloc(side->segment, side->n_segments ? side->n_segments * 2 : 1, sizeof(*side->segment));
    side->segment[side->n_segments++] = (struct sample_segment){side->n, index, time_ns};
    side->segmented = side->n + n;
}

/* The message that a segment is of; NULL: of none, for there are enough. */
static struct sample_message *message_of(struct sample *s, struct sample_side *side, int64_t time_ns)
{
    if (goes_on(s, side))
        return &side->message[side->n_messages - 1];
    if (side->n_messages < SAMPLE_MESSAGES)
        return begin(s, side, time_ns);
    s->n_sent++;
    return NULL;
}

static void keep(struct sample_side *side, const uint8_t *bytes, uint32_t n)
{
    if (!n)
        return;
    side->bytes = xrealloc(side->bytes, side->n + n, 1);
    memcpy(side->bytes + side->n, bytes, n);
    side->n += n;
}

void sample_add(struct sample *s, unsigned who, int64_t time_ns, const uint8_t *bytes, uint32_t kept, uint32_t size)
{
    struct sample_side *side = &s->side[who];
    if (side->full || !size)
        return;
    struct sample_message *m = message_of(s, side, time_ns);
    uint32_t n = least(kept, s->stream ? SAMPLE_STREAM - side->n : SAMPLE_BYTES);
    if (s->stream)
        add_segment(side, m ? m->index : s->n_sent - 1, time_ns, n);
    if (m) {
        m->size += size;
        m->kept += n;
    }
    keep(side, bytes, n);
    side->last = size;
    side->full = s->stream ? side->n == SAMPLE_STREAM : side->n_messages == SAMPLE_MESSAGES;
}

void sample_loss(struct sample *s, unsigned side)
{
    s->lossy = s->lossy || !s->side[side].full;
    s->side[side].full = true;
}

void sample_swap(struct sample *s)
{
    struct sample_side side = s->side[0];
    struct dpi_addr addr = s->addr[0];
    uint16_t port = s->port[0];
    s->side[0] = s->side[1];
    s->side[1] = side;
    s->addr[0] = s->addr[1];
    s->addr[1] = addr;
    s->port[0] = s->port[1];
    s->port[1] = port;
}

struct message sample_get(const struct sample *s, unsigned side, uint32_t i)
{
    const struct sample_side *from = &s->side[side];
    const struct sample_message *m = &from->message[i];
    struct message out = {
        .bytes = from->bytes + m->at, .kept = m->kept, .size = m->size, .index = m->index, .time_ns = m->time_ns,
        .side = (uint8_t)side,
    };
    return out;
}

static int compare_sides(const struct sample_side *a, const struct sample_side *b)
{
    uint32_t n = least(a->n, b->n);
    int by_bytes = n ? memcmp(a->bytes, b->bytes, n) : 0;
    if (by_bytes)
        return by_bytes;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    if (a->n_messages != b->n_messages)
        return a->n_messages < b->n_messages ? -1 : 1;
    for (uint32_t i = 0; i < a->n_messages; i++) {
        const struct sample_message *x = &a->message[i], *y = &b->message[i];
        if (x->kept != y->kept || x->size != y->size)
            return x->kept < y->kept || (x->kept == y->kept && x->size < y->size) ? -1 : 1;
    }
    return 0;
}

int sample_compare(const struct sample *a, const struct sample *b)
{
    int differ = a->transport - b->transport;
    for (unsigned i = 0; i < 2 && !differ; i++)
        differ = compare_sides(&a->side[i], &b->side[i]);
    for (unsigned i = 2; i-- > 0 && !differ;)
        differ = a->port[i] - b->port[i];
    for (unsigned i = 0; i < 2 && !differ; i++)
        differ = memcmp(&a->addr[i], &b->addr[i], sizeof(a->addr[i]));
    return differ ? differ : (a->flow_id > b->flow_id) - (a->flow_id < b->flow_id);
}
