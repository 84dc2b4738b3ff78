/* SPDX-License-Identifier: BSD-2-Clause */
/* results.h - the flows of an earlier run, read back from what the csv and json writers wrote: what a cell means is the
 * same whichever of both it came from. Damage, and what is not of dpitool, is an error with the line it is in. */
#ifndef RESULTS_RESULTS_H
#define RESULTS_RESULTS_H

#include "dpitool/field.h"
#include "dpitool/status.h"
#include "io/source.h"
#include "util/arena.h"

/* A column is a field, or behind all of them its twin FIELD_hex, which only JSON has. */
enum { RESULTS_COLUMNS = 2 * DPI_FIELD_COUNT, RESULTS_NAME_MAX = 64 };

struct results_flow {
    const char *text; /* all cells in the order of the columns, each with a NUL behind it */
    const uint32_t *ends;
    uint32_t n;       /* columns behind these are absent */
    uint64_t line;    /* 1 for the first */
};

struct results {
    const char *name; /* of the file, for messages */
    bool json, all_fields; /* all_fields: of json, whether it was written without --fields */
    bool has[RESULTS_COLUMNS]; /* csv: the column is there; json: a flow has it */
    struct results_flow *flows;
    size_t n, room;
    struct arena arena;
};

struct results_options {
    const char *const *leave_out; /* names of columns, known or not, that are not read */
    bool *was_there;              /* of each of them; set, never cleared */
    size_t n_leave_out;
    bool csv_raw; /* csv was written with --csv-raw */
};

/* Reads path ("-": standard input), compressed or not; csv or json is told by content. DPI_INPUT: it cannot be read,
 * or is not what dpitool wrote. r is to be freed whatever comes. */
enum dpi_status results_open(struct results *r, const char *path, const struct results_options *o,
                             struct dpi_err *err);

/* The same of a source, which it closes; name is borrowed. */
enum dpi_status results_read(struct results *r, struct source *s, const char *name, const struct results_options *o,
                             struct dpi_err *err);
void results_free(struct results *r);

/* What a summary-json says of who made it; both NULL-terminated, or NULL. */
struct results_versions {
    char *tool, *detector;
};

/* DPI_INPUT: it cannot be read, or is no summary-json. v is to be freed whatever comes. */
enum dpi_status results_versions_open(struct results_versions *v, const char *path, struct dpi_err *err);
void results_versions_free(struct results_versions *v);

/* Absent: p is NULL. Numbers, times and addresses as the writers write them; of a list the texts with ; between them,
 * where a ; in a text is \x3b. With a NUL behind it. */
static inline struct dpi_text results_cell(const struct results_flow *f, unsigned column)
{
    if (column >= f->n)
        return (struct dpi_text){NULL, 0};
    uint32_t from = column ? f->ends[column - 1] : 0, to = f->ends[column];
    return from == to ? (struct dpi_text){NULL, 0} : (struct dpi_text){f->text + from, to - from - 1};
}

const char *results_column(char out[static RESULTS_NAME_MAX], unsigned column); /* its name */

#endif
