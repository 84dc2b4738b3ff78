/* SPDX-License-Identifier: BSD-2-Clause */
/* set.h - the distinct names of one flow with their kinds, bounded. */
#ifndef NAMES_SET_H
#define NAMES_SET_H

#include "dpitool/value.h"
#include "names/kind.h"
#include "util/siphash.h"

#include <stdbool.h>

enum { NAME_SET_MAX = 1 << 20 }; /* bytes of all names of a set, with their heads */

struct name_set;

/* key is borrowed for the set's life: nobody without it can choose names that collide. */
struct name_set *name_set_new(const struct siphash_key *key);
void name_set_free(struct name_set *s); /* NULL is fine */
struct name_set *name_set_dup(const struct name_set *s);

/* Adds n bytes unless they are there with the same kind; false when there is no room. */
bool name_set_add(struct name_set *s, enum name_kind kind, const void *p, size_t n);

bool name_set_has(const struct name_set *s, enum name_kind kind, struct dpi_text text); /* s may be NULL */

size_t name_set_bytes(const struct name_set *s); /* of memory, for the ledger; 0 of NULL */

/* Walks over the names of kinds below end from a zeroed walk on, in the order of kinds, then in that in which they
 * came. s may be NULL. */
struct name_walk {
    enum name_kind kind; /* of text */
    struct dpi_text text; /* borrowed until something is added */
    size_t at;
};
bool name_walk(const struct name_set *s, enum name_kind end, struct name_walk *w);

/* The first name of a kind; absent when there is none. */
struct dpi_text name_set_first(const struct name_set *s, enum name_kind kind);

#endif
