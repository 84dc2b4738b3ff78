/* SPDX-License-Identifier: BSD-2-Clause */
/* counts.h - a number that is expected: "3", ">= 2". */
#ifndef SUITE_COUNTS_H
#define SUITE_COUNTS_H

#include "expr/lex.h"

struct count {
    enum compare compare;
    uint64_t than;
};

/* False when text is none. */
bool count_parse(struct count *c, const char *text);
bool count_holds(const struct count *c, uint64_t n);

/* The sign of a comparison at the begin of text, == when there is none; returns what is behind it and blanks. */
const char *count_sign(const char *text, enum compare *compare);
extern const char *const count_signs[]; /* by enum compare */

#endif
