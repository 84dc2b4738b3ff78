/* SPDX-License-Identifier: BSD-2-Clause */
/* source.h - a stream of input bytes. Every open for reading goes through this module, so that a
 * sandbox can stand around it; a decompressor is one more kind of source. */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include "dpitool/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

/* path, or "-" for standard input. DPI_INPUT: cannot be opened, or is a folder. */
enum dpi_status source_open(struct source **s, const char *path, struct dpi_err *err);

/* Bytes in memory, borrowed: for tests and fuzzers. */
struct source *source_memory(const void *bytes, size_t n);

/* Reads up to n bytes; *got is less than n only at the end of the data. DPI_INPUT on a read error. */
enum dpi_status source_read(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err);

/* Looks at the next n bytes (at most 64) without consuming them; *got as in source_read. */
enum dpi_status source_peek(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err);

uint64_t source_offset(const struct source *s); /* bytes consumed so far */
void source_close(struct source *s);            /* NULL is fine */

#endif
