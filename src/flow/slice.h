/* SPDX-License-Identifier: BSD-2-Clause */
/* slice.h - the label of a flow whose record was cut by the active timeout.
 *
 * The detector may see only the first record's packets, or give its verdict when the next record has begun. So each
 * record waits for the label of the one before it, and takes it when its own packets tell less. */
#ifndef FLOW_SLICE_H
#define FLOW_SLICE_H

#include "flow/flow.h"

struct flow_slice {
    struct flow *before, *next; /* the records before and behind while both are not given out, else NULL */
    bool has_label; /* that of the record before, by payload: */
    struct detect_verdict verdict;
    uint8_t *attrs; /* owned */
};

/* part is a copy of f's record so far, which f goes on behind. */
void slice_link(struct flow *part, struct flow *f);

/* Call when f is given out, in order: takes the label of the record before where it tells more, and hands on what
 * f has then. Returns the record that got a label of so many bytes (f->verdict.attrs_len), or NULL. */
struct flow *slice_settle(struct flow *f);

void slice_free(struct flow *f); /* what f has of this */

#endif
