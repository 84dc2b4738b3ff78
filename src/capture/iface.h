/* SPDX-License-Identifier: BSD-2-Clause */
/* iface.h - the interfaces of one capture: they live as long as their list, for flows point at them. */
#ifndef CAPTURE_IFACE_H
#define CAPTURE_IFACE_H

#include "capture/packet.h"
#include "dpitool/value.h"
#include "util/arena.h"

/* All zero is an empty list. */
struct iface_list {
    struct arena arena;
    struct iface_node *first, *last;
    uint32_t base; /* index of its first interface */
    uint32_t n;
    size_t bytes;
};

/* Adds a copy of *proto with a copy of name (absent: no name) and the next index. NULL when the list holds
 * as much as one capture may have: its memory is bounded, however many interfaces a file declares. */
const struct capture_iface *iface_add(struct iface_list *l, const struct capture_iface *proto,
                                      struct dpi_text name);

/* Numbers the interfaces from base on, and those to come. Only before a packet of theirs was handed out. */
void iface_rebase(struct iface_list *l, uint32_t base);

void iface_list_free(struct iface_list *l); /* the list is empty afterwards */

#endif
