/* SPDX-License-Identifier: BSD-2-Clause */
/* lengths.h - a field that tells the size of its message. */
#ifndef UNKNOWN_LENGTHS_H
#define UNKNOWN_LENGTHS_H

#include "unknown/positions.h"

/* Of all messages, else of those that have the most frequent value of one of their first bytes, which the text of the
 * field then tells: several kinds of messages may share a flow. */
bool length_find(const struct messages *m, const struct positions *p, struct field *out);

/* A number's narrowest form, as it is found, holds its low bytes alone: takes in the bytes on its high side that are
 * always zero and no other field's, as far as a field of two or four bytes has them, and tells the byte order by them.
 */
void length_widen(struct field *f, const struct positions *p, const struct fields *others);

#endif
