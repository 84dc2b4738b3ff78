/* SPDX-License-Identifier: BSD-2-Clause */
/* view.h - the messages of one side of a group, as all inference looks at them. */
#ifndef UNKNOWN_VIEW_H
#define UNKNOWN_VIEW_H

#include "unknown/framing.h"
#include "unknown/positions.h"

struct view {
    const struct sample *const *flow; /* message.flow is a number among them */
    size_t n_flows;
    unsigned side;
    struct framing framing;
    struct messages m; /* flow by flow, in the order in which they were sent */
    struct positions positions;
};

/* Of flows 0..n, borrowed. */
void view_make(struct view *v, const struct sample *const *flow, size_t n, unsigned side);
void view_free(struct view *v);

/* Calls fn with the messages of each flow that has some. */
typedef void view_flow_fn(void *ctx, const struct message *m, size_t n);
void view_each_flow(const struct view *v, view_flow_fn *fn, void *ctx);

#endif
