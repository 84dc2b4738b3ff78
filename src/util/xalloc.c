/* SPDX-License-Identifier: BSD-2-Clause */
/* xalloc.c - allocation that does not return without memory. */
#include "util/xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Set once, at start-up. */
static void (*on_failure)(void);

void xalloc_on_failure(void (*handler)(void))
{
    on_failure = handler;
}

static void *checked(void *p)
{
    if (p)
        return p;
    if (on_failure)
        on_failure();
    abort();
}

void *xmalloc(size_t n)
{
    return checked(malloc(n ? n : 1));
}

void *xcalloc(size_t n, size_t size)
{
    return checked(calloc(n ? n : 1, size ? size : 1));
}

void *xcalloc_table(size_t n, size_t size)
{
    const size_t page = (size_t)2 << 20;
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return checked(NULL);
    if (bytes < page)
        return xcalloc(n, size);
    void *p = checked(aligned_alloc(page, (bytes + page - 1) / page * page));
    (void)madvise(p, bytes, MADV_HUGEPAGE); /* else it is as slow as without */
    return memset(p, 0, bytes);
}

void *xrealloc(void *p, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return checked(NULL);
    return checked(realloc(p, bytes ? bytes : 1));
}

char *xstrdup(const char *s)
{
    return xmemdup(s, strlen(s) + 1);
}

void *xmemdup(const void *p, size_t n)
{
    void *copy = xmalloc(n);
    if (n)
        memcpy(copy, p, n);
    return copy;
}
