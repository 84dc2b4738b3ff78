/* SPDX-License-Identifier: BSD-2-Clause */
/* apart.h - captures each by itself, several at a time: every one has a detector, flows, a clock and accounts of its
 * own, and its records are those that it alone would give. They come in the order of the captures, whatever is ready
 * first, so nothing depends on how many are worked at. */
#ifndef ENGINE_APART_H
#define ENGINE_APART_H

#include "engine/engine.h"

struct apart;

/* Opens the captures; opt is borrowed for life, and is as for engine_open, but that nothing watches packets or flows,
 * opt->detector.in_turns is for each of them, and opt->memory is what each of them has. */
enum dpi_status apart_open(struct apart **a, const struct engine_options *opt, struct dpi_err *err);

/* As engine_capture. Before apart_run. */
const char *apart_capture(const struct apart *a, size_t i);

/* As engine_run, with at most n captures at a time; filters: one for each of the n, or NULL. on_record is called in
 * different threads, but one after the other. DPI_USAGE, DPI_ABI: no capture could be worked at, and
 * why the first could not; one of several is told as damaged, and why. */
enum dpi_status apart_run(struct apart *a, size_t n, struct filter *const *filters, engine_record_fn *on_record,
                          void *ctx, const volatile sig_atomic_t *stop, struct dpi_err *err);

/* As those of the engine: of all captures together. After apart_run. */
const struct dpi_run *apart_report(struct apart *a);
const struct tracker_stats *apart_tracker_stats(const struct apart *a);

void apart_free(struct apart *a); /* NULL is fine */

#endif
