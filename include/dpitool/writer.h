/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.h - an output format: one const ops struct in one file of src/writers.
 *
 * Calls come in the order open, record*, finish; then free, always, whatever failed. A call that returns
 * other than DPI_OK is the last one but free. A writer writes to cfg.out only, and never closes it. */
#ifndef DPITOOL_WRITER_H
#define DPITOOL_WRITER_H

#include "dpitool/field.h"
#include "dpitool/record.h"
#include "dpitool/run.h"
#include "dpitool/status.h"

#include <stdio.h>

struct dpi_writer_config {
    FILE *out;
    struct dpi_columns columns; /* borrowed; what --fields says, else the writer's default */
    unsigned width;             /* columns of the screen; 0: no limit */
    bool colour;
    uint64_t top;                 /* table: only so many flows, the largest by sort; 0: all, as they come */
    const struct dpi_field *sort; /* never NULL when top is not 0 */
};

struct dpi_writer_ops {
    const char *name;    /* as -o takes it */
    const char *summary; /* one line for --help and the manual */
    bool all_columns;    /* its default columns are all fields, not those that a table shows */
    bool wants_records;
    /* *state is NULL before; free is called with what open left there. */
    enum dpi_status (*open)(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err);
    enum dpi_status (*record)(void *state, const struct dpi_record *r, struct dpi_err *err);
    enum dpi_status (*finish)(void *state, const struct dpi_run *run, struct dpi_err *err);
    void (*free)(void *state); /* NULL is fine */
};

extern const struct dpi_writer_ops *const dpi_writers[]; /* NULL-terminated, in the order of --help */

#endif
