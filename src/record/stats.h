/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - rankings over all records of a run, in bounded memory.
 *
 * Names are counted exactly until more than a fixed number of them were seen; then the space-saving algorithm
 * (Metwally, Agrawal, El Abbadi 2005) keeps the heaviest and bounds the error, and says so. */
#ifndef RECORD_STATS_H
#define RECORD_STATS_H

#include "dpitool/record.h"
#include "dpitool/run.h"

struct stats;

struct stats *stats_new(void);
void stats_record(struct stats *s, const struct dpi_record *r);

/* Fills the tallies and the counts of unknown and guessed flows; the rows are borrowed until stats_free. */
void stats_report(struct stats *s, struct dpi_run *run);
void stats_free(struct stats *s);

#endif
