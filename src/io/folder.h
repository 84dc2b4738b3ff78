/* SPDX-License-Identifier: BSD-2-Clause */
/* folder.h - the files in a folder. */
#ifndef IO_FOLDER_H
#define IO_FOLDER_H

#include "dpitool/status.h"

#include <stdbool.h>
#include <stddef.h>

struct folder {
    char **paths; /* of the regular files directly in it, sorted by name */
    size_t n, room;
    size_t folders; /* folders in it, which are not entered */
};

bool folder_is(const char *path);

/* Hidden files are left out, and what is no file: reading a FIFO could wait for ever. A symbolic link is what it
 * points to; as folders are not entered, none can lead in circles. DPI_INPUT: it cannot be read. *f is to be
 * freed whatever comes. */
enum dpi_status folder_list(struct folder *f, const char *path, struct dpi_err *err);
/* Makes the folder; it may be there already. DPI_OUTPUT: it cannot be made, or is a file. */
enum dpi_status folder_make(const char *path, struct dpi_err *err);
void folder_free(struct folder *f);

#endif
