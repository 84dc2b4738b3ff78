/* SPDX-License-Identifier: BSD-2-Clause */
/* outfile.h - where an output goes. Every open for writing goes through this module.
 *
 * A regular file is written without a name, or where that is not possible under a temporary one, in the folder of
 * its target and appears under its own name, replacing an older one, only in outfile_commit. FIFOs and devices are
 * written directly. */
#ifndef IO_OUTFILE_H
#define IO_OUTFILE_H

#include "dpitool/status.h"

#include <stdbool.h>
#include <stdio.h>

struct outfile;

/* Moves the real standard output away from descriptor 1 and points 1 at /dev/null, so that what a library
 * prints there reaches nobody's data. Descriptors 0 to 2 that the caller of the program had closed are
 * occupied, so that no file lands on them. Call once, before any library is started and any file opened. */
enum dpi_status outfile_guard_stdout(struct dpi_err *err);

/* path "-", NULL or /dev/stdout: standard output; /dev/fd/N: a descriptor that the program was given, as a
 * shell's >(...) makes it. Any other symbolic link is replaced, not followed. DPI_OUTPUT: cannot be written,
 * the message says why; a file that is read-only is not replaced. DPI_USAGE: the name says that it would be compressed,
 * which no output is. DPI_INTERRUPTED: a signal came while
 * waiting for the reader of a FIFO. SIGPIPE must be ignored. *o is NULL unless DPI_OK. */
enum dpi_status outfile_open(struct outfile **o, const char *path, struct dpi_err *err);

/* The file that the last part of path names, in the folder that is held open (folder_hold); the rest of path is for
 * messages. */
enum dpi_status outfile_open_in(struct outfile **o, int folder, const char *path, struct dpi_err *err);

FILE *outfile_stream(struct outfile *o);
/* Whether two open outputs are one file, pipe or descriptor, however they were spelled; two on a device such as
 * /dev/null are not. */
bool outfile_same(const struct outfile *a, const struct outfile *b);

/* Whether writing o would destroy the file that is read as path ("-": standard input). */
bool outfile_is_input(const struct outfile *o, const char *path);

const char *outfile_name(const struct outfile *o); /* for messages: the path or "standard output" */
int outfile_fd(const struct outfile *o); /* for asking what it is; the stream has none that fileno(3) knows */
bool outfile_is_tty(const struct outfile *o);

/* Maps the error state of the stream: DPI_OK, DPI_PIPE (EPIPE), DPI_OUTPUT (with strerror). */
enum dpi_status outfile_check(struct outfile *o, struct dpi_err *err);

/* Flushes, checks, and puts the file under its name. Frees o whatever comes. */
enum dpi_status outfile_commit(struct outfile *o, struct dpi_err *err);

/* Removes what was written under the temporary name. Frees o. NULL is fine. */
void outfile_discard(struct outfile *o);

#endif
