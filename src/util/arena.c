/* SPDX-License-Identifier: BSD-2-Clause */
/* arena.c - a list of blocks, the newest first; an allocation takes from the newest or opens another. */
#include "util/arena.h"

#include "util/xalloc.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16384 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *block_new(size_t size, struct arena_block *next)
{
    struct arena_block *b = xmalloc(sizeof(*b) + size);
    *b = (struct arena_block){.next = next, .size = size};
    return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t align = alignof(max_align_t);
    size_t need = (n + align - 1) & ~(align - 1);
    if (!a->head || a->head->size - a->head->used < need)
        a->head = block_new(need > BLOCK_SIZE ? need : BLOCK_SIZE, a->head);
    void *p = a->head->bytes + a->head->used;
    a->head->used += need;
    return p;
}

char *arena_text(struct arena *a, const void *p, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (n)
        memcpy(copy, p, n);
    copy[n] = '\0';
    return copy;
}

void arena_reset(struct arena *a)
{
    while (a->head && a->head->next) {
        struct arena_block *b = a->head;
        a->head = b->next;
        free(b);
    }
    if (a->head)
        a->head->used = 0;
}

void arena_free(struct arena *a)
{
    arena_reset(a);
    free(a->head);
    a->head = NULL;
}
