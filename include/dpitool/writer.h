/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.h - an output format: one const ops struct in one file of src/writers.
 *
 * Calls come in the order open, record*, finish; then free, always, whatever failed. A call that returns
 * other than DPI_OK is the last one but free. A writer writes to cfg.out only, and never closes it; or, when it
 * wants_folder, to files in cfg.folder.
 *
 * A writer looks at the error flag of cfg.out at the end of record and of finish, which flushes, and returns
 * DPI_OUTPUT with a plain message when it is set. Why (a full disk, a reader that went away) is known to who
 * opened the stream: ask outfile_check for the message and the status before showing them. */
#ifndef DPITOOL_WRITER_H
#define DPITOOL_WRITER_H

#include "dpitool/field.h"
#include "dpitool/record.h"
#include "dpitool/run.h"
#include "dpitool/status.h"

#include <stdio.h>

struct keep; /* keep/keep.h */

struct dpi_writer_config {
    FILE *out; /* NULL for one that wants a folder: */
    const char *folder;
    bool replace;         /* the folder may have the files of an earlier run */
    struct keep *packets; /* of the flow whose record comes */
    struct dpi_columns columns; /* borrowed; what --fields says, else the writer's default */
    unsigned width;             /* columns of the screen; 0: no limit */
    bool colour;
    bool gap; /* table, summary: begin with an empty line, for another output stands above */
    bool csv_raw, csv_bom;        /* csv: bytes as they are but for what is not UTF-8; a byte order mark in front */
    char csv_delimiter;           /* between cells; 0: a comma */
    uint64_t top;                 /* table: only so many flows, the largest by sort; 0: all, as they come */
    /* Never NULL when top is not 0. Counts and spans: the largest first; times, texts and addresses: the smallest
     * first; flows without the field last; ties: the smaller flow_id first. */
    const struct dpi_field *sort;
};

struct dpi_writer_ops {
    const char *name;    /* as -o takes it */
    const char *summary; /* one line for --help and the manual */
    bool all_columns;    /* its default columns are all fields, not those that a table shows */
    bool wants_records;
    bool wants_folder; /* a path that is a folder, where it opens its files by itself, and packets of flows */
    /* *state is NULL before; free is called with what open left there. */
    enum dpi_status (*open)(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err);
    enum dpi_status (*record)(void *state, const struct dpi_record *r, struct dpi_err *err);
    enum dpi_status (*finish)(void *state, const struct dpi_run *run, struct dpi_err *err);
    void (*free)(void *state); /* NULL is fine */
};

extern const struct dpi_writer_ops dpi_table_writer, dpi_csv_writer, dpi_json_writer, dpi_summary_writer,
    dpi_summary_json_writer, dpi_unknown_writer;
extern const struct dpi_writer_ops *const dpi_writers[]; /* NULL-terminated, in the order of --help */

/* Writes the JSON Schema (draft 2020-12) of what the json writer writes; DPI_OUTPUT as above. */
enum dpi_status dpi_schema_write(FILE *out, struct dpi_err *err);

#endif
