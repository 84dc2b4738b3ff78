/* SPDX-License-Identifier: BSD-2-Clause */
/* listing.c - aligned text, or JSON. */
#include "writers/listing.h"

#include "util/xalloc.h"
#include "writers/json_gen.h"

#include <stdlib.h>
#include <string.h>

static size_t column_width(const struct listing *l, size_t column)
{
    size_t width = strlen(l->heads[column]);
    for (size_t row = 0; row < l->n_rows; row++) {
        size_t n = strlen(l->cell(l->ctx, row, column));
        width = n > width ? n : width;
    }
    return width;
}

void listing_text(FILE *out, const struct listing *l)
{
    size_t *width = xcalloc(l->n_columns, sizeof(*width));
    for (size_t c = 0; c + 1 < l->n_columns; c++) /* the last is as wide as it is */
        width[c] = column_width(l, c);
    for (size_t row = 0; row <= l->n_rows; row++)
        for (size_t c = 0; c < l->n_columns; c++)
            fprintf(out, "%-*s%s", (int)width[c], row ? l->cell(l->ctx, row - 1, c) : l->heads[c],
                    c + 1 < l->n_columns ? "  " : "\n");
    free(width);
}

void listing_json(FILE *out, const struct listing *l)
{
    struct json j;
    json_init(&j, true);
    json_array(&j);
    for (size_t row = 0; row < l->n_rows; row++) {
        json_map(&j);
        for (size_t c = 0; c < l->n_columns; c++)
            json_member_string(&j, l->heads[c], l->cell(l->ctx, row, c));
        json_map_end(&j);
    }
    json_array_end(&j);
    const struct buf *text = json_out(&j);
    fwrite(text->p, 1, text->n, out);
    json_free(&j);
}
