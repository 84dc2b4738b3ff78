/* SPDX-License-Identifier: BSD-2-Clause */
/* replies.h - what is believed of a worker that may have been taken over by what it works on: one sound verdict for
 * each flow that was opened, and for each flow that was ended one at the latest then. */
#ifndef DETECT_REPLIES_H
#define DETECT_REPLIES_H

#include "detect/detect.h"

/* What was sent, out of the worker's reach. */
struct sent {
    uint32_t n;
    struct detect_msg msg[DETECT_BATCH_MSGS];
};

struct replies;

struct replies *replies_new(void);
void replies_free(struct replies *rs); /* NULL is fine */

/* Detection was turned off at a message of this slot: the flow that has it is the one to tell. */
void replies_blame(struct replies *rs, uint32_t slot);

/* The reply to the batch that was sent, batches in their order. theirs: in memory that the worker can write, meanwhile,
 * too; NULL when it did not work the batch off. Borrowed until the next call. */
const struct detect_reply *replies_believe(struct replies *rs, const struct sent *sent,
                                           const struct detect_reply *theirs);

#endif
