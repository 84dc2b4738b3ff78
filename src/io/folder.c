/* SPDX-License-Identifier: BSD-2-Clause */
/* folder.c - the files in a folder, in an order that does not depend on the file system. */
#include "io/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/xalloc.h"

bool folder_is(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static enum dpi_status cannot_use(const char *path, int why, struct dpi_err *err)
{
    return dpi_fail_errno(err, DPI_OUTPUT, why, "cannot use the folder '%s'", path);
}

/* A descriptor of its own, which closedir closes; at the first entry. */
static DIR *entries_of(int fd)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = own >= 0 ? fdopendir(own) : NULL;
    if (!dir && own >= 0)
        close(own);
    return dir;
}

static enum dpi_status check_empty(int fd, const char *path, struct dpi_err *err)
{
    DIR *dir = entries_of(fd);
    const struct dirent *entry;
    if (!dir)
        return cannot_use(path, errno, err);
    while (errno = 0, (entry = readdir(dir)) && is_dots(entry->d_name))
        ;
    int failed = errno;
    closedir(dir);
    if (failed)
        return cannot_use(path, failed, err);
    if (entry)
        return dpi_fail(err, DPI_OUTPUT, "the folder '%s' is not empty; with --force the files of an earlier run in it "
                                         "are replaced", path);
    return DPI_OK;
}

/* A slash at the end would lead through a symbolic link. */
static int open_itself(const char *path)
{
    char *p = xstrdup(path);
    for (size_t n = strlen(p); n > 1 && p[n - 1] == '/'; n--)
        p[n - 1] = '\0';
    int fd = open(p, O_PATH | O_NOFOLLOW | O_CLOEXEC); /* a link is opened, too, and told below */
    int why = errno;
    free(p);
    errno = why;
    return fd;
}

/* Why what is held cannot be used; NULL: it is a folder. */
static const char *kind_of(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return "it cannot be looked at";
    return S_ISDIR(st.st_mode) ? NULL : S_ISLNK(st.st_mode) ? "it is a symbolic link" : "it is a file";
}

static enum dpi_status let_go(int *fd, enum dpi_status st)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return st;
}

enum dpi_status folder_hold(int *fd, const char *path, struct dpi_err *err)
{
    *fd = -1;
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot make the folder '%s'", path);
    *fd = open_itself(path);
    if (*fd < 0)
        return cannot_use(path, errno, err);
    const char *wrong = kind_of(*fd);
    return wrong ? let_go(fd, dpi_fail(err, DPI_OUTPUT, "cannot use '%s': %s, a folder was expected", path, wrong))
                 : DPI_OK;
}

static enum dpi_status check_held(int fd, const char *path, bool replace, struct dpi_err *err)
{
    if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return cannot_use(path, errno, err);
    return replace ? DPI_OK : check_empty(fd, path, err);
}

enum dpi_status folder_take(int *fd, const char *path, bool replace, struct dpi_err *err)
{
    DPI_TRY(folder_hold(fd, path, err));
    enum dpi_status st = check_held(*fd, path, replace, err);
    return st == DPI_OK ? st : let_go(fd, st);
}

typedef bool name_fn(const char *name);

/* Of an entry of the folder fd. */
typedef enum dpi_status entry_fn(int fd, const char *path, const char *name, const void *ctx, struct dpi_err *err);

/* Calls fn for each entry that is_ours says so of, until one fails. */
static enum dpi_status each_of_ours(int fd, const char *path, name_fn *is_ours, entry_fn *fn, const void *ctx,
                                    struct dpi_err *err)
{
    DIR *dir = entries_of(fd);
    const struct dirent *entry;
    enum dpi_status st = DPI_OK;
    if (!dir)
        return cannot_use(path, errno, err);
    while (st == DPI_OK && (errno = 0, entry = readdir(dir)))
        if (is_ours(entry->d_name))
            st = fn(fd, path, entry->d_name, ctx, err);
    int failed = errno; /* of readdir: what fn leaves there is cleared before it */
    closedir(dir);
    return st == DPI_OK && failed ? cannot_use(path, failed, err) : st;
}

static enum dpi_status clear_file(int fd, const char *path, const char *name, const void *ctx, struct dpi_err *err)
{
    (void)ctx;
    return unlinkat(fd, name, 0) != 0 && errno != EISDIR ? cannot_use(path, errno, err) : DPI_OK;
}

enum dpi_status folder_clear(int fd, const char *path, bool (*is_ours)(const char *name), struct dpi_err *err)
{
    return each_of_ours(fd, path, is_ours, clear_file, NULL, err);
}

struct clearing {
    name_fn *is_file;
};

/* What is no folder, or has other files, is left. */
static enum dpi_status clear_folder(int fd, const char *path, const char *name, const void *ctx, struct dpi_err *err)
{
    const struct clearing *c = ctx;
    (void)path;
    int own = openat(fd, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        return DPI_OK;
    enum dpi_status st = folder_clear(own, name, c->is_file, err);
    close(own);
    unlinkat(fd, name, AT_REMOVEDIR);
    return st;
}

enum dpi_status folder_clear_folders(int fd, const char *path, bool (*is_ours)(const char *name),
                                     bool (*is_file)(const char *name), struct dpi_err *err)
{
    return each_of_ours(fd, path, is_ours, clear_folder, &(struct clearing){is_file}, err);
}

/* An empty one has nothing to lose. */
static bool has_mark(int folder, const char *name, const char *mark)
{
    char head[1024];
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof(head)) : -1;
    if (fd >= 0)
        close(fd);
    return n == 0 || (n > 0 && memmem(head, (size_t)n, mark, strlen(mark)));
}

static enum dpi_status check_mark(int fd, const char *path, const char *name, const void *mark, struct dpi_err *err)
{
    return has_mark(fd, name, mark) ? DPI_OK
                                    : dpi_fail(err, DPI_OUTPUT, "'%s' in the folder '%s' would be replaced, and is not "
                                                                "of an earlier run", name, path);
}

enum dpi_status folder_check_marks(int fd, const char *path, bool (*is_ours)(const char *name), const char *mark,
                                   struct dpi_err *err)
{
    return each_of_ours(fd, path, is_ours, check_mark, mark, err);
}

/* The folder that the name stands in, to be freed. */
static char *parent_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *parent = slash ? xmemdup(file, (size_t)(slash - file) + 2) : xstrdup(".");
    if (slash)
        parent[slash - file + 1] = '\0';
    return parent;
}

bool folder_has(const char *folder, const char *file)
{
    struct stat a, b;
    char *parent = parent_of(file);
    bool same = stat(folder, &a) == 0 && stat(parent, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    free(parent);
    return same;
}

bool folder_would_replace(const char *folder, const char *file, bool (*is_ours)(const char *name))
{
    char *real = realpath(file, NULL);
    const char *path = real ? real : file, *slash = strrchr(path, '/');
    bool would = is_ours(slash ? slash + 1 : path) && folder_has(folder, path);
    free(real);
    return would;
}

bool folder_same_place(const char *a, const char *b)
{
    const char *x = strrchr(a, '/'), *y = strrchr(b, '/');
    char *parent = parent_of(a);
    bool same = strcmp(x ? x + 1 : a, y ? y + 1 : b) == 0 && folder_has(parent, b);
    free(parent);
    return same;
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
