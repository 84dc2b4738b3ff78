/* SPDX-License-Identifier: BSD-2-Clause */
/* turns.h - what two sides said, one after the other, kept in a temporary file: there may be any amount of it. */
#ifndef FOLLOW_TURNS_H
#define FOLLOW_TURNS_H

#include "dpitool/status.h"

#include <stdbool.h>
#include <stdint.h>

struct turns;

struct turn {
    unsigned side;
    bool gap;
    uint64_t n;  /* bytes, which are missing when it is a gap */
    uint64_t at; /* for turns_read */
};

enum dpi_status turns_open(struct turns **t, const char *folder, struct dpi_err *err);

/* data: NULL of a gap. A first failure is kept for turns_rewind, and nothing is added after it. */
void turns_add(struct turns *t, unsigned side, const uint8_t *data, uint64_t n);

/* Before the first turns_next. */
enum dpi_status turns_rewind(struct turns *t, struct dpi_err *err);
enum dpi_status turns_next(struct turns *t, struct turn *turn, struct dpi_err *err); /* DPI_END: no more */

/* Bytes of a turn from offset on, at most size of them; *got is 0 at its end, and of a gap. */
enum dpi_status turns_read(struct turns *t, const struct turn *turn, uint64_t offset, void *bytes, uint64_t size,
                           uint64_t *got, struct dpi_err *err);

void turns_close(struct turns *t); /* NULL is fine */

#endif
