/* SPDX-License-Identifier: BSD-2-Clause */
/* tolerance.h - how far two values of a field may lie apart and still count as equal. */
#ifndef DIFF_TOLERANCE_H
#define DIFF_TOLERANCE_H

#include "results/results.h"

/* Zeroed: values are equal when their texts are. */
struct tolerance {
    struct tolerance_row {
        uint64_t by;       /* a number, or nanoseconds */
        uint32_t millionth; /* of the larger one */
    } rows[DPI_FIELD_COUNT];
};

/* "5%" for every count and length of time, or "FIELD=5%", "bytes_total=64k", "first_seen=1ms". DPI_USAGE. */
enum dpi_status tolerance_add(struct tolerance *t, const char *text, struct dpi_err *err);

/* Both are present, and their texts differ. */
bool tolerance_allows(const struct tolerance *t, unsigned column, struct dpi_text a, struct dpi_text b);

#endif
