/* SPDX-License-Identifier: BSD-2-Clause */
/* records.h - from flows that ended to records, and to who wants them: at once, or in a thread of its own beside what
 * is read and tracked. Records, their order and the rankings are the same either way. */
#ifndef ENGINE_RECORDS_H
#define ENGINE_RECORDS_H

#include "engine/engine.h"
#include "flow/tunnels.h"

#include <stdbool.h>

struct records;

/* opt and labels are borrowed for life. give_back: a flow that records_take has taken is not needed any more; called
 * from within the functions here, in the thread that calls them. */
struct records *records_new(const struct engine_options *opt, const struct labels *labels,
                            void (*give_back)(void *ctx, struct flow *f), void *ctx);

/* From here on flows come. beside: in a thread, when one can be started. */
void records_start(struct records *r, bool beside, engine_record_fn *on_record, void *ctx);

/* path: the tunnels of f, or NULL. names: what the captures call its ends, by side, as long as r lives. True: f is
 * taken, and is to be left alone until it is given back. False: its record is made. Not when records_failed. */
bool records_take(struct records *r, struct flow *f, const struct tunnel_path *path, const struct dpi_text names[2]);

/* Whether nobody wants records any more: on_record has failed. */
bool records_failed(const struct records *r);

/* All flows have come. The first failure of on_record. */
enum dpi_status records_finish(struct records *r, struct dpi_err *err);

/* After records_finish: records that do not match --where, and what the summary ranks. */
uint64_t records_left_out(const struct records *r);
void records_report(const struct records *r, struct dpi_run *run);

void records_free(struct records *r); /* NULL is fine; before the tracker */

#endif
