/* SPDX-License-Identifier: BSD-2-Clause */
/* iface.c - interfaces in an arena, linked in the order of their declaration. */
#include "capture/iface.h"

enum { BYTES_MAX = 8 * 1024 * 1024 };

struct iface_node {
    struct capture_iface iface;
    struct iface_node *next;
};

const struct capture_iface *iface_add(struct iface_list *l, const struct capture_iface *proto,
                                      struct dpi_text name)
{
    size_t cost = sizeof(struct iface_node) + (name.p ? name.n + 1 : 0);
    if (cost > BYTES_MAX - l->bytes)
        return NULL;
    l->bytes += cost;
    struct iface_node *node = arena_alloc(&l->arena, sizeof(*node));
    *node = (struct iface_node){.iface = *proto};
    node->iface.index = l->base + l->n++;
    node->iface.name = name.p ? arena_text(&l->arena, name.p, name.n) : NULL;
    if (l->last)
        l->last->next = node;
    else
        l->first = node;
    l->last = node;
    return &node->iface;
}

void iface_rebase(struct iface_list *l, uint32_t base)
{
    l->base = base;
    for (struct iface_node *node = l->first; node; node = node->next)
        node->iface.index = base++;
}

void iface_list_free(struct iface_list *l)
{
    arena_free(&l->arena);
    *l = (struct iface_list){0};
}
