/* SPDX-License-Identifier: BSD-2-Clause */
/* ledger.h - memory as --memory counts it: declared costs, added and taken off in packet order.
 *
 * What is full is decided from these figures alone, never from the allocator, so that the same input gives the
 * same output on every machine. costs.def declares each cost once. */
#ifndef FLOW_LEDGER_H
#define FLOW_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

enum ledger_item {
#define COST(name, bytes, doc) LEDGER_##name,
#include "flow/costs.def"
#undef COST
    LEDGER_ITEMS
};

struct ledger {
    uint64_t limit; /* bytes; 0: none */
    uint64_t used, peak;
};

void ledger_add(struct ledger *l, enum ledger_item item, uint64_t n);
void ledger_sub(struct ledger *l, enum ledger_item item, uint64_t n);

/* More is used than the limit. Asked for every packet. */
static inline bool ledger_full(const struct ledger *l)
{
    return l->limit != 0 && l->used > l->limit;
}
uint64_t ledger_cost(enum ledger_item item);

#endif
