/* SPDX-License-Identifier: BSD-2-Clause */
/* listing.c - aligned text, or JSON. */
#include "writers/listing.h"

#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

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

static void print(void *out, const char *p, size_t n)
{
    fwrite(p, 1, n, out);
}

static void string(yajl_gen gen, const char *s)
{
    yajl_gen_string(gen, (const unsigned char *)s, strlen(s));
}

void listing_json(FILE *out, const struct listing *l)
{
    yajl_gen gen = yajl_gen_alloc(NULL);
    yajl_gen_config(gen, yajl_gen_beautify, 1);
    yajl_gen_config(gen, yajl_gen_print_callback, print, out);
    yajl_gen_array_open(gen);
    for (size_t row = 0; row < l->n_rows; row++) {
        yajl_gen_map_open(gen);
        for (size_t c = 0; c < l->n_columns; c++) {
            string(gen, l->heads[c]);
            string(gen, l->cell(l->ctx, row, c));
        }
        yajl_gen_map_close(gen);
    }
    yajl_gen_array_close(gen);
    yajl_gen_free(gen);
}
