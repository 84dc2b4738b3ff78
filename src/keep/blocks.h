/* SPDX-License-Identifier: BSD-2-Clause */
/* blocks.h - rows of bytes in a temporary file, each a chain of blocks, which are used again when a row is released. */
#ifndef KEEP_BLOCKS_H
#define KEEP_BLOCKS_H

#include "dpitool/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blocks;

/* A row; zeroed is empty. Blocks are numbered from 1. */
struct block_row {
    uint64_t first, last, n_bytes;
};

/* Where reading a row stands. */
struct block_place {
    uint64_t block;
    size_t at; /* in the block */
};

/* The file is made in the folder when the first row is. limit: bytes that it may grow to; 0: no bound. */
struct blocks *blocks_new(const char *folder, uint64_t limit);
void blocks_free(struct blocks *b); /* NULL is fine */

/* Whether the limit has room for n bytes more in the row. */
bool blocks_room(const struct blocks *b, const struct block_row *row, size_t n);

/* All fail with DPI_OUTPUT. */
enum dpi_status blocks_add(struct blocks *b, struct block_row *row, const void *bytes, size_t n, struct dpi_err *err);
enum dpi_status blocks_release(struct blocks *b, struct block_row *row, struct dpi_err *err); /* empties it */

struct block_place blocks_begin(const struct block_row *row);
/* n bytes of those that are there; out NULL: passes over them. */
enum dpi_status blocks_read(struct blocks *b, struct block_place *place, void *out, size_t n, struct dpi_err *err);

#endif
