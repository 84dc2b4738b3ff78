/* SPDX-License-Identifier: BSD-2-Clause */
/* arena.h - memory that is given back all at once: one record's strings, one rule file's text. */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *head;
};

void *arena_alloc(struct arena *a, size_t n); /* aligned for any type; not zeroed */
char *arena_text(struct arena *a, const void *p, size_t n); /* a copy with a NUL behind it */
void arena_reset(struct arena *a);            /* forgets all, keeps one block for reuse */
void arena_free(struct arena *a);             /* gives all memory back */

#endif
