/* SPDX-License-Identifier: BSD-2-Clause */
/* contained_worker.h - what the worker's process does: it starts the library, works batches off, and leaves copies that
 * sleep. */
#ifndef DETECT_CONTAINED_WORKER_H
#define DETECT_CONTAINED_WORKER_H

#include "detect/channel.h"

/* Ends of pipes: a byte says "look". At the end of `submitted` and `wake` the worker, or its copy, ends. */
struct worker_ends {
    int submitted; /* read: there is a batch */
    int done;      /* written: the library has started, or the batch that is awaited is worked off */
    int wake;      /* read by the copy that sleeps: the worker is dead */
};

/* Behind fork(). Closes every other descriptor, and has nothing but memory and those pipes once the library has
 * started. */
_Noreturn void contained_work(struct channel *ch, const struct worker_ends *ends, const struct detector_options *opt);

#endif
