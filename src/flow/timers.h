/* SPDX-License-Identifier: BSD-2-Clause */
/* timers.h - an exact timer queue: what is due comes out in the order (deadline, id), never from a sweep.
 *
 * A deadline that moves later costs nothing when it moves: the queue finds out when the old one comes up. */
#ifndef FLOW_TIMERS_H
#define FLOW_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in what is timed. The owner may raise deadline at any time by itself while it is queued. */
struct timer {
    int64_t deadline; /* packet clock, ns */
    uint64_t id;      /* breaks ties */
    size_t place;     /* the queue's own */
};

struct timers;

struct timers *timers_new(void);
void timers_free(struct timers *q); /* NULL is fine; what is queued is not touched */

void timers_add(struct timers *q, struct timer *t);
void timers_remove(struct timers *q, struct timer *t);
void timers_lower(struct timers *q, struct timer *t, int64_t deadline); /* to an earlier deadline */

/* Takes out the first timer with deadline < now, or returns NULL. */
struct timer *timers_due(struct timers *q, int64_t now);

#endif
