/* SPDX-License-Identifier: BSD-2-Clause */
/* relay.h - hands items over to a thread of its own, which works them off in their order.
 *
 * There is room for a fixed number of items: who is faster waits for the other one. The thread hears no signals, so
 * they end the waiting of the one that started it. */
#ifndef UTIL_RELAY_H
#define UTIL_RELAY_H

#include <stddef.h>

struct relay;

struct relay_ops {
    size_t size;                          /* of an item */
    void (*work)(void *ctx, void *item);  /* in the thread */
    void (*done)(void *ctx, void *item);  /* afterwards, in that of the caller, in the same order */
};

/* Starts the thread; NULL when that is not possible. */
struct relay *relay_new(const struct relay_ops *ops, void *ctx);

/* Where the next item goes; borrowed until relay_put. */
void *relay_next(struct relay *r);
void relay_put(struct relay *r);

/* Waits until all is worked off and done. Nothing may be put any more. */
void relay_finish(struct relay *r);

void relay_free(struct relay *r); /* finishes; NULL is fine */

#endif
