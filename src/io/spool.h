/* SPDX-License-Identifier: BSD-2-Clause */
/* spool.h - inputs that are read twice. What cannot be opened again (standard input, a FIFO) is kept in a temporary
 * file while it is read the first time, as far as it is read, and comes from there the second time. */
#ifndef IO_SPOOL_H
#define IO_SPOOL_H

#include "io/source.h"

struct spool;

struct spool *spool_new(const char *folder); /* of the temporary files */

/* As source_open. Sources are closed before the spool is freed, and those of one name before it is opened again. */
enum dpi_status spool_open(struct spool *sp, struct source **s, const char *name, struct dpi_err *err);

void spool_free(struct spool *sp); /* NULL is fine */

#endif
