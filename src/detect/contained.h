/* SPDX-License-Identifier: BSD-2-Clause */
/* contained.h - the worker in a process of its own that may crash or hang: that costs the flow whose packet did it,
 * and nothing else.
 *
 * Batches and replies are in memory that both processes share. Before the first batch, and again after every 16 MiB
 * of batches (CHANNEL_LOG), the worker forks a copy of itself that sleeps. When the worker dies, the copy wakes up and
 * works the batches off again that came since, without the flow that was at hand. So the library's memory of other
 * flows is as it would be if that flow had not been there. The library is started in that process, too: nDPI 4.2
 * does not look whether memory was there for it. */
#ifndef DETECT_CONTAINED_H
#define DETECT_CONTAINED_H

#include "detect/worker.h"

struct contained;

/* Starts the process and the library in it. *labels: its names, the caller's to free. DPI_ABI: one of both does not
 * start. *c and *labels are NULL unless DPI_OK. */
enum dpi_status contained_new(struct contained **c, const struct detector_options *opt, struct labels **labels,
                              struct dpi_err *err);
void contained_free(struct contained *c); /* NULL is fine; ends the process */

/* As those of the detector. */
struct detect_batch *contained_batch(struct contained *c);
void contained_submit(struct contained *c);
const struct detect_reply *contained_collect(struct contained *c);
struct detector_faults contained_faults(const struct contained *c);

#endif
