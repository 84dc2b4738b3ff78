/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_run.h - what every command does that reads captures: its options, the engine, signals, and what is told
 * of captures that are damaged. */
#ifndef CLI_CAPTURE_RUN_H
#define CLI_CAPTURE_RUN_H

#include "cli/opt.h"
#include "cli/progress.h"
#include "cli/rule_files.h"
#include "decode/decode.h"
#include "engine/apart.h"
#include "engine/engine.h"
#include "record/select.h"

enum { TEN_YEARS = 315360000 }; /* seconds */

/* Filled by the rows of capture_options.def. */
struct capture_options {
    struct opt_texts home_nets, disabled;
    struct rule_options rules;
    const char *filter, *dns_hints;
    uint64_t max_flows, memory, seed, first, max_input, jobs;
    int64_t idle, active, after, before;
    unsigned progress;
    uint32_t tunnels;
    bool resync, conversations, ignore_vlan, no_guess, no_reassembly, no_contain, no_sandbox;
};

extern const char *const capture_when[]; /* auto, always, never */

struct capture_run {
    struct engine_options options; /* of the engine */
    struct engine *engine;
    struct apart *apart;    /* instead of it: captures each by itself */
    struct filter **filters; /* for as many at a time; NULL: none */
    size_t n_filters, jobs;
    struct prefix *home_nets;
    struct outfile *dns_hints; /* NULL: not asked for */
    struct rules *rules;  /* NULL: none */
    uint64_t *rule_hits;  /* of each rule */
    struct progress progress;
    unsigned progress_when;
};

/* The expression of --where, NULL when text is. */
enum dpi_status capture_run_where(struct expr **where, const char *text, struct dpi_err *err);

/* What --flow names. */
enum dpi_status capture_run_flow(struct selection *s, const char *text, struct dpi_err *err);

/* What a command writes: paths, of which those that are NULL or "-" do not count. */
struct capture_writes {
    const char *const *v;
    size_t n;
};

/* Reads the rules, holds signals back, enters the sandbox, and opens the engine with what the options say, and what
 * more has that no option says. writes NULL: the sandbox is not entered, for the caller did, around several runs. r is
 * to be freed whatever comes. */
enum dpi_status capture_run_open(struct capture_run *r, const struct capture_options *o,
                                 const struct opt_words *captures, const struct capture_writes *writes,
                                 const struct engine_options *more, struct dpi_err *err);

/* The same, but each capture by itself, and as many of them at a time as there are jobs. */
enum dpi_status capture_run_open_apart(struct capture_run *r, const struct capture_options *o,
                                       const struct opt_words *captures, const struct capture_writes *writes,
                                       const struct engine_options *more, struct dpi_err *err);

/* The path of the i-th capture, those of folders too; NULL behind the last. Before the run. */
const char *capture_run_capture(const struct capture_run *r, size_t i);

/* As engine_run, until a signal comes. shared: see progress_start. */
enum dpi_status capture_run_go(struct capture_run *r, bool shared, engine_record_fn *on_record, void *ctx,
                               struct dpi_err *err);

/* What was read, for a writer; call it once, after the run. */
const struct dpi_run *capture_run_report(struct capture_run *r);

/* Says on standard error where captures are damaged, and that a signal came. Returns the exit status for it. */
int capture_run_tell(const struct dpi_run *run);

/* For what tells of whole captures alone, as groups do: those of what was read until then would be others.
 * DPI_INTERRUPTED: a signal came. */
enum dpi_status capture_run_whole(struct dpi_err *err);

/* Says on standard error which rules named how many flows, and which none. */
void capture_run_rule_stats(const struct capture_run *r);

/* Says on standard error what flows cost, in memory as it is counted and in work. The same for every run. */
void capture_run_stats(const struct capture_run *r);

/* Says the warnings: what the summary says under that name must not be lost without it. */
void capture_run_warn(const struct dpi_run *run);

/* Says that no flow is what --flow has, or which others are that, too. Returns whether there is one. */
bool capture_run_selected(const struct selected *s, const char *flow, const struct dpi_run *run);

void capture_run_free(struct capture_run *r);

/* The folder for temporary files: TMPDIR, or /tmp. */
const char *capture_run_scratch(void);

/* Ends the program when a signal was held back. */
void capture_run_signals(void);

#endif
