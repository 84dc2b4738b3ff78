/* SPDX-License-Identifier: BSD-2-Clause */
/* output.h - what the writers share. */
#ifndef WRITERS_OUTPUT_H
#define WRITERS_OUTPUT_H

#include <stdio.h>

#include "dpitool/status.h"
#include "util/buf.h"

/* Writes b to out and empties it; DPI_OUTPUT when out has failed, now or before (see dpitool/writer.h). */
enum dpi_status output_buf(FILE *out, struct buf *b, struct dpi_err *err);

/* Flushes out: the last thing that a writer does. */
enum dpi_status output_flush(FILE *out, struct dpi_err *err);

#endif
