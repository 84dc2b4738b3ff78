/* SPDX-License-Identifier: BSD-2-Clause */
/* outputs.h - the writers of a run and the files they write: opened together before the first packet, put under
 * their names together after the last. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "dpitool/writer.h"
#include "keep/keep.h"

struct outputs;

struct outputs_options {
    const char *const *specs; /* FORMAT[:PATH]; none: the default screen */
    size_t n_specs;
    const char *fields; /* --fields, or NULL */
    const char *sort;   /* --sort, or NULL */
    bool csv_raw, csv_bom;
    const char *csv_delimiter; /* --csv-delimiter, or NULL */
    uint64_t top;
    bool all;
    struct keep_options keep; /* for a writer that wants a folder ... */
    bool force;               /* ... which may have the files of an earlier run */
    const char *crash_dir;    /* --crash-dir, or NULL: captures of the flows that detection failed at */
    uint64_t width; /* 0: of the terminal; no limit elsewhere */
    enum { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } colour;
};

/* Checks what was asked for without opening anything. */
enum dpi_status outputs_new(struct outputs **o, const struct outputs_options *opt, struct dpi_err *err);
bool outputs_want_rankings(const struct outputs *o);

/* Who wants packets of flows. They are counted on the engine's ledger: free the outputs before the engine. */
enum { OUTPUTS_UNKNOWN, OUTPUTS_CRASHES, OUTPUTS_KEEPS };

/* What keeps packets for a writer; borrowed, NULL: it is not asked for. */
struct keep *outputs_keep(const struct outputs *o, unsigned which);

/* For the engine, with the outputs as ctx: keep.h's calls, for all that keep packets. */
void outputs_counted(void *o, const struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d);
void outputs_ended(void *o, const struct flow *f);
bool outputs_relieve(void *o);

/* Where the outputs go, "-" for standard output: *n paths in an array that is borrowed from o. */
const char *const *outputs_paths(struct outputs *o, size_t *n);

enum dpi_status outputs_open(struct outputs *o, struct dpi_err *err);

/* DPI_USAGE when an output would replace the file at path, which is read. After outputs_open. */
enum dpi_status outputs_spare(const struct outputs *o, const char *path, struct dpi_err *err);

/* Whether an output is read by another program: a pipe. After outputs_open. */
bool outputs_reach_program(const struct outputs *o);

/* Whether one is a terminal. After outputs_open. */
bool outputs_on_screen(const struct outputs *o);

/* An engine_record_fn with the outputs as ctx. An output that fails is given up and said; DPI_OUTPUT or DPI_PIPE
 * come back only when none is left. */
enum dpi_status outputs_record(void *o, const struct dpi_record *r, struct dpi_err *err);

/* Writes what comes at the end and puts the files under their names. What failed is said on standard error;
 * returns DPI_OK, DPI_OUTPUT when any output failed, else DPI_PIPE when a reader went away. */
enum dpi_status outputs_finish(struct outputs *o, const struct dpi_run *run);

void outputs_free(struct outputs *o); /* NULL is fine; removes what was not finished */

#endif
