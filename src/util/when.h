/* SPDX-License-Identifier: BSD-2-Clause */
/* when.h - a moment as a user types it. */
#ifndef UTIL_WHEN_H
#define UTIL_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds since 1970-01-01 UTC from RFC 3339 ("2026-11-21T09:11:39.5Z", "2026-11-21 10:11+01:00"), a date, which
 * is its midnight in UTC, or seconds since 1970 with up to nine decimals. Not the locale and not the time zone
 * of the machine matter. False when it is none of these, no such day or hour, or outside of what 64 bits hold. */
bool when_parse(const char *text, int64_t *ns);

#endif
