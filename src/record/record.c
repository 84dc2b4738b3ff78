/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c - copies of records, and their attributes. */
#include "dpitool/record.h"

#include <stdalign.h>

#include "util/xalloc.h"

struct dpi_value dpi_record_attr(const struct dpi_record *r, enum dpi_field_id field)
{
    for (size_t i = 0; i < r->n_attrs && r->attrs[i].field <= field; i++)
        if (r->attrs[i].field == field)
            return r->attrs[i].value;
    return (struct dpi_value){.kind = DPI_ABSENT};
}

/* Copies to p; where p is NULL it only counts, so that the walk that measures is the walk that copies. */
struct copier {
    char *p;
    size_t n;
};

static void *copy_bytes(struct copier *c, const void *from, size_t n)
{
    size_t at = c->n;
    size_t align = alignof(max_align_t);
    c->n += (n + align - 1) & ~(align - 1);
    if (!c->p)
        return NULL;
    return n ? memcpy(c->p + at, from, n) : c->p + at;
}

static void copy_text(struct copier *c, struct dpi_text *t)
{
    if (t->p)
        t->p = copy_bytes(c, t->p, t->n);
}

static const struct dpi_text *copy_list(struct copier *c, const struct dpi_text *v, size_t n)
{
    struct dpi_text *copy = copy_bytes(c, v, n * sizeof(*v));
    for (size_t i = 0; i < n; i++) {
        struct dpi_text t = v[i];
        copy_text(c, &t);
        if (c->p)
            copy[i] = t;
    }
    return copy;
}

static const struct dpi_attr *copy_attrs(struct copier *c, const struct dpi_attr *v, size_t n)
{
    struct dpi_attr *copy = copy_bytes(c, v, n * sizeof(*v));
    for (size_t i = 0; i < n; i++) {
        struct dpi_value value = v[i].value;
        if (value.kind == DPI_TEXT)
            copy_text(c, &value.text);
        else if (value.kind == DPI_LIST)
            value.list.v = copy_list(c, value.list.v, value.list.n);
        if (c->p)
            copy[i].value = value;
    }
    return copy;
}

/* What the record points to; r is a copy of the struct already. */
static void copy_parts(struct copier *c, struct dpi_record *r)
{
    struct dpi_text *const texts[] = {
        &r->community_id,   &r->capture,      &r->interface,         &r->transport,
        &r->protocol,       &r->application,  &r->category,          &r->ndpi_label,
        &r->confidence,     &r->classified_by, &r->application_by,   &r->end_reason,
        &r->dir[0].tcp_flags, &r->dir[1].tcp_flags, &r->direction,          &r->tcp_state,
        &r->src_name,         &r->dst_name,
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        copy_text(c, texts[i]);
    for (int side = 0; side < 2; side++)
        if (r->dir[side].mac)
            r->dir[side].mac = copy_bytes(c, r->dir[side].mac, 6);
    r->flags = copy_list(c, r->flags, r->n_flags);
    r->tunnels = copy_list(c, r->tunnels, r->n_tunnels);
    r->tunnel_ids = copy_list(c, r->tunnel_ids, r->n_tunnel_ids);
    r->mpls = copy_list(c, r->mpls, r->n_mpls);
    r->attrs = copy_attrs(c, r->attrs, r->n_attrs);
}

struct dpi_record *dpi_record_dup(const struct dpi_record *r)
{
    struct copier count = {.n = 0};
    struct dpi_record measured = *r;
    copy_bytes(&count, r, sizeof(*r));
    copy_parts(&count, &measured);

    struct copier c = {.p = xmalloc(count.n)};
    struct dpi_record *copy = copy_bytes(&c, r, sizeof(*r));
    copy_parts(&c, copy);
    return copy;
}
