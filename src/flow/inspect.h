/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.h - what of an undecided flow the detector is shown, and in which order.
 *
 * Copies are left out; TCP segments are put into the order in which they were sent (reasm/order.h); where the first
 * answer is weak, the first bytes of the connection are shown once more with their segments put together
 * (reasm/opening.h). All that is kept for this is on the ledger. */
#ifndef FLOW_INSPECT_H
#define FLOW_INSPECT_H

#include "flow/clock.h"
#include "flow/feed.h"
#include "flow/flow.h"
#include "flow/ledger.h"
#include "flow/trace.h"

struct inspect;

/* ledger and clock are borrowed for life. reassembly false: every packet is shown as it comes, nothing twice. */
struct inspect *inspect_new(struct detector *d, struct ledger *ledger, const struct packet_clock *clock,
                            bool reassembly);
void inspect_free(struct inspect *in); /* NULL is fine; inspect_drop the flows first */

void inspect_trace(struct inspect *in, const struct trace *trace); /* borrowed for life */

void inspect_open(struct inspect *in, struct flow *f);

/* Packet number so and so, of f, for which f->has_verdict is false. is_copy: it was captured before. */
void inspect_packet(struct inspect *in, struct flow *f, unsigned sender, const struct decoded *d, uint64_t number,
                    bool is_copy);

/* No packet of f will come any more: f->has_verdict becomes true at one of the next ticks. */
void inspect_end(struct inspect *in, struct flow *f);

/* The inspection of from with all that it has seen goes over to to; from is not inspected any more. */
void inspect_hand_over(struct inspect *in, struct flow *from, struct flow *to);

/* What f costs as an undecided flow is taken off the ledger. */
void inspect_write_off(struct inspect *in, struct flow *f);

/* Gives up what is kept for the flow for which it has been kept longest; false when there is none. */
bool inspect_relieve(struct inspect *in);

/* Puts verdicts that have arrived into their flows; call it before an ended flow's record or a slice is cut. */
void inspect_take_verdicts(struct inspect *in);

void inspect_tick(struct inspect *in);  /* one packet was read from the input */
void inspect_flush(struct inspect *in); /* takes in every verdict due */

void inspect_drop(struct inspect *in, struct flow *f); /* frees what it keeps for f */

struct inspect_stats {
    struct feed_stats fed;
    uint64_t second_looks;
};

struct inspect_stats inspect_stats(const struct inspect *in);

#endif
