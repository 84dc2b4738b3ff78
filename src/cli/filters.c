/* SPDX-License-Identifier: BSD-2-Clause */
/* filters.c - a list: a suite has a few. */
#include "cli/filters.h"

#include "util/xalloc.h"

#include <string.h>

static struct kept {
    struct kept *next;
    struct filter *filter;
    char *expr;
} *all;

enum dpi_status filters_get(struct filter **f, const char *expr, struct dpi_err *err)
{
    *f = NULL;
    if (!expr)
        return DPI_OK;
    for (const struct kept *k = all; k; k = k->next)
        if (strcmp(k->expr, expr) == 0) {
            *f = k->filter;
            return DPI_OK;
        }
    DPI_TRY(filter_new(f, expr, err));
    struct kept *k = xmalloc(sizeof(*k));
    *k = (struct kept){.next = all, .filter = *f, .expr = xstrdup(expr)};
    all = k;
    return DPI_OK;
}
