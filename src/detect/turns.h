/* SPDX-License-Identifier: BSD-2-Clause */
/* turns.h - one processor for two processes that never work at once.
 *
 * The scheduler would put the one that is woken on the processor that sleeps: then each batch goes from one cache to
 * the other, and a processor is woken at each turn. So both keep to the one where the first is. When they do not get
 * it for themselves, because others work there, too, both may go anywhere for a while, and keep to where the first is
 * then. */
#ifndef DETECT_TURNS_H
#define DETECT_TURNS_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { TURNS_ANYWHERE = -1 };

struct turns {
    cpu_set_t allowed; /* what there was before */
    bool known;        /* that is known: else nothing is changed */
    int processor;     /* where the calling thread is kept, or TURNS_ANYWHERE */
    int64_t since_ns, worked_ns; /* of the first side: the look before this one, what both had worked by then */
};

/* Whether two that have worked so long in the time that passed have a processor for themselves. */
bool turns_is_theirs(int64_t worked_ns, int64_t passed_ns);

void turns_begin(struct turns *t); /* of the calling thread, by each side */

/* The first side, before the other's turn: keeps the calling thread where it is, or no longer. Returns where the
 * other one is to be kept. */
int turns_processor(struct turns *t, pid_t other);

void turns_keep_to(struct turns *t, int processor); /* the other side */

void turns_end(struct turns *t); /* the calling thread may go wherever it could go before */

#endif
