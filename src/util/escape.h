/* SPDX-License-Identifier: BSD-2-Clause */
/* escape.h - text from a capture, a file name or an argument, made safe for a terminal.
 *
 * Unsafe characters become \xNN or \u{NNNN}, bytes that are not UTF-8 become \xNN. A backslash stays as it
 * is: the result is for reading, not for parsing. */
#ifndef UTIL_ESCAPE_H
#define UTIL_ESCAPE_H

#include <stddef.h>

/* Writes at most max columns of p to out (size bytes, at least 8), always NUL-ended; a text that does not
 * fit ends with "…". max 0: no limit but size. Returns the columns used. */
unsigned escape_text(char *out, size_t size, const char *p, size_t n, unsigned max);

#endif
