/* SPDX-License-Identifier: BSD-2-Clause */
/* listing.c - aligned text, CSV, or JSON. */
#include "writers/listing.h"

#include "util/xalloc.h"
#include "writers/csv_guard.h"
#include "writers/json_gen.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

static bool is_number(const struct listing *l, size_t column)
{
    return l->numbers >> column & 1;
}

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

static void csv_cell(FILE *out, const char *text)
{
    char guarded[LISTING_CELL_MAX + 1];
    int n = snprintf(guarded, sizeof(guarded), "%s%s", csv_needs_apostrophe(text, strlen(text)) ? "'" : "", text);
    if (n)
        csv_fwrite(out, guarded, (size_t)n);
}

void listing_csv(FILE *out, const struct listing *l)
{
    for (size_t row = 0; row <= l->n_rows; row++)
        for (size_t c = 0; c < l->n_columns; c++) {
            if (row && is_number(l, c))
                fputs(l->cell(l->ctx, row - 1, c), out);
            else if (row)
                csv_cell(out, l->cell(l->ctx, row - 1, c));
            else
                fputs(l->heads[c], out);
            fputs(c + 1 < l->n_columns ? "," : "\r\n", out);
        }
}

static void json_cell(struct json *j, const struct listing *l, size_t row, size_t column)
{
    const char *text = l->cell(l->ctx, row, column);
    if (is_number(l, column))
        json_member_u64(j, l->heads[column], strtoull(text, NULL, 10));
    else
        json_member_string(j, l->heads[column], text);
}

void listing_json(FILE *out, const struct listing *l)
{
    struct json j;
    json_init(&j, true);
    json_array(&j);
    for (size_t row = 0; row < l->n_rows; row++) {
        json_map(&j);
        for (size_t c = 0; c < l->n_columns; c++)
            json_cell(&j, l, row, c);
        json_map_end(&j);
    }
    json_array_end(&j);
    const struct buf *text = json_out(&j);
    fwrite(text->p, 1, text->n, out);
    json_free(&j);
}
