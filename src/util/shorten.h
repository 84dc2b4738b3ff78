/* SPDX-License-Identifier: BSD-2-Clause */
/* shorten.h - a message that is too long loses its middle: its end says what went wrong. */
#ifndef UTIL_SHORTEN_H
#define UTIL_SHORTEN_H

#include <stdarg.h>
#include <stddef.h>

/* vsnprintf into size bytes, at least 16; of a longer text both ends, with "..." between them. No argument may
 * stand in out. */
void shorten_format(char *out, size_t size, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

#endif
