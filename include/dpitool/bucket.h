/* SPDX-License-Identifier: BSD-2-Clause */
/* bucket.h - the accounting: buckets.def as an enum and a table. */
#ifndef DPITOOL_BUCKET_H
#define DPITOOL_BUCKET_H

enum dpi_bucket {
#define B(name, text, doc) DPI_BUCKET_##name,
#include "dpitool/buckets.def"
#undef B
    DPI_BUCKET_COUNT
};

struct dpi_bucket_info {
    const char *name, *text, *doc;
};

extern const struct dpi_bucket_info dpi_buckets[DPI_BUCKET_COUNT];

#endif
