/* SPDX-License-Identifier: BSD-2-Clause */
/* diag.c - messages on standard error. */
#include "cli/diag.h"

#include "util/escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 2048 };

void diag(const char *fmt, ...)
{
    char raw[LINE_MAX_BYTES], safe[4 * LINE_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    escape_text(safe, sizeof(safe), raw, strlen(raw), 0);
    fprintf(stderr, "dpitool: %s\n", safe);
}
