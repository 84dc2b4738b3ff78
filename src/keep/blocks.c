/* SPDX-License-Identifier: BSD-2-Clause */
/* blocks.c - a block is the number of the next one and bytes; blocks that are free are a chain, too. */
#include "keep/blocks.h"

#include "io/scratch.h"
#include "util/xalloc.h"

#include <stdlib.h>

/* Small, for most rows are a few short packets. */
enum { BLOCK = 512, LINK = 8, ROOM = BLOCK - LINK };

struct blocks {
    char *folder;
    struct scratch *file; /* NULL: not made yet */
    uint64_t limit;       /* in blocks; 0: none */
    uint64_t made, used;
    uint64_t free; /* the first that is; 0: none */
};

struct blocks *blocks_new(const char *folder, uint64_t limit)
{
    struct blocks *b = xcalloc(1, sizeof(*b));
    b->folder = xstrdup(folder);
    b->limit = limit ? limit / BLOCK + (limit < BLOCK) : 0;
    return b;
}

void blocks_free(struct blocks *b)
{
    if (!b)
        return;
    scratch_close(b->file);
    free(b->folder);
    free(b);
}

static uint64_t place_of(uint64_t block)
{
    return (block - 1) * BLOCK;
}

static uint64_t blocks_for(uint64_t n_bytes)
{
    return (n_bytes + ROOM - 1) / ROOM;
}

bool blocks_room(const struct blocks *b, const struct block_row *row, size_t n)
{
    return b->limit == 0 || b->used + blocks_for(row->n_bytes + n) - blocks_for(row->n_bytes) <= b->limit;
}

static enum dpi_status set_next(struct blocks *b, uint64_t block, uint64_t next, struct dpi_err *err)
{
    return scratch_write(b->file, place_of(block), &next, sizeof(next), err);
}

static enum dpi_status get_next(struct blocks *b, uint64_t block, uint64_t *next, struct dpi_err *err)
{
    return scratch_read(b->file, place_of(block), next, sizeof(*next), err);
}

static enum dpi_status take_block(struct blocks *b, uint64_t *block, struct dpi_err *err)
{
    if (!b->file)
        DPI_TRY(scratch_open(&b->file, b->folder, err));
    if (b->free) {
        *block = b->free;
        DPI_TRY(get_next(b, *block, &b->free, err));
    } else {
        *block = ++b->made;
    }
    b->used++;
    return DPI_OK;
}

/* Hangs another block behind the row. */
static enum dpi_status lengthen(struct blocks *b, struct block_row *row, struct dpi_err *err)
{
    uint64_t block;
    DPI_TRY(take_block(b, &block, err));
    if (row->last)
        DPI_TRY(set_next(b, row->last, block, err));
    else
        row->first = block;
    row->last = block;
    return DPI_OK;
}

enum dpi_status blocks_add(struct blocks *b, struct block_row *row, const void *bytes, size_t n, struct dpi_err *err)
{
    const uint8_t *from = bytes;
    for (size_t part; n; from += part, n -= part) {
        size_t at = row->n_bytes % ROOM;
        if (at == 0)
            DPI_TRY(lengthen(b, row, err));
        part = n < ROOM - at ? n : ROOM - at;
        DPI_TRY(scratch_write(b->file, place_of(row->last) + LINK + at, from, part, err));
        row->n_bytes += part;
    }
    return DPI_OK;
}

enum dpi_status blocks_release(struct blocks *b, struct block_row *row, struct dpi_err *err)
{
    if (row->first) {
        DPI_TRY(set_next(b, row->last, b->free, err));
        b->free = row->first;
        b->used -= blocks_for(row->n_bytes);
    }
    *row = (struct block_row){0};
    return DPI_OK;
}

struct block_place blocks_begin(const struct block_row *row)
{
    return (struct block_place){.block = row->first};
}

enum dpi_status blocks_read(struct blocks *b, struct block_place *place, void *out, size_t n, struct dpi_err *err)
{
    uint8_t *to = out;
    for (size_t part; n; place->at += part, n -= part) {
        if (place->at == ROOM) {
            DPI_TRY(get_next(b, place->block, &place->block, err));
            place->at = 0;
        }
        part = n < ROOM - place->at ? n : ROOM - place->at;
        if (!to)
            continue;
        DPI_TRY(scratch_read(b->file, place_of(place->block) + LINK + place->at, to, part, err));
        to += part;
    }
    return DPI_OK;
}
