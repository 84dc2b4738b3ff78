/* SPDX-License-Identifier: BSD-2-Clause */
/* csv_guard.h - texts that a spreadsheet would take for something else: they get an apostrophe in front (CWE-1236). */
#ifndef WRITERS_CSV_GUARD_H
#define WRITERS_CSV_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* As below, of a text that has a byte and starts with no letter. */
bool csv_is_acted_on(const char *p, size_t n);

/* Whether the text could start a formula, would be read as another number or date, or starts with an apostrophe. */
static inline bool csv_needs_apostrophe(const char *p, size_t n)
{
    return n > 0 && !((p[0] >= 'a' && p[0] <= 'z') || (p[0] >= 'A' && p[0] <= 'Z')) && csv_is_acted_on(p, n);
}

#endif
