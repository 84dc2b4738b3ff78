/* SPDX-License-Identifier: BSD-2-Clause */
/* xalloc.h - allocation that does not return without memory.
 *
 * For sizes that we choose; what the input could make large is bounded before it gets here. When there is
 * no memory, the handler is called (it says so and ends the program); without one, abort(). */
#ifndef UTIL_XALLOC_H
#define UTIL_XALLOC_H

#include <stddef.h>

void xalloc_on_failure(void (*handler)(void));

void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);          /* zeroed; the product is checked */
void *xrealloc(void *p, size_t n, size_t size); /* room for n elements; the product is checked */
void *xcalloc_table(size_t n, size_t size);    /* the same on large pages, for much that is read at random */
char *xstrdup(const char *s);
void *xmemdup(const void *p, size_t n);

#endif
