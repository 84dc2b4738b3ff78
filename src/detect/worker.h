/* SPDX-License-Identifier: BSD-2-Clause */
/* worker.h - works messages off with nDPI: the far side of the seam. A message that makes no sense is ignored. */
#ifndef DETECT_WORKER_H
#define DETECT_WORKER_H

#include "detect/detect.h"
#include "ndpi/ndpi_adapter.h"

struct worker;

/* adapter is borrowed for life. */
struct worker *worker_new(struct ndpi_adapter *adapter, const struct detector_options *opt);
void worker_free(struct worker *w); /* NULL is fine; before the adapter */

/* Message i of the batch; a verdict that it brings about is added to the reply. */
void worker_message(struct worker *w, const struct detect_batch *b, uint32_t i, struct detect_reply *r);

/* Message i is left out. */
void worker_leave_out(struct worker *w, const struct detect_batch *b, uint32_t i);

/* Gives the flow of the slot up: its verdict is that nothing can be said. */
void worker_fault(struct worker *w, uint32_t slot, struct detect_reply *r);

#endif
