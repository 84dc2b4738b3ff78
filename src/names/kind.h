/* SPDX-License-Identifier: BSD-2-Clause */
/* kind.h - kinds of names, and how the parsers hand names over. */
#ifndef NAMES_KIND_H
#define NAMES_KIND_H

#include <stddef.h>

enum name_kind {
#define KIND(id, word) NAME_##id,
#include "names/kinds.def"
#undef KIND
    NAME_KINDS,
    NAME_KINDS_OF_FLOW = NAME_DNS_HINT + 1 /* the first ones name the flow itself */
};

/* Called for each name that is found; the n bytes at p, as they were sent, are borrowed and n is not 0. */
typedef void name_fn(void *ctx, enum name_kind kind, const void *p, size_t n);

const char *name_kind_word(enum name_kind kind); /* "sni", as in application_by */

#endif
