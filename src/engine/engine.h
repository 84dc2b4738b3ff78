/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.h - the single pass: inputs, decoding, flows, detection, records. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "capture/inputs.h"
#include "dpitool/record.h"
#include "dpitool/run.h"
#include "dpitool/status.h"
#include "expr/expr.h"
#include "flow/tracker.h"
#include "ndpi/labels.h"
#include "rules/rules.h"
#include "util/prefix.h"

#include <signal.h>
#include <stdio.h>

/* Called now and then while captures are read: bytes read of the files, how many there are (0: unknown), packets
 * read. For the eye of a person only. */
typedef void engine_progress_fn(void *ctx, uint64_t read, uint64_t total, uint64_t packets);

/* Called for every packet that was asked for: not for those that the filter or the times leave out. */
typedef void engine_packet_fn(void *ctx, const struct packet *p);

/* Called for every flow that ended, with its verdict, before its record is made, and also when that is left out. */
typedef void engine_flow_fn(void *ctx, const struct flow *f);

struct engine_options {
    const char *const *captures;
    size_t n_captures;
    struct inputs_options inputs;
    struct inputs *opened; /* read instead of captures; borrowed for the engine's life. NULL: none */
    struct filter *filter; /* borrowed, or NULL */
    int64_t earliest, latest; /* only packets of these times or between; INT64_MIN, INT64_MAX: all */
    uint64_t first;           /* read only so many packets; 0: all */
    const struct expr *where; /* only records that match, or NULL; borrowed for the engine's life */
    const struct prefix *home_nets; /* what direction is told by, or NULL; borrowed for the engine's life */
    size_t n_home_nets;
    struct decode_options decode;
    const struct rules *rules; /* that name applications, or NULL; borrowed for the engine's life */
    uint64_t *rule_hits;       /* counts for each rule how many flows it named, or NULL; borrowed */
    struct flow_options flow;
    bool no_reassembly; /* take fragments as they come */
    struct detector_options detector;
    struct detector *lent; /* used instead of a new one, with what it remembers; borrowed. NULL: a new one */
    uint16_t community_id_seed;
    bool no_sandbox;          /* the sandbox was not wanted, which the summary is to say */
    const char *dns_hints;    /* file of hints to begin with, when it exists, or NULL */
    bool rankings; /* keep what the summary ranks */
    engine_progress_fn *on_progress; /* or NULL */
    void *progress_ctx;
    engine_packet_fn *on_packet;    /* or NULL; before on_counted */
    tracker_packet_fn *on_counted;  /* or NULL */
    engine_flow_fn *on_ended;       /* or NULL */
    bool (*on_full)(void *ctx);     /* or NULL; as in tracker_on_full, before anything is given up */
    void *packet_ctx;               /* of all four */
    const struct trace *trace;      /* or NULL; borrowed for the engine's life */
};

struct engine;

extern const char engine_no_sandbox[]; /* what is noted when options.no_sandbox says so */

/* Opens and checks all that can be wrong before the first packet. */
enum dpi_status engine_open(struct engine **e, const struct engine_options *opt, struct dpi_err *err);
void engine_free(struct engine *e); /* NULL is fine */

/* What the numbers of a trace are called. */
const struct labels *engine_labels(const struct engine *e);
/* Where what is kept of packets is to be counted. */
struct ledger *engine_ledger(struct engine *e);

/* The path of the i-th capture that will be read, those of folders too; NULL behind the last. */
const char *engine_capture(const struct engine *e, size_t i);

/* Has records made in a thread of their own, beside what is read and tracked; when none can be started, they are made
 * as ever. Call it before engine_run, and not with on_ended. */
void engine_beside(struct engine *e);

/* Called for every record in order; the record is borrowed. Other than DPI_OK ends the run with that status. After
 * engine_beside it is called in that thread, but never when engine_run is over. */
typedef enum dpi_status engine_record_fn(void *ctx, const struct dpi_record *r, struct dpi_err *err);

/* Reads to the end of the captures, or until *stop is not 0. Damage does not end it: it is told by
 * engine_report. */
enum dpi_status engine_run(struct engine *e, engine_record_fn *on_record, void *ctx,
                           const volatile sig_atomic_t *stop, struct dpi_err *err);

/* Writes the DNS hints that are there for a later run. After engine_run. */
void engine_save_hints(struct engine *e, FILE *out);

/* What was counted of flows and memory; borrowed from the engine. */
const struct tracker_stats *engine_tracker_stats(const struct engine *e);

/* What was read; borrowed from the engine. Call it once. After engine_run. */
const struct dpi_run *engine_report(struct engine *e);

#endif
