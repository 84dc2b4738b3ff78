/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8.h - UTF-8 (RFC 3629) as far as hostile bytes need it. */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the code point at s (n > 0 bytes left). Returns its length 1..4, or 0 when the bytes there are
 * not UTF-8: overlong, surrogate, beyond U+10FFFF, cut, or stray. */
size_t utf8_decode(const char *s, size_t n, uint32_t *cp);

bool utf8_valid(const char *s, size_t n);

/* Columns on a terminal: 0 for combining marks, 2 for wide characters (UAX #11), else 1. */
unsigned utf8_width(uint32_t cp);

/* Whether cp must not reach a terminal: controls, bidirectional and other format characters, line and
 * paragraph separators, private use, unassigned specials. */
bool utf8_unsafe(uint32_t cp);

#endif
