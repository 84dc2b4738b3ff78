/* SPDX-License-Identifier: BSD-2-Clause */
/* escape.h - text from a capture, a file name or an argument, made safe for a terminal.
 *
 * Unsafe characters become \xNN or \u{NNNN}, bytes that are not UTF-8 become \xNN, and so do combining marks
 * that stand on nothing or on too many others. A backslash stays as it is: the result is for reading, not for
 * parsing. */
#ifndef UTIL_ESCAPE_H
#define UTIL_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Writes at most max columns of p to out (size bytes, at least 8), always NUL-ended; a text that does not
 * fit ends with "…". max 0: no limit but size. Returns the columns used. */
unsigned escape_text(char *out, size_t size, const char *p, size_t n, unsigned max);

#define ESCAPE_CHAR_MAX 12 /* "\u{10ffff}" with the final NUL, and to spare */

/* \xNN for a code point below 0x80, \u{NNNN} for the others. Returns the length. */
size_t escape_char(char out[static ESCAPE_CHAR_MAX], uint32_t cp);

#endif
