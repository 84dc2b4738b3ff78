/* SPDX-License-Identifier: BSD-2-Clause */
/* top.c - keeps the first N records; by a field in a heap with the last of them on top. */
#include "writers/top.h"

#include <stdlib.h>

#include "util/xalloc.h"

static int compare_lists(const struct dpi_value *a, const struct dpi_value *b)
{
    size_t n = a->list.n < b->list.n ? a->list.n : b->list.n;
    for (size_t i = 0; i < n; i++) {
        int cmp = dpi_text_cmp(a->list.v[i], b->list.v[i]);
        if (cmp)
            return cmp;
    }
    return (a->list.n > b->list.n) - (a->list.n < b->list.n);
}

/* Both are present and of one kind. Counts and spans: the largest first. */
static int compare_values(const struct dpi_value *a, const struct dpi_value *b)
{
    switch (a->kind) {
    case DPI_U64:
        return (a->u64 < b->u64) - (a->u64 > b->u64);
    case DPI_SPAN:
        return (a->ns < b->ns) - (a->ns > b->ns);
    case DPI_TIME:
        return (a->ns > b->ns) - (a->ns < b->ns);
    case DPI_TEXT:
        return dpi_text_cmp(a->text, b->text);
    case DPI_ADDR:
        return a->addr.family != b->addr.family ? a->addr.family - b->addr.family
                                                : memcmp(a->addr.b, b->addr.b, sizeof(a->addr.b));
    case DPI_MAC:
        return memcmp(a->mac, b->mac, 6);
    case DPI_LIST:
        return compare_lists(a, b);
    case DPI_ABSENT:
        break;
    }
    return 0;
}

/* Negative: a stands before b. */
static int compare(const struct top *t, const struct dpi_record *a, const struct dpi_record *b)
{
    struct dpi_value va = dpi_field_get(t->sort, a), vb = dpi_field_get(t->sort, b);
    int cmp = (va.kind == DPI_ABSENT) - (vb.kind == DPI_ABSENT);
    if (cmp == 0 && va.kind != DPI_ABSENT)
        cmp = compare_values(&va, &vb);
    if (cmp == 0)
        cmp = (a->flow_id > b->flow_id) - (a->flow_id < b->flow_id);
    return cmp ? cmp : dpi_text_cmp(a->capture, b->capture); /* of captures that are read each by itself */
}

static void swap(struct top *t, size_t i, size_t j)
{
    struct dpi_record *r = t->v[i];
    t->v[i] = t->v[j];
    t->v[j] = r;
}

static void rise(struct top *t, size_t i)
{
    for (size_t parent; i > 0 && compare(t, t->v[parent = (i - 1) / 2], t->v[i]) < 0; i = parent)
        swap(t, parent, i);
}

static void sink(struct top *t, size_t i, size_t n)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && compare(t, t->v[child], t->v[child + 1]) < 0)
            child++;
        if (compare(t, t->v[i], t->v[child]) >= 0)
            break;
        swap(t, i, child);
    }
}

void top_add(struct top *t, const struct dpi_record *r)
{
    if (t->n < t->max) {
        if (t->n == t->room) {
            t->room = t->room ? 2 * t->room : 32;
            t->v = xrealloc(t->v, t->room, sizeof(struct dpi_record *));
        }
        t->v[t->n++] = dpi_record_dup(r);
        if (t->sort)
            rise(t, t->n - 1);
    } else if (t->sort && t->n > 0 && compare(t, r, t->v[0]) < 0) {
        free(t->v[0]);
        t->v[0] = dpi_record_dup(r);
        sink(t, 0, t->n);
    }
}

void top_sort(struct top *t)
{
    for (size_t n = t->sort ? t->n : 0; n > 1; n--) {
        swap(t, 0, n - 1);
        sink(t, 0, n - 1);
    }
}

void top_free(struct top *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->v[i]);
    free(t->v);
    t->v = NULL;
    t->n = t->room = 0;
}
