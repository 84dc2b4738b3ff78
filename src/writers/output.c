/* SPDX-License-Identifier: BSD-2-Clause */
/* output.c - what the writers share. */
#include "writers/output.h"

static enum dpi_status check(FILE *out, struct dpi_err *err)
{
    return ferror(out) ? dpi_fail(err, DPI_OUTPUT, "the output cannot be written") : DPI_OK;
}

enum dpi_status output_buf(FILE *out, struct buf *b, struct dpi_err *err)
{
    /* A short write sets the error flag. */
    (void)!fwrite(b->p, 1, b->n, out);
    b->n = 0;
    return check(out, err);
}

enum dpi_status output_flush(FILE *out, struct dpi_err *err)
{
    (void)fflush(out);
    return check(out, err);
}
