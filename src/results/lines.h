/* SPDX-License-Identifier: BSD-2-Clause */
/* lines.h - a source line by line. */
#ifndef RESULTS_LINES_H
#define RESULTS_LINES_H

#include "io/source.h"
#include "util/buf.h"

enum { LINES_MAX = 16 << 20 }; /* bytes of one line */

struct lines {
    struct source *source;
    struct buf buf;
    size_t at;
    uint64_t number; /* of the last line that was given */
    bool ended;
};

/* The next line with its end, borrowed until the next call; the last one may have none. DPI_END: no more. DPI_INPUT:
 * a read error, damage of a compressed file, or a line over LINES_MAX. */
enum dpi_status lines_next(struct lines *l, const char **line, size_t *n, struct dpi_err *err);
void lines_free(struct lines *l);

#endif
