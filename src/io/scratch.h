/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch.h - a temporary file without a name: bytes by offset, for what is too much to hold. Nothing of it is left,
 * however the program ends. */
#ifndef IO_SCRATCH_H
#define IO_SCRATCH_H

#include "dpitool/status.h"

#include <stddef.h>
#include <stdint.h>

struct scratch;

/* In the folder. All fail with DPI_OUTPUT. *s is NULL unless DPI_OK. */
enum dpi_status scratch_open(struct scratch **s, const char *folder, struct dpi_err *err);

/* What was never written reads as zeros. */
enum dpi_status scratch_write(struct scratch *s, uint64_t at, const void *bytes, size_t n, struct dpi_err *err);
enum dpi_status scratch_read(struct scratch *s, uint64_t at, void *bytes, size_t n, struct dpi_err *err);

void scratch_close(struct scratch *s); /* NULL is fine */

#endif
