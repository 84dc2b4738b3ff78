/* SPDX-License-Identifier: BSD-2-Clause */
/* lines.c - reads in large steps and cuts at line ends. */
#include "results/lines.h"

#include <string.h>

enum { STEP = 1 << 18 };

/* Moves what is left to the front and reads more behind it. */
static enum dpi_status fill(struct lines *l, struct dpi_err *err)
{
    size_t got, kept = l->buf.n - l->at;
    if (l->at && kept)
        memmove(l->buf.p, l->buf.p + l->at, kept);
    l->at = 0;
    l->buf.n = kept;
    if (kept > LINES_MAX)
        return dpi_fail(err, DPI_INPUT, "the line is longer than %d MiB", LINES_MAX >> 20);
    DPI_TRY(source_some(l->source, buf_room(&l->buf, STEP), STEP, &got, err));
    l->buf.n += got;
    l->ended = got == 0;
    return DPI_OK;
}

enum dpi_status lines_next(struct lines *l, const char **line, size_t *n, struct dpi_err *err)
{
    const char *end = NULL;
    size_t searched = 0;
    l->number++;
    for (;;) {
        size_t left = l->buf.n - l->at;
        if (left > searched)
            end = memchr(l->buf.p + l->at + searched, '\n', left - searched);
        if (end || l->ended)
            break;
        searched = left;
        DPI_TRY(fill(l, err));
    }
    const char *damage = l->ended && !end ? source_damage(l->source) : NULL;
    if (damage)
        return dpi_fail(err, DPI_INPUT, "%s", damage);
    *line = l->buf.p + l->at;
    *n = end ? (size_t)(end - *line) + 1 : l->buf.n - l->at;
    l->at += *n;
    return *n ? DPI_OK : DPI_END;
}

void lines_free(struct lines *l)
{
    buf_free(&l->buf);
}
