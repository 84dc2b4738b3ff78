/* SPDX-License-Identifier: BSD-2-Clause */
/* extract.c - two tables in temporary files: the flow of each packet, and what is wanted of each flow. */
#include "extract/extract.h"

#include "io/scratch.h"
#include "util/xalloc.h"

#include <stdlib.h>

/* A packet of no flow: this and its link type. 0: one that was not asked for. */
#define NO_FLOW (UINT64_C(1) << 63)

struct entry {
    uint32_t link_type; /* of its first packet */
    uint16_t port;
    uint8_t transport;
    bool mixed, has_ports;
    bool selected; /* by name */
    bool matched;  /* by its record */
};

struct extract {
    struct extract_options opt;
    struct scratch *packets; /* uint64_t by number */
    struct scratch *flows;   /* struct entry by flow_id */
    uint64_t seen;           /* the highest flow_id so far */
    uint64_t read;
    bool any;                /* a packet was read */
    struct extract_facts facts;
    bool *found;             /* which of opt.flows there are */
    struct dpi_err err; /* the first failure; code DPI_OK: none */
};

enum dpi_status extract_open(struct extract **out, const struct extract_options *opt, struct dpi_err *err)
{
    struct extract *x = xcalloc(1, sizeof(*x));
    x->opt = *opt;
    x->found = xcalloc(opt->n_flows, sizeof(*x->found));
    enum dpi_status st = scratch_open(&x->packets, opt->folder, err);
    if (st == DPI_OK)
        st = scratch_open(&x->flows, opt->folder, err);
    if (st != DPI_OK) {
        extract_close(x);
        x = NULL;
    }
    *out = x;
    return st;
}

void extract_close(struct extract *x)
{
    if (!x)
        return;
    scratch_close(x->packets);
    scratch_close(x->flows);
    free(x->found);
    free(x);
}

/* --- the first time ----------------------------------------------------------------------------------- */

static enum dpi_status get_entry(struct extract *x, uint64_t id, struct entry *e, struct dpi_err *err)
{
    return scratch_read(x->flows, id * sizeof(*e), e, sizeof(*e), err);
}

static enum dpi_status put_entry(struct extract *x, uint64_t id, const struct entry *e, struct dpi_err *err)
{
    return scratch_write(x->flows, id * sizeof(*e), e, sizeof(*e), err);
}

static enum dpi_status get_packet(struct extract *x, uint64_t number, uint64_t *flow, struct dpi_err *err)
{
    return scratch_read(x->packets, number * sizeof(*flow), flow, sizeof(*flow), err);
}

static enum dpi_status put_packet(struct extract *x, uint64_t number, uint64_t flow, struct dpi_err *err)
{
    return scratch_write(x->packets, number * sizeof(flow), &flow, sizeof(flow), err);
}

static void note_facts(struct extract_facts *f, const struct packet *p)
{
    f->pcapng |= p->iface->is_pcapng;
    f->nanoseconds |= p->iface->tsresol != 6;
    if (p->iface->snaplen > f->snaplen)
        f->snaplen = p->iface->snaplen;
    if (p->caplen > f->snaplen)
        f->snaplen = p->caplen;
}

void extract_read(void *ctx, const struct packet *p)
{
    struct extract *x = ctx;
    if (x->err.code != DPI_OK)
        return;
    if (!x->any)
        x->facts.link_type = p->iface->link_type;
    x->any = true;
    note_facts(&x->facts, p);
    x->err.code = put_packet(x, p->number, NO_FLOW | p->iface->link_type, &x->err);
}

static bool is_selected(struct extract *x, const struct flow *f)
{
    bool selected = x->opt.n_flows == 0;
    for (size_t i = 0; i < x->opt.n_flows; i++) {
        if (!selection_matches(&x->opt.flows[i], f, x->opt.community_id_seed, x->opt.conversations))
            continue;
        x->found[i] = true;
        selected = true;
    }
    return selected;
}

bool extract_found(const struct extract *x, size_t i)
{
    return x->found[i];
}

static enum dpi_status note_flow(struct extract *x, const struct flow *f, const struct packet *p, struct dpi_err *err)
{
    struct entry e;
    if (f->id > x->seen) {
        x->seen = f->id;
        e = (struct entry){.link_type = p->iface->link_type, .transport = f->key.transport,
                           .selected = is_selected(x, f)};
        return put_entry(x, f->id, &e, err);
    }
    DPI_TRY(get_entry(x, f->id, &e, err));
    if (e.link_type == p->iface->link_type)
        return DPI_OK;
    e.mixed = true;
    return put_entry(x, f->id, &e, err);
}

void extract_counted(void *ctx, const struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d)
{
    struct extract *x = ctx;
    (void)sender, (void)d;
    if (x->err.code == DPI_OK)
        x->err.code = note_flow(x, f, p, &x->err);
    if (x->err.code == DPI_OK)
        x->err.code = put_packet(x, p->number, f->id, &x->err);
}

enum dpi_status extract_record(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct extract *x = ctx;
    struct entry e;
    DPI_TRY(get_entry(x, r->flow_id, &e, err));
    e.matched = true;
    e.has_ports = r->has_ports;
    e.port = r->dst_port;
    return put_entry(x, r->flow_id, &e, err);
}

/* --- in between --------------------------------------------------------------------------------------- */

/* What a packet is wanted as. */
struct wanted {
    bool yes, mixed;
    uint64_t flow_id; /* 0: of no flow */
    uint32_t link_type;
};

static enum dpi_status look_up(struct extract *x, uint64_t number, struct wanted *w, struct dpi_err *err)
{
    uint64_t flow;
    struct entry e;
    *w = (struct wanted){0};
    DPI_TRY(get_packet(x, number, &flow, err));
    if (flow == 0)
        return DPI_OK;
    if (flow & NO_FLOW) {
        *w = (struct wanted){.yes = x->opt.all, .link_type = (uint32_t)flow};
        return DPI_OK;
    }
    DPI_TRY(get_entry(x, flow, &e, err));
    *w = (struct wanted){e.selected && e.matched, e.mixed, flow, e.link_type};
    return DPI_OK;
}

static void note_wanted(struct extract_facts *f, const struct wanted *w, int64_t *no_flow_link)
{
    if (f->packets++ == 0)
        f->link_type = w->link_type;
    f->mixed |= w->mixed || w->link_type != f->link_type;
    f->mixed_flow |= w->mixed;
    if (w->flow_id)
        return;
    f->mixed_flow |= *no_flow_link >= 0 && *no_flow_link != w->link_type;
    *no_flow_link = w->link_type;
}

enum dpi_status extract_choose(struct extract *x, uint64_t read, struct extract_facts *facts, struct dpi_err *err)
{
    int64_t no_flow_link = -1;
    x->read = read;
    *err = x->err;
    DPI_TRY(err->code);
    for (uint64_t number = 1; number <= read; number++) {
        struct wanted w;
        DPI_TRY(look_up(x, number, &w, err));
        if (w.yes)
            note_wanted(&x->facts, &w, &no_flow_link);
    }
    *facts = x->facts;
    return DPI_OK;
}

enum dpi_status extract_flow(struct extract *x, uint64_t id, struct extract_flow *flow, struct dpi_err *err)
{
    struct entry e = {0};
    if (id)
        DPI_TRY(get_entry(x, id, &e, err));
    *flow = (struct extract_flow){.id = id, .transport = e.transport, .has_ports = e.has_ports, .port = e.port};
    return DPI_OK;
}

/* --- the second time ---------------------------------------------------------------------------------- */

static enum dpi_status next_again(struct inputs *in, struct packet *p, uint64_t number, struct dpi_err *err)
{
    enum dpi_status st;
    do {
        st = inputs_next(in, p, err);
    } while (st == DPI_DAMAGED || st == DPI_INPUT); /* told the first time */
    if (st == DPI_OK)
        return DPI_OK;
    return dpi_fail(err, DPI_INPUT, "the captures have changed while they were read: packet %llu is not there any more",
                    (unsigned long long)number);
}

enum dpi_status extract_copy(struct extract *x, struct inputs *again, extract_sink *sink, void *ctx,
                             struct dpi_err *err)
{
    for (uint64_t number = 1, left = x->facts.packets; left && number <= x->read; number++) {
        struct packet p;
        struct wanted w;
        DPI_TRY(next_again(again, &p, number, err));
        DPI_TRY(look_up(x, number, &w, err));
        if (!w.yes)
            continue;
        DPI_TRY(sink(ctx, &p, w.flow_id, err));
        left--;
    }
    return DPI_OK;
}
