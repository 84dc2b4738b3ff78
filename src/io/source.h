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

/* path, or "-" for standard input. DPI_INPUT: cannot be opened, or is a folder. DPI_INTERRUPTED: a signal came
 * while waiting for the writer of a FIFO. *s is NULL unless DPI_OK. */
enum dpi_status source_open(struct source **s, const char *path, struct dpi_err *err);

bool source_exists(const char *path); /* something is there, whether it can be read or not */

/* From here on what comes next is read, and decompressed, by a thread while the bytes before are used. Only for a
 * regular file, where nobody waits for data: no signal ends the waiting. Without a thread all stays as it is. */
void source_read_ahead(struct source *s);

/* Bytes in memory, borrowed: for tests and fuzzers. */
struct source *source_memory(const void *bytes, size_t n);

/* All that read return DPI_INPUT on a read error, and DPI_INTERRUPTED when a signal came while waiting for
 * data whose handler does not restart calls. Both are final. */

/* Reads up to n bytes; *got is less than n only at the end of the data. */
enum dpi_status source_read(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err);

/* The same, but gives what is there: *got is 0 only at the end of the data. */
enum dpi_status source_some(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err);

/* The next n bytes where they lie, without consuming them; *got is less than n only at the end of the data.
 * Borrowed until the next read or view. The buffer grows to n: bound it where it comes from the input. */
enum dpi_status source_view(struct source *s, size_t n, const uint8_t **bytes, size_t *got,
                            struct dpi_err *err);

/* Consumes n bytes of those that the last view returned; they stay valid as said there. */
void source_skip(struct source *s, size_t n);

uint64_t source_offset(const struct source *s); /* bytes consumed so far */
uint64_t source_file_offset(const struct source *s); /* the same in the file itself, before decompression */
uint64_t source_file_size(const struct source *s);   /* of a regular file, else 0 */
const char *source_label(const struct source *s); /* for messages: the quoted path or "standard input" */
bool source_can_reopen(const struct source *s);   /* a regular file: opening it again starts at its begin */
const char *source_compression(const struct source *s); /* "gzip", or NULL: inflate.h */

/* Why the data ends before its time, once its end was read; else NULL. Borrowed. */
const char *source_damage(const struct source *s);

void source_close(struct source *s);              /* NULL is fine */

#endif
