/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.c - bytes that grow, by half or by what is needed. */
#include "util/buf.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum { FIRST_CAP = 256 };

void buf_grow(struct buf *b, size_t n)
{
    b->cap += b->cap / 2 > n ? b->cap / 2 : n + FIRST_CAP;
    b->p = xrealloc(b->p, b->cap, 1);
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}
