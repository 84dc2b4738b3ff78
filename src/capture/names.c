/* SPDX-License-Identifier: BSD-2-Clause */
/* names.c - a bounded hash table from address to name. */
#include "capture/names.h"

#include <stdlib.h>

#include "util/xalloc.h"

enum { BYTES_MAX = 16 * 1024 * 1024, FIRST_SLOTS = 64 };

struct name_entry {
    struct dpi_addr addr;
    struct dpi_text name;
};

/* The slot of addr, or the free one where it would be. */
static uint32_t *slot_of(const struct names *t, const struct dpi_addr *addr)
{
    size_t i = siphash(&t->key, addr, sizeof(*addr)) & (t->n_slots - 1);
    while (t->slots[i] && memcmp(&t->v[t->slots[i] - 1].addr, addr, sizeof(*addr)) != 0)
        i = (i + 1) & (t->n_slots - 1);
    return &t->slots[i];
}

static void grow(struct names *t)
{
    if (t->n_slots == 0)
        t->key = siphash_random_key();
    t->n_slots = t->n_slots ? 2 * t->n_slots : FIRST_SLOTS;
    t->room = t->n_slots / 2;
    t->v = xrealloc(t->v, t->room, sizeof(*t->v));
    free(t->slots);
    t->slots = xcalloc(t->n_slots, sizeof(*t->slots));
    for (size_t i = 0; i < t->n; i++)
        *slot_of(t, &t->v[i].addr) = (uint32_t)i + 1;
}

void names_add(struct names *t, const struct dpi_addr *addr, struct dpi_text name)
{
    size_t cost = sizeof(struct name_entry) + 2 * sizeof(uint32_t) + name.n + 1;
    if (name.n == 0 || name.n > NAMES_NAME_MAX)
        return;
    if (cost > BYTES_MAX - t->bytes) {
        t->full = true;
        return;
    }
    if (t->n == t->room)
        grow(t);
    uint32_t *slot = slot_of(t, addr);
    if (*slot)
        return;
    t->bytes += cost;
    t->v[t->n++] = (struct name_entry){*addr, {arena_text(&t->arena, name.p, name.n), name.n}};
    *slot = (uint32_t)t->n;
}

struct dpi_text names_find(const struct names *t, const struct dpi_addr *addr)
{
    uint32_t at = t->n ? *slot_of(t, addr) : 0;
    return at ? t->v[at - 1].name : (struct dpi_text){0};
}

void names_move(struct names *to, struct names *from)
{
    for (size_t i = 0; i < from->n; i++)
        names_add(to, &from->v[i].addr, from->v[i].name);
    to->full |= from->full;
    names_free(from);
}

void names_free(struct names *t)
{
    arena_free(&t->arena);
    free(t->v);
    free(t->slots);
    *t = (struct names){0};
}
