/* SPDX-License-Identifier: BSD-2-Clause */
/* chars.h - the characters of a rule file: every one that may not stand there is told with its place and replaced, so
 * that the rest of the file can be read and its errors told, too. */
#ifndef RULES_CHARS_H
#define RULES_CHARS_H

#include "rules/problems.h"

#include <stddef.h>

enum { CHARS_CUT_MAX = 3 }; /* bytes of a character whose end is not there yet */

struct chars {
    struct rules_problems *problems;
    struct rules_place at; /* of the next character; begin with line 1, column 1 */
    bool begun, after_cr;
};

/* Looks at n bytes that go on where the last call ended, and replaces what is none of UTF-8, NUL or another control
 * character. Returns how many bytes it has done: all, or, unless last, without up to CHARS_CUT_MAX that begin a
 * character at their end; those are to come again. *skip is the size of a byte order mark in front. */
size_t chars_check(struct chars *c, char *bytes, size_t n, bool last, size_t *skip);

#endif
