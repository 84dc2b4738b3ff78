/* SPDX-License-Identifier: BSD-2-Clause */
/* bucket.c - the table of buckets. */
#include "dpitool/bucket.h"

const struct dpi_bucket_info dpi_buckets[DPI_BUCKET_COUNT] = {
#define B(name, text, doc) [DPI_BUCKET_##name] = {#name, text, doc},
#include "dpitool/buckets.def"
#undef B
};
