/* SPDX-License-Identifier: BSD-2-Clause */
/* turns.c - each turn is a head and its bytes, one after the other. */
#include "follow/turns.h"

#include "io/scratch.h"
#include "util/xalloc.h"

#include <stdlib.h>

struct turns {
    struct scratch *file;
    uint64_t end, at; /* where the next one is written, read */
    struct dpi_err err; /* of a write that failed; code DPI_OK: none did */
};

struct head {
    uint64_t n;
    uint32_t side, gap;
};

enum dpi_status turns_open(struct turns **t, const char *folder, struct dpi_err *err)
{
    struct scratch *file;
    *t = NULL;
    DPI_TRY(scratch_open(&file, folder, err));
    *t = xcalloc(1, sizeof(**t));
    (*t)->file = file;
    return DPI_OK;
}

void turns_add(struct turns *t, unsigned side, const uint8_t *data, uint64_t n)
{
    struct head h = {.n = n, .side = side, .gap = !data};
    if (t->err.code != DPI_OK || n == 0)
        return;
    t->err.code = scratch_write(t->file, t->end, &h, sizeof(h), &t->err);
    t->end += sizeof(h);
    if (!data || t->err.code != DPI_OK)
        return;
    t->err.code = scratch_write(t->file, t->end, data, n, &t->err);
    t->end += n;
}

enum dpi_status turns_rewind(struct turns *t, struct dpi_err *err)
{
    t->at = 0;
    *err = t->err;
    return t->err.code;
}

enum dpi_status turns_next(struct turns *t, struct turn *turn, struct dpi_err *err)
{
    struct head h;
    if (t->at == t->end)
        return DPI_END;
    DPI_TRY(scratch_read(t->file, t->at, &h, sizeof(h), err));
    *turn = (struct turn){.side = h.side, .gap = h.gap, .n = h.n, .at = t->at + sizeof(h)};
    t->at += sizeof(h) + (h.gap ? 0 : h.n);
    return DPI_OK;
}

enum dpi_status turns_read(struct turns *t, const struct turn *turn, uint64_t offset, void *bytes, uint64_t size,
                           uint64_t *got, struct dpi_err *err)
{
    uint64_t left = turn->gap ? 0 : turn->n - offset;
    *got = left < size ? left : size;
    return scratch_read(t->file, turn->at + offset, bytes, *got, err);
}

void turns_close(struct turns *t)
{
    if (!t)
        return;
    scratch_close(t->file);
    free(t);
}
