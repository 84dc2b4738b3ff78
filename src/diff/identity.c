/* SPDX-License-Identifier: BSD-2-Clause */
/* identity.c - the Community ID, which does not depend on who is taken for the client; where a transport has none, the
 * ends in an order of their own. VLAN and tunnel tell apart what has the same ends. */
#include "diff/identity.h"

#include "util/buf.h"
#include "util/siphash.h"

#include <inttypes.h>

/* Of json, whether a column is there is known only when all fields were asked for or a flow has a value. */
static bool has(const struct results *r, unsigned column)
{
    return r->has[column] || (r->json && r->all_fields);
}

/* Of json, no flow may have ports. */
static bool has_ports(const struct results *r)
{
    return r->json || r->has[DPI_FIELD_src_port];
}

static bool have(const struct results *a, const struct results *b, unsigned column)
{
    return has(a, column) && has(b, column);
}

enum dpi_status identity_columns(struct identity_columns *c, const struct results *a, const struct results *b,
                                 struct dpi_err *err)
{
    static const unsigned ends[] = {DPI_FIELD_transport, DPI_FIELD_src_ip, DPI_FIELD_dst_ip};
    const char *missing = NULL;
    const struct results *where = NULL;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (!have(a, b, ends[i])) {
            missing = dpi_fields[ends[i]].name;
            where = has(a, ends[i]) ? b : a;
        }
    *c = (struct identity_columns){
        .community_id = have(a, b, DPI_FIELD_community_id),
        .ends = !missing && has_ports(a) && has_ports(b),
        .vlan = have(a, b, DPI_FIELD_vlan),
        .tunnel = have(a, b, DPI_FIELD_tunnel),
    };
    if (c->community_id || c->ends)
        return DPI_OK;
    return dpi_fail(err, DPI_INPUT,
                    "%s:1: the column %s is missing: flows are matched by community_id, or by transport, src_ip, "
                    "src_port, dst_ip and dst_port", (where ? where : has_ports(a) ? b : a)->name,
                    missing ? missing : "src_port");
}

static void add(struct buf *b, struct dpi_text t)
{
    buf_char(b, '|');
    buf_add(b, t.p, t.n);
}

static void add_end(struct buf *b, struct dpi_text ip, struct dpi_text port)
{
    add(b, ip);
    add(b, port);
}

static void add_ends(struct buf *b, const struct results_flow *f)
{
    struct dpi_text a = results_cell(f, DPI_FIELD_src_ip), a_port = results_cell(f, DPI_FIELD_src_port);
    struct dpi_text z = results_cell(f, DPI_FIELD_dst_ip), z_port = results_cell(f, DPI_FIELD_dst_port);
    int order = dpi_text_cmp(a, z);
    bool swap = order ? order > 0 : dpi_text_cmp(a_port, z_port) > 0;
    add(b, results_cell(f, DPI_FIELD_transport));
    add_end(b, swap ? z : a, swap ? z_port : a_port);
    add_end(b, swap ? a : z, swap ? a_port : z_port);
}

enum dpi_status identity_make(struct identity *id, const struct identity_columns *c, const struct results *r,
                              const struct results_flow *f, struct arena *arena, struct dpi_err *err)
{
    static const struct siphash_key key; /* the same everywhere: equal hashes are told apart by the text */
    struct buf b = {0};
    struct dpi_text community_id = results_cell(f, DPI_FIELD_community_id);
    if (c->community_id && community_id.p)
        add(&b, community_id);
    else if (c->ends && results_cell(f, DPI_FIELD_src_ip).p && results_cell(f, DPI_FIELD_dst_ip).p)
        add_ends(&b, f);
    else
        return dpi_fail(err, DPI_INPUT, "%s:%" PRIu64 ": the flow has no community_id, and nothing else tells what it "
                        "is", r->name, f->line);
    add(&b, c->vlan ? results_cell(f, DPI_FIELD_vlan) : (struct dpi_text){NULL, 0});
    add(&b, c->tunnel ? results_cell(f, DPI_FIELD_tunnel) : (struct dpi_text){NULL, 0});
    *id = (struct identity){siphash(&key, b.p, b.n), arena_text(arena, b.p, b.n), f};
    buf_free(&b);
    return DPI_OK;
}
