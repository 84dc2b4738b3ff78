/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_folders.c - each folder is held open while it is written to, so that no link can take its place. */
#include "cli/profile_folders.h"

#include "io/folder.h"
#include "io/outfile.h"
#include "profile/profile_text.h"
#include "util/buf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 2, JSON = 1 };
static const char *const files[FILES] = {"profile.txt", [JSON] = "profile.json"};

static bool is_profile(const char *name)
{
    return strcmp(name, files[0]) == 0 || strcmp(name, files[1]) == 0;
}

/* U01-udp7011-a751 */
static bool is_group(const char *name)
{
    size_t digits = name[0] == 'U' ? strspn(name + 1, "0123456789") : 0;
    return digits && name[1 + digits] == '-';
}

static char *path_of(const char *folder, const struct profile *p, const char *file)
{
    struct buf b = {0};
    buf_str(&b, folder);
    buf_char(&b, '/');
    buf_str(&b, p->id);
    buf_char(&b, '-');
    buf_str(&b, p->name);
    buf_str(&b, file ? "/" : "");
    buf_str(&b, file ? file : "");
    buf_char(&b, '\0');
    return b.p;
}

static enum dpi_status write_file(int folder, const char *path, const struct samples *samples, const struct profile *p,
                                  bool json, struct dpi_err *err)
{
    struct outfile *file;
    DPI_TRY(outfile_open_in(&file, folder, path, err));
    if (json)
        profile_json(outfile_stream(file), samples, p);
    else
        profile_text(outfile_stream(file), p);
    return outfile_commit(file, err);
}

static enum dpi_status write_group(const char *path, const struct samples *samples, const struct profile *p,
                                   struct dpi_err *err)
{
    int folder;
    char *own = path_of(path, p, NULL);
    enum dpi_status st = folder_hold(&folder, own, err);
    free(own);
    for (size_t i = 0; i < FILES && st == DPI_OK; i++) {
        char *file = path_of(path, p, files[i]);
        st = write_file(folder, file, samples, p, i == JSON, err);
        free(file);
    }
    if (folder >= 0)
        close(folder);
    return st;
}

enum dpi_status profile_folders_write(int folder, const char *path, const struct samples *samples,
                                      struct profile *const *profile, size_t n, struct dpi_err *err)
{
    DPI_TRY(folder_clear_folders(folder, path, is_group, is_profile, err));
    for (size_t i = 0; i < n; i++)
        DPI_TRY(write_group(path, samples, profile[i], err));
    return DPI_OK;
}
