/* SPDX-License-Identifier: BSD-2-Clause */
/* lengths.h - a field that tells the size of its message. */
#ifndef UNKNOWN_LENGTHS_H
#define UNKNOWN_LENGTHS_H

#include "unknown/positions.h"

/* Of all messages, else of those that have the most frequent value of one of their first bytes, which the text of the
 * field then tells: several kinds of messages may share a flow. */
bool length_find(const struct messages *m, const struct positions *p, struct field *out);

#endif
