/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.c - bytes that grow, by half or by what is needed. */
#include "util/buf.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum { FIRST_CAP = 256 };

char *buf_room(struct buf *b, size_t n)
{
    if (b->cap - b->n < n) {
        size_t more = b->cap / 2 > n ? b->cap / 2 : n + FIRST_CAP;
        b->cap += more;
        b->p = xrealloc(b->p, b->cap, 1);
    }
    return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    memcpy(buf_room(b, n), p, n);
    b->n += n;
}

void buf_char(struct buf *b, char c)
{
    *buf_room(b, 1) = c;
    b->n++;
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
