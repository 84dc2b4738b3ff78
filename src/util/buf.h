/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.h - bytes that grow. Zeroed is empty; free with buf_free. */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stddef.h>

struct buf {
    char *p;
    size_t n, cap;
};

char *buf_room(struct buf *b, size_t n); /* where n more bytes may be written; then add them to b->n */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_char(struct buf *b, char c);
void buf_str(struct buf *b, const char *s);
void buf_free(struct buf *b);

#endif
