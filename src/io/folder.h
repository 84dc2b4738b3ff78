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

/* Makes the folder, which may be there already, and holds it open, for outfile_open_in: what takes its name later does
 * not matter. DPI_OUTPUT: it cannot be made, or is a file or a symbolic link. *fd is -1 unless DPI_OK; close it. */
enum dpi_status folder_hold(int *fd, const char *path, struct dpi_err *err);

/* The same with one that is empty, unless replace is set. */
enum dpi_status folder_take(int *fd, const char *path, bool replace, struct dpi_err *err);

/* Removes the files directly in one that is held of which is_ours says so by their name; a folder is left. The path is
 * for messages. */
enum dpi_status folder_clear(int fd, const char *path, bool (*is_ours)(const char *name), struct dpi_err *err);

/* The same in the folders directly in one that is held, of which is_ours says so by their name, and removes those that
 * are empty then. */
enum dpi_status folder_clear_folders(int fd, const char *path, bool (*is_ours)(const char *name),
                                     bool (*is_file)(const char *name), struct dpi_err *err);

/* Whether each file directly in one that is held, of which is_ours says so by its name, has the mark near its
 * beginning: else it is a user's own file of that name. DPI_OUTPUT: one has not, and is named. */
enum dpi_status folder_check_marks(int fd, const char *path, bool (*is_ours)(const char *name), const char *mark,
                                   struct dpi_err *err);

/* Whether the file stands directly in the folder, however both are spelled. */
bool folder_has(const char *folder, const char *file);

/* Whether both names mean one place, however they are spelled and whether anything is there or not. */
bool folder_same_place(const char *a, const char *b);

/* Whether the file, or what it is a link to, stands in the folder under a name that is_ours says may be written. */
bool folder_would_replace(const char *folder, const char *file, bool (*is_ours)(const char *name));

void folder_free(struct folder *f);

#endif
