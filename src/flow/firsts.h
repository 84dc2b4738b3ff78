/* SPDX-License-Identifier: BSD-2-Clause */
/* firsts.h - the first messages of a flow, kept for signatures: datagrams, and of TCP what the sides send in turns, in
 * order. Nothing is kept when no signature asks for it, and no more than those look at. All is on the ledger. */
#ifndef FLOW_FIRSTS_H
#define FLOW_FIRSTS_H

#include "flow/flow.h"
#include "flow/ledger.h"
#include "util/first_message.h"

struct firsts;

struct firsts_options {
    unsigned messages; /* of a side, at most FIRST_MESSAGES_MAX; 0: nothing is kept */
    unsigned head;     /* bytes from the start of each, at most FIRST_HEAD_MAX */
};

/* reassembly false: TCP segments are taken one by one, as they come. The ledger is borrowed. */
struct firsts *firsts_new(const struct firsts_options *opt, struct ledger *ledger, bool reassembly);
void firsts_free(struct firsts *fs); /* NULL is fine; firsts_drop the flows first */

/* A packet of f. is_copy: it was captured before. */
void firsts_packet(struct firsts *fs, struct flow *f, unsigned sender, const struct decoded *d, bool is_copy);

void firsts_end(struct firsts *fs, struct flow *f); /* no packet of f will come any more: it is off the ledger */
void firsts_slice(struct flow *f, struct flow *part); /* part, a copy of f that ends here, takes what f has with it */
void firsts_drop(struct flow *f); /* frees what is kept for f */

/* What a side sent; NULL when nothing is kept. *n: how many. Valid until the next call for f. */
const struct first_message *firsts_of(const struct flow *f, unsigned side, unsigned *n);

#endif
