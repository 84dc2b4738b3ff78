/* SPDX-License-Identifier: BSD-2-Clause */
/* diag.c - messages on standard error. Records may be written in a thread of their own, which has messages, too: the
 * lock of the stream guards the line that passes. */
#include "cli/diag.h"

#include "util/escape.h"
#include "util/shorten.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 2048, ECHOED = 2 /* columns of the ^C that a terminal shows behind the line */ };

/* Columns of the passing line that stands there. The terminal belongs to the process, hence here and not in an
 * object: whoever has a message need not know of a line. */
static int passing_columns;

/* Blanks instead of an escape sequence: every terminal knows them, and so does a file. */
static void erase_passing(void)
{
    if (passing_columns)
        fprintf(stderr, "\r%*s\r", passing_columns + ECHOED, "");
    passing_columns = 0;
}

void diag_passing(const char *line)
{
    int n = line ? (int)strlen(line) : 0;
    flockfile(stderr);
    if (n < passing_columns || !line)
        erase_passing();
    if (line) {
        fprintf(stderr, "\r%s", line);
        passing_columns = n;
    }
    funlockfile(stderr);
}

void diag(const char *fmt, ...)
{
    char raw[LINE_MAX_BYTES], safe[4 * LINE_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    shorten_format(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    escape_text(safe, sizeof(safe), raw, strlen(raw), 0);
    flockfile(stderr);
    erase_passing();
    fprintf(stderr, "dpitool: %s\n", safe);
    funlockfile(stderr);
}
