/* SPDX-License-Identifier: BSD-2-Clause */
/* kinds.h - what a group looks like as a whole. */
#ifndef UNKNOWN_KINDS_H
#define UNKNOWN_KINDS_H

#include "unknown/grouping.h"

enum { GROUP_LEAST = 3 }; /* flows of a group that is worth telling a protocol by */

/* A flow of which nothing is told from random bytes, looked at alone. */
bool sample_looks_random(const struct sample *s);

/* Of the samples member[0..n). */
enum group_kind kind_of(const struct samples *s, const uint32_t *member, size_t n);

#endif
