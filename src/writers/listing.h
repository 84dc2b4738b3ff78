/* SPDX-License-Identifier: BSD-2-Clause */
/* listing.h - a table of texts that the program itself holds (its fields, its protocols), as text, CSV or JSON. */
#ifndef WRITERS_LISTING_H
#define WRITERS_LISTING_H

#include "dpitool/status.h"

#include <stddef.h>
#include <stdio.h>

enum { LISTING_CELL_MAX = 8192 }; /* bytes of a cell, with the NUL */

struct listing {
    const char *const *heads; /* also the keys in JSON */
    size_t n_columns, n_rows;
    unsigned numbers; /* bits of the columns that are numbers */
    /* The text of a cell, valid until the next call; "" when there is none. */
    const char *(*cell)(const void *ctx, size_t row, size_t column);
    const void *ctx;
};

void listing_text(FILE *out, const struct listing *l); /* aligned columns below a head line */
void listing_csv(FILE *out, const struct listing *l);  /* texts quoted, formulas behind an apostrophe */
void listing_json(FILE *out, const struct listing *l); /* an array of objects of strings and numbers */

#endif
