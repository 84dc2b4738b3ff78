/* SPDX-License-Identifier: BSD-2-Clause */
/* slice.c - labels from record to record of one flow. */
#include "flow/slice.h"

#include "util/xalloc.h"

#include <stdlib.h>

static bool by_payload(const struct detect_verdict *v)
{
    static const bool sure[] = {
        [DETECT_BY_DPI] = true, [DETECT_BY_DPI_CACHE] = true, [DETECT_BY_DPI_PARTIAL] = true, [DETECT_BY_PORT] = false};
    return sure[v->by] || sure[v->app_by];
}

static struct flow_slice *slice_of(struct flow *f)
{
    if (!f->slice)
        f->slice = xcalloc(1, sizeof(*f->slice));
    return f->slice;
}

static uint8_t *copy_attrs(const struct detect_verdict *v, const uint8_t *attrs)
{
    return v->attrs_len ? xmemdup(attrs, v->attrs_len) : NULL;
}

void slice_link(struct flow *part, struct flow *f)
{
    struct flow_slice *s = slice_of(f), *p;
    part->slice = NULL;
    p = slice_of(part);
    *p = *s;
    if (p->has_label)
        p->attrs = copy_attrs(&s->verdict, s->attrs);
    if (p->before)
        p->before->slice->next = part;
    p->next = f;
    s->before = part;
}

struct flow *slice_settle(struct flow *f)
{
    struct flow_slice *s = f->slice;
    if (!s)
        return NULL;
    if (s->has_label && !by_payload(&f->verdict)) {
        free(f->attrs);
        f->verdict = s->verdict;
        f->attrs = s->attrs;
        s->attrs = NULL;
        s->has_label = false;
    }
    struct flow *next = s->next;
    if (!next)
        return NULL;
    struct flow_slice *n = next->slice;
    n->before = NULL;
    if (!by_payload(&f->verdict) || n->has_label)
        return NULL;
    n->has_label = true;
    n->verdict = f->verdict;
    n->attrs = copy_attrs(&f->verdict, f->attrs);
    return next;
}

void slice_free(struct flow *f)
{
    if (f->slice)
        free(f->slice->attrs);
    free(f->slice);
}
