/* SPDX-License-Identifier: BSD-2-Clause */
/* records.c - makes records, and hands flows to the thread that does. What such a flow needs of what goes on being
 * read is looked up before: the names of its ends, and a copy of the tunnels it is in. */
#include "engine/records.h"

#include "record/build.h"
#include "record/stats.h"
#include "util/relay.h"
#include "util/xalloc.h"

#include <stdatomic.h>
#include <stdlib.h>

struct records {
    struct record_builder *builder;
    struct stats *stats;      /* NULL: no rankings asked for */
    const struct expr *where; /* NULL: none */
    uint64_t left_out;        /* records that do not match it */
    engine_record_fn *on_record;
    void *ctx;
    enum dpi_status status; /* first failure of on_record */
    struct dpi_err err;
    atomic_bool failed;  /* the same, for who is in another thread */
    struct relay *relay; /* NULL: records are made at once */
    void (*give_back)(void *ctx, struct flow *f);
    void *give_back_ctx;
};

/* What the thread is given. */
struct taken {
    struct flow *flow;
    struct tunnel_path *path; /* owned, or NULL */
    struct dpi_text names[2];
};

struct records *records_new(const struct engine_options *opt, const struct labels *labels,
                            void (*give_back)(void *ctx, struct flow *f), void *ctx)
{
    struct records *r = xcalloc(1, sizeof(*r));
    r->builder = record_builder_new(labels, opt->community_id_seed, opt->flow.key.conversations);
    record_builder_home(r->builder, opt->home_nets, opt->n_home_nets);
    record_builder_rules(r->builder, opt->rules, opt->rule_hits);
    r->stats = opt->rankings ? stats_new() : NULL;
    r->where = opt->where;
    r->give_back = give_back;
    r->give_back_ctx = ctx;
    return r;
}

void records_free(struct records *r)
{
    if (!r)
        return;
    relay_free(r->relay);
    stats_free(r->stats);
    record_builder_free(r->builder);
    free(r);
}

static void make_record(struct records *r, const struct record_parts *parts)
{
    if (r->status != DPI_OK)
        return;
    const struct dpi_record *record = record_build(r->builder, parts);
    if (r->where && !expr_match(r->where, record)) {
        r->left_out++;
        return;
    }
    if (r->stats)
        stats_record(r->stats, record);
    r->status = r->on_record(r->ctx, record, &r->err);
    if (r->status != DPI_OK)
        atomic_store(&r->failed, true);
}

static void work(void *ctx, void *item)
{
    const struct taken *t = item;
    make_record(ctx, &(struct record_parts){t->flow, t->path, {t->names[0], t->names[1]}});
}

static void done(void *ctx, void *item)
{
    struct records *r = ctx;
    struct taken *t = item;
    free(t->path);
    r->give_back(r->give_back_ctx, t->flow);
}

void records_start(struct records *r, bool beside, engine_record_fn *on_record, void *ctx)
{
    static const struct relay_ops ops = {.size = sizeof(struct taken), .work = work, .done = done};
    r->on_record = on_record;
    r->ctx = ctx;
    if (beside)
        r->relay = relay_new(&ops, r);
}

bool records_take(struct records *r, struct flow *f, const struct tunnel_path *path, const struct dpi_text names[2])
{
    if (!r->relay) {
        make_record(r, &(struct record_parts){f, path, {names[0], names[1]}});
        return false;
    }
    struct taken *t = relay_next(r->relay);
    *t = (struct taken){f, path ? xmemdup(path, sizeof(*path)) : NULL, {names[0], names[1]}};
    relay_put(r->relay);
    return true;
}

bool records_failed(const struct records *r)
{
    return atomic_load_explicit(&r->failed, memory_order_relaxed);
}

enum dpi_status records_finish(struct records *r, struct dpi_err *err)
{
    if (r->relay)
        relay_finish(r->relay);
    if (r->status != DPI_OK)
        *err = r->err;
    return r->status;
}

uint64_t records_left_out(const struct records *r)
{
    return r->left_out;
}

void records_report(const struct records *r, struct dpi_run *run)
{
    if (r->stats)
        stats_report(r->stats, run);
}
