/* SPDX-License-Identifier: BSD-2-Clause */
/* flows.h - cells that a reader found, in any order, put together to a flow of the results. */
#ifndef RESULTS_FLOWS_H
#define RESULTS_FLOWS_H

#include "results/results.h"
#include "util/buf.h"

enum {
    FLOWS_LEFT_OUT = RESULTS_COLUMNS, /* in place of a column */
    FLOWS_TEXT_MAX = 64 << 20,        /* bytes of the cells of a flow */
};

struct flows {
    struct results *results;
    const struct results_options *options;
    uint64_t line; /* of the flow */
    unsigned last; /* the field that was looked up last */
    uint8_t lengths[DPI_FIELD_COUNT]; /* of the names of fields */
    struct buf text;
    struct flows_cell {
        uint32_t at, n; /* n with the final NUL; 0: absent */
    } cells[RESULTS_COLUMNS];
};

void flows_init(struct flows *f, struct results *r, const struct results_options *o);

/* DPI_INPUT: there is no such column. twins: FIELD_hex may be one. */
enum dpi_status flows_column(struct flows *f, const char *name, size_t n, bool twins, unsigned *column,
                             struct dpi_err *err);

void flows_begin(struct flows *f, uint64_t line);

/* A value as it stands in the file, texts and lists as results.h says. DPI_INPUT: it cannot be one of the column, or
 * the flow has it already. */
enum dpi_status flows_set(struct flows *f, unsigned column, const char *p, size_t n, struct dpi_err *err);

enum dpi_status flows_end(struct flows *f, struct dpi_err *err);
void flows_free(struct flows *f);

/* Adds a text of a list to b, after what stands there. */
void flows_list_text(struct buf *b, const char *p, size_t n);

enum dpi_kind flows_kind(unsigned column);

#endif
