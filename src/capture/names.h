/* SPDX-License-Identifier: BSD-2-Clause */
/* names.h - names for addresses, as captures themselves have them (name resolution blocks of pcapng). */
#ifndef CAPTURE_NAMES_H
#define CAPTURE_NAMES_H

#include "dpitool/value.h"
#include "util/arena.h"
#include "util/siphash.h"

/* All zero is an empty table. */
struct names {
    struct arena arena;
    struct name_entry *v; /* in the order in which they came */
    struct siphash_key key;
    uint32_t *slots;      /* open addressing: number in v plus one, 0 is free */
    size_t n, room, n_slots;
    size_t bytes;
    bool full; /* something was left out: the table is bounded, however many names a file has */
};

enum { NAMES_NAME_MAX = 255 };

/* Keeps a copy. An address keeps the name that it had first. A longer name than NAMES_NAME_MAX, which no DNS
 * name is, is left out. */
void names_add(struct names *t, const struct dpi_addr *addr, struct dpi_text name);

/* Absent when there is none. Borrowed until names_free. */
struct dpi_text names_find(const struct names *t, const struct dpi_addr *addr);

/* Moves what from has behind what to has; from is empty afterwards. */
void names_move(struct names *to, struct names *from);

void names_free(struct names *t); /* the table is empty afterwards */

#endif
