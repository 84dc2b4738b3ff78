/* SPDX-License-Identifier: BSD-2-Clause */
/* diff.h - what changed between two results: flows are matched by what they are, never by where they stand, so the
 * order of lines changes nothing. */
#ifndef DIFF_DIFF_H
#define DIFF_DIFF_H

#include "diff/tolerance.h"
#include "results/results.h"

struct diff_options {
    struct dpi_columns fields; /* compared; none: all, but those of the place in a capture that diff_everything adds */
    struct dpi_columns ignore;
    const struct tolerance *tolerance; /* or NULL */
    bool everything; /* also flow_id, capture (the last part of its path), interface and first_packet */
};

enum diff_what { DIFF_CHANGED, DIFF_GONE, DIFF_ADDED, DIFF_WHATS };
enum diff_side { DIFF_OLD, DIFF_NEW, DIFF_SIDES };

struct diff_entry {
    enum diff_what what;
    const struct results_flow *flow[DIFF_SIDES]; /* NULL: not there */
    uint8_t changed[(RESULTS_COLUMNS + 7) / 8];
};

/* How many flows changed from one label to another. */
struct diff_relabelled {
    char *from, *to;
    uint64_t flows;
};

struct diff {
    const struct results *results[DIFF_SIDES];
    bool compared[RESULTS_COLUMNS];
    bool lacking[DIFF_SIDES][RESULTS_COLUMNS]; /* to be compared, but only the other side has it */
    struct diff_entry *entries; /* by time, then by what the flow is; none for flows that did not change */
    size_t n_entries;
    uint64_t flows[DIFF_WHATS], same;
    uint64_t changed[RESULTS_COLUMNS]; /* flows by column */
    struct diff_relabelled *relabelled; /* the most flows first */
    size_t n_relabelled;
};

/* DPI_INPUT: a flow is there twice, or columns are missing that tell what a flow is. All is borrowed. d is to be freed
 * whatever comes. */
enum dpi_status diff_make(struct diff *d, const struct results *old, const struct results *new,
                          const struct diff_options *o, struct dpi_err *err);
void diff_free(struct diff *d);

bool diff_differs(const struct diff *d);
size_t diff_lacks(const struct diff *d, enum diff_side side); /* columns */

static inline bool diff_entry_has(const struct diff_entry *e, unsigned column)
{
    return e->changed[column / 8] >> column % 8 & 1;
}

#endif
