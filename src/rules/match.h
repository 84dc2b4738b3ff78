/* SPDX-License-Identifier: BSD-2-Clause */
/* match.h - every rule of which something is found in a flow. Private to src/rules. */
#ifndef RULES_MATCH_H
#define RULES_MATCH_H

#include "rules/precedence.h"

/* Called for each of them; those under one key come by precedence. Returns whether to go on with those behind it
 * under the same key. */
typedef bool candidate_fn(void *ctx, const struct candidate *c);

/* Those by name, for one name of the query; then all others. */
void match_name(const struct rules *r, const struct rules_query *q, size_t name, candidate_fn *fn, void *ctx);
void match_rest(const struct rules *r, const struct rules_query *q, candidate_fn *fn, void *ctx);

/* Names of one certificate that stand for two specific applications, as those of a server do that many share, tell
 * nothing. Takes the best candidate of each such name; *first is the first of a specific application, NULL before.
 * Returns whether c is for another one. */
bool match_disagrees(const struct rules *r, const struct candidate **first, const struct candidate *c);

void match_describe(const struct rules *r, const struct candidate *c, struct rules_match *out);

#endif
