/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - live flows by key. The hash is keyed at random, so that nobody can choose flows that collide. */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H

#include "flow/flow.h"
#include "util/siphash.h"

struct flow_table;

struct flow_table *flow_table_new(const struct siphash_key *key);
void flow_table_free(struct flow_table *t); /* NULL is fine; flows are not touched */

uint32_t flow_table_hash(const struct flow_table *t, const struct flow_key *key);
struct flow *flow_table_find(struct flow_table *t, const struct flow_key *key, uint32_t hash);
/* The flow with the key when it is one of those found or added last: without its hash. */
struct flow *flow_table_recent(struct flow_table *t, const struct flow_key *key);
void flow_table_add(struct flow_table *t, struct flow *f); /* f->key and f->hash are set, and not in the table */
void flow_table_remove(struct flow_table *t, struct flow *f);
uint64_t flow_table_count(const struct flow_table *t);

#endif
