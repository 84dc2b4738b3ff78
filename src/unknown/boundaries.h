/* SPDX-License-Identifier: BSD-2-Clause */
/* boundaries.h - where fields of unknown meaning begin. */
#ifndef UNKNOWN_BOUNDARIES_H
#define UNKNOWN_BOUNDARIES_H

#include "unknown/positions.h"

/* The byte order that most speaks for; big endian when nothing does. */
bool boundaries_little(const struct positions *p, const struct fields *f);

/* cut[i]: a field begins at offset i, i from 1 to below n. Never within one of f, always around it. */
void boundaries_find(const struct positions *p, const struct fields *f, bool little, bool cut[static HEADER_MOST]);

/* Where random bytes or text begin that go on behind the table, with no cut in them; p->n when it ends otherwise. */
uint32_t boundaries_body(const struct positions *p, const struct fields *f, const bool cut[static HEADER_MOST]);

#endif
