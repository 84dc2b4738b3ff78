/* SPDX-License-Identifier: BSD-2-Clause */
/* split.c - a list of packets for each flow, linked by their places in the temporary file. */
#include "extract/split.h"

#include "io/scratch.h"
#include "util/xalloc.h"

#include <stddef.h>
#include <stdlib.h>

/* Places are those of heads and one, so that 0 is none. */
struct chain {
    uint64_t first, last;
};

struct head {
    uint64_t next, number;
    int64_t ts_ns;
    uint32_t caplen, wirelen, iface;
    bool untimed;
};

struct split {
    struct scratch *packets; /* heads with the bytes behind them */
    struct scratch *chains;  /* struct chain by flow_id */
    uint64_t end;            /* of the packets */
    uint64_t last_flow;      /* the highest flow_id */
    const struct capture_iface **ifaces; /* by index */
    uint32_t n_ifaces;
    uint8_t *bytes; /* of the packet at hand */
    size_t room;
};

enum dpi_status split_open(struct split **out, const char *folder, struct dpi_err *err)
{
    struct split *s = xcalloc(1, sizeof(*s));
    enum dpi_status st = scratch_open(&s->packets, folder, err);
    if (st == DPI_OK)
        st = scratch_open(&s->chains, folder, err);
    if (st != DPI_OK) {
        split_close(s);
        s = NULL;
    }
    *out = s;
    return st;
}

void split_close(struct split *s)
{
    if (!s)
        return;
    scratch_close(s->packets);
    scratch_close(s->chains);
    free(s->ifaces);
    free(s->bytes);
    free(s);
}

static void note_iface(struct split *s, const struct capture_iface *i)
{
    if (i->index >= s->n_ifaces) {
        uint32_t n = i->index + 1 + i->index / 2;
        s->ifaces = xrealloc(s->ifaces, n, sizeof(*s->ifaces));
        s->n_ifaces = n;
    }
    s->ifaces[i->index] = i;
}

/* Hangs the packet at place behind the last one of its flow. */
static enum dpi_status link_packet(struct split *s, uint64_t flow_id, uint64_t place, struct dpi_err *err)
{
    struct chain c;
    DPI_TRY(scratch_read(s->chains, flow_id * sizeof(c), &c, sizeof(c), err));
    if (c.last)
        DPI_TRY(scratch_write(s->packets, c.last - 1 + offsetof(struct head, next), &place, sizeof(place), err));
    else
        c.first = place;
    c.last = place;
    return scratch_write(s->chains, flow_id * sizeof(c), &c, sizeof(c), err);
}

enum dpi_status split_packet(void *ctx, const struct packet *p, uint64_t flow_id, struct dpi_err *err)
{
    struct split *s = ctx;
    struct head h = {.number = p->number, .ts_ns = p->ts_ns, .caplen = p->caplen, .wirelen = p->wirelen,
                     .iface = p->iface->index, .untimed = p->untimed};
    note_iface(s, p->iface);
    DPI_TRY(scratch_write(s->packets, s->end, &h, sizeof(h), err));
    DPI_TRY(scratch_write(s->packets, s->end + sizeof(h), p->data, p->caplen, err));
    DPI_TRY(link_packet(s, flow_id, s->end + 1, err));
    s->end += sizeof(h) + p->caplen;
    if (flow_id > s->last_flow)
        s->last_flow = flow_id;
    return DPI_OK;
}

/* The packet at place; *next is the one behind it. */
static enum dpi_status get_packet(struct split *s, uint64_t place, struct packet *p, uint64_t *next,
                                  struct dpi_err *err)
{
    struct head h;
    DPI_TRY(scratch_read(s->packets, place - 1, &h, sizeof(h), err));
    if (h.caplen > s->room) {
        s->room = h.caplen;
        s->bytes = xrealloc(s->bytes, s->room, 1);
    }
    DPI_TRY(scratch_read(s->packets, place - 1 + sizeof(h), s->bytes, h.caplen, err));
    *p = (struct packet){.iface = s->ifaces[h.iface], .data = s->bytes, .caplen = h.caplen, .wirelen = h.wirelen,
                         .ts_ns = h.ts_ns, .untimed = h.untimed, .number = h.number};
    *next = h.next;
    return DPI_OK;
}

static enum dpi_status give_flow(struct split *s, uint64_t flow_id, const struct split_calls *calls, void *ctx,
                                 struct dpi_err *err)
{
    struct chain c;
    struct packet p;
    DPI_TRY(scratch_read(s->chains, flow_id * sizeof(c), &c, sizeof(c), err));
    for (uint64_t place = c.first, next; place; place = next) {
        DPI_TRY(get_packet(s, place, &p, &next, err));
        if (place == c.first)
            DPI_TRY(calls->begin(ctx, flow_id, &p, err));
        DPI_TRY(calls->sink(ctx, &p, flow_id, err));
    }
    return c.first ? calls->end(ctx, err) : DPI_OK;
}

enum dpi_status split_give(struct split *s, const struct split_calls *calls, void *ctx, struct dpi_err *err)
{
    for (uint64_t id = 0; id <= s->last_flow; id++)
        DPI_TRY(give_flow(s, id, calls, ctx, err));
    return DPI_OK;
}
