/* SPDX-License-Identifier: BSD-2-Clause */
/* ahead.h - a thread that reads and decompresses what comes next of a source, while what was read is used. Private to
 * src/io. From the start on the source's `read` and all below it are the thread's. */
#ifndef IO_AHEAD_H
#define IO_AHEAD_H

#include "io/source_kind.h"

enum {
    AHEAD_FRONT = 64 * 1024,  /* room in front of a block's bytes, for those that were left of the one before */
    AHEAD_BYTES = 192 * 1024, /* in a block */
};

struct ahead_block {
    uint8_t *buf; /* of size bytes, at least AHEAD_FRONT + AHEAD_BYTES; it may be changed for another one */
    size_t size, n; /* n bytes from AHEAD_FRONT on; 0: the last block, and status says why */
    enum dpi_status status;
    struct dpi_err err;
    uint64_t file_offset; /* source_file_offset of the source below, 0: there is none */
};

struct ahead *ahead_start(struct source *s); /* NULL: there is no thread to be had */

/* Waits for the oldest block that was not given back. Behind the last one, which is not given back, the source is the
 * caller's again. */
struct ahead_block *ahead_block(struct ahead *a);
void ahead_give_back(struct ahead *a);

void ahead_stop(struct ahead *a); /* NULL is fine */

#endif
