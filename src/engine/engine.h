/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.h - the single pass: inputs, decoding, flows, detection, records. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "dpitool/record.h"
#include "dpitool/run.h"
#include "dpitool/status.h"
#include "flow/tracker.h"
#include "ndpi/labels.h"

#include <signal.h>

struct engine_options {
    const char *const *captures;
    size_t n_captures;
    const char *filter; /* BPF expression, or NULL */
    struct flow_options flow;
    struct detector_options detector;
    uint16_t community_id_seed;
    bool rankings; /* keep what the summary ranks */
};

struct engine;

/* Opens and checks all that can be wrong before the first packet. */
enum dpi_status engine_open(struct engine **e, const struct engine_options *opt, struct dpi_err *err);
void engine_free(struct engine *e); /* NULL is fine */

/* Called for every record in order; the record is borrowed. Other than DPI_OK ends the run with that status. */
typedef enum dpi_status engine_record_fn(void *ctx, const struct dpi_record *r, struct dpi_err *err);

/* Reads to the end of the captures, or until *stop is not 0. Damage does not end it: it is told by
 * engine_report. */
enum dpi_status engine_run(struct engine *e, engine_record_fn *on_record, void *ctx,
                           const volatile sig_atomic_t *stop, struct dpi_err *err);

/* What was read; borrowed from the engine. After engine_run. */
const struct dpi_run *engine_report(struct engine *e);

#endif
