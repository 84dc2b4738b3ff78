/* SPDX-License-Identifier: BSD-2-Clause */
/* ledger.c - adding and taking off declared costs. */
#include "flow/ledger.h"

#include <assert.h>

static const uint64_t costs[LEDGER_ITEMS] = {
#define COST(name, bytes, doc) [LEDGER_##name] = bytes,
#include "flow/costs.def"
#undef COST
};

uint64_t ledger_cost(enum ledger_item item)
{
    return costs[item];
}

void ledger_add(struct ledger *l, enum ledger_item item, uint64_t n)
{
    l->used += n * costs[item];
    if (l->used > l->peak)
        l->peak = l->used;
}

void ledger_sub(struct ledger *l, enum ledger_item item, uint64_t n)
{
    assert(l->used >= n * costs[item]);
    l->used -= n * costs[item];
}
