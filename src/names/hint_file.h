/* SPDX-License-Identifier: BSD-2-Clause */
/* hint_file.h - DNS hints from run to run, as text: see FILES in dpitool-classify(1).
 *
 * A first line that says what it is, then a hint a line, the oldest first: learned, expires (RFC 3339), client,
 * address, name, with blanks between. Bytes of the name that are no printing ASCII, and the backslash, are \xNN. */
#ifndef NAMES_HINT_FILE_H
#define NAMES_HINT_FILE_H

#include "dpitool/status.h"
#include "names/hints.h"

#include <stdio.h>

/* Adds what the file at path has. DPI_INPUT: it cannot be read, or holds something else; the message says where. */
enum dpi_status hint_file_load(struct hints *h, const char *path, struct dpi_err *err);

/* Writes all hints; errors stay with out. */
void hint_file_save(const struct hints *h, FILE *out);

#endif
