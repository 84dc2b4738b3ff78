/* SPDX-License-Identifier: BSD-2-Clause */
/* counters.h - numbers that go up in a flow, times, ids of sessions and transactions, addresses. */
#ifndef UNKNOWN_COUNTERS_H
#define UNKNOWN_COUNTERS_H

#include "unknown/view.h"

/* Each adds what it finds to f where there is room. little: the byte order where the bytes do not tell it. */
void times_find(const struct view *v, struct fields *f);
void sequences_find(const struct view *v, bool little, struct fields *f);
void sessions_find(const struct view *v, struct fields *f);
void addresses_find(const struct view *v, struct fields *f);

/* Between the two sides, of the same flows: values that the next message of the other side has at the same place. */

struct transactions {
    const struct view *client, *server;
    struct fields *client_fields, *server_fields; /* what is found is added to both */
};

void transactions_find(const struct transactions *t);

#endif
