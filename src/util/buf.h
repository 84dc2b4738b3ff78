/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.h - bytes that grow. Zeroed is empty; free with buf_free. */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stddef.h>
#include <string.h>

struct buf {
    char *p;
    size_t n, cap;
};

void buf_grow(struct buf *b, size_t n); /* makes room for n more bytes than there is room for */
void buf_str(struct buf *b, const char *s);
void buf_free(struct buf *b);

/* Where n more bytes may be written; then add them to b->n. */
static inline char *buf_room(struct buf *b, size_t n)
{
    if (b->cap - b->n < n)
        buf_grow(b, n);
    return b->p + b->n;
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    memcpy(buf_room(b, n), p, n);
    b->n += n;
}

static inline void buf_char(struct buf *b, char c)
{
    *buf_room(b, 1) = c;
    b->n++;
}

#endif
