/* SPDX-License-Identifier: BSD-2-Clause */
/* identity.h - what a flow is, whatever became of it: the key by which the flows of two results are matched. */
#ifndef DIFF_IDENTITY_H
#define DIFF_IDENTITY_H

#include "results/results.h"
#include "util/arena.h"

struct identity {
    uint64_t hash;
    const char *text;
    const struct results_flow *flow;
};

/* Which columns both results have to make keys of. */
struct identity_columns {
    bool community_id, ends, vlan, tunnel;
};

/* DPI_INPUT: there are too few. */
enum dpi_status identity_columns(struct identity_columns *c, const struct results *a, const struct results *b,
                                 struct dpi_err *err);

/* DPI_INPUT: the flow has no Community ID, and its ends are not there. */
enum dpi_status identity_make(struct identity *id, const struct identity_columns *c, const struct results *r,
                              const struct results_flow *f, struct arena *arena, struct dpi_err *err);

#endif
