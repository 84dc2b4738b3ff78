/* SPDX-License-Identifier: BSD-2-Clause */
/* shorten.c - a message that is too long loses its middle. */
#include "util/shorten.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static const char mark[] = "...";

/* Whether the byte goes on with a UTF-8 character. */
static bool goes_on(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* all has n bytes, which are more than fit. A third for the beginning, which says what was done: the end has the
 * name of the file and the reason. */
static void keep_ends(char *out, size_t size, const char *all, size_t n)
{
    size_t room = size - sizeof(mark), head = room / 3, tail = n - (room - head);
    for (int i = 0; i < 3 && goes_on(all[head]); i++)
        head--;
    for (int i = 0; i < 3 && goes_on(all[tail]); i++)
        tail++;
    memcpy(out, all, head);
    memcpy(out + head, mark, sizeof(mark) - 1);
    memcpy(out + head + sizeof(mark) - 1, all + tail, n - tail + 1);
}

void shorten_format(char *out, size_t size, const char *fmt, va_list ap)
{
    va_list again;
    assert(size >= 16);
    va_copy(again, ap);
    int n = vsnprintf(out, size, fmt, ap);
    if (n > 0 && (size_t)n >= size) {
        char *all = xmalloc((size_t)n + 1);
        vsnprintf(all, (size_t)n + 1, fmt, again);
        keep_ends(out, size, all, (size_t)n);
        free(all);
    }
    va_end(again);
}
