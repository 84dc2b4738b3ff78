/* SPDX-License-Identifier: BSD-2-Clause */
/* folder.c - the files in a folder, in an order that does not depend on the file system. */
#include "io/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/xalloc.h"

bool folder_is(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum dpi_status folder_make(const char *path, struct dpi_err *err)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && folder_is(path)))
        return DPI_OK;
    return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot make the folder '%s'", path);
}

static char *join(const char *path, const char *name)
{
    size_t path_n = strlen(path), n = path_n + strlen(name) + 2;
    char *joined = xmalloc(n);
    snprintf(joined, n, "%s%s%s", path, path_n && path[path_n - 1] == '/' ? "" : "/", name);
    return joined;
}

static void add(struct folder *f, char *path)
{
    if (f->n == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->paths = xrealloc(f->paths, f->room, sizeof(*f->paths));
    }
    f->paths[f->n++] = path;
}

/* What cannot be looked at is kept: opening it says why. */
static void take(struct folder *f, DIR *dir, const char *path, const char *name)
{
    struct stat st;
    if (name[0] == '.')
        return;
    if (fstatat(dirfd(dir), name, &st, 0) != 0 || S_ISREG(st.st_mode))
        add(f, join(path, name));
    else
        f->folders += S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum dpi_status folder_list(struct folder *f, const char *path, struct dpi_err *err)
{
    *f = (struct folder){0};
    DIR *dir = opendir(path);
    if (!dir)
        return dpi_fail_errno(err, DPI_INPUT, errno, "cannot read the folder '%s'", path);
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(dir)))
        take(f, dir, path, entry->d_name);
    int failed = errno;
    closedir(dir);
    if (failed)
        return dpi_fail_errno(err, DPI_INPUT, failed, "cannot read the folder '%s'", path);
    if (f->n)
        qsort(f->paths, f->n, sizeof(*f->paths), by_name);
    return DPI_OK;
}

void folder_free(struct folder *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->paths[i]);
    free(f->paths);
    *f = (struct folder){0};
}
