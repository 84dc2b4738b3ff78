/* SPDX-License-Identifier: BSD-2-Clause */
/* inflate.h - compressed input as a source of what is in it, told by content. */
#ifndef IO_INFLATE_H
#define IO_INFLATE_H

#include "io/source.h"

/* Puts a source of the inflated bytes in the place of *s when its bytes are compressed (gzip, zstd, xz, bzip2 or
 * lz4, also one in the other), and leaves it alone when not. It gives up to max bytes. Where the compressed
 * data is cut or corrupt, or max is reached, the bytes end as at the end of a file and source_damage says why.
 * DPI_INPUT: compressed too many times over. *s is to be closed whatever comes. */
enum dpi_status source_inflate(struct source **s, uint64_t max, struct dpi_err *err);

#endif
