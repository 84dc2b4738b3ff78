/* SPDX-License-Identifier: BSD-2-Clause */
/* ids.c - room for them doubles. */
#include "util/ids.h"

#include "util/xalloc.h"

#include <stdlib.h>

void ids_add(uint64_t **v, size_t *n, uint64_t id)
{
    if ((*n & (*n - 1)) == 0)
        *v = xrealloc(*v, *n ? *n * 2 : 1, sizeof(**v));
    (*v)[(*n)++] = id;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void ids_sort(uint64_t *v, size_t n)
{
    if (n)
        qsort(v, n, sizeof(*v), compare);
}

size_t ids_find(const uint64_t *v, size_t n, uint64_t id)
{
    const uint64_t *at = n ? bsearch(&id, v, n, sizeof(*v), compare) : NULL;
    return at ? (size_t)(at - v) : n;
}
