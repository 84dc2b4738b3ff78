/* SPDX-License-Identifier: BSD-2-Clause */
/* outfile.c - nameless files and temporary names, renaming, and a stream that remembers why a write failed. */
#include "io/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/xalloc.h"

enum { STREAM_BUFFER = 256 * 1024, TEMP_NAME_TRIES = 16 };

struct outfile {
    char *name;  /* the path or "standard output" */
    char *label; /* the same with quotes around a path, for messages */
    FILE *stream;
    char *buffer;
    int fd;
    int write_errno; /* of the first write that failed; stdio forgets it */
    /* Only for a file that appears under its name when it is whole: */
    int dir_fd;
    char *base; /* its name in that folder */
    char temp[40];
    bool nameless; /* until it is whole: nothing is left of it, however the program ends */
};

/* Where the real standard output is since outfile_guard_stdout, -1 when the program was started without
 * one. It belongs to the process like descriptor 1 itself, hence here and not in an object. */
static int real_stdout = STDOUT_FILENO;

/* Names that mean an open descriptor: a descriptor's number follows where fd is -1, as in -o csv:>(sort)
 * of a shell. They are symbolic links, which would be replaced otherwise; and descriptor 1 is /dev/null
 * since outfile_guard_stdout. */
static const struct {
    const char *path;
    int fd;
} aliases[] = {
    {"-", STDOUT_FILENO},          {"/dev/stdout", STDOUT_FILENO},
    {"/dev/stderr", STDERR_FILENO}, {"/dev/fd/", -1},
    {"/proc/self/fd/", -1},
};

/* Gives a closed descriptor 0, 1 or 2 a meaning under which it fails instead of being taken by the next
 * open: the wrong direction of /dev/null. Lower ones are open, so open finds this one. */
static bool occupy(int fd)
{
    static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    return fcntl(fd, F_GETFD) >= 0 || open("/dev/null", wrong_way[fd]) == fd;
}

static bool point_to_null(int fd)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    bool ok = null >= 0 && dup2(null, fd) == fd;
    if (null >= 0)
        close(null);
    return ok;
}

enum dpi_status outfile_guard_stdout(struct dpi_err *err)
{
    bool has_stdout = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    bool ok = occupy(STDIN_FILENO) && occupy(STDOUT_FILENO) && occupy(STDERR_FILENO);
    int moved = ok && has_stdout ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : -1;
    if (!ok || (has_stdout && moved < 0) || !point_to_null(STDOUT_FILENO)) {
        enum dpi_status status =
            dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot set up the standard descriptors");
        if (moved >= 0)
            close(moved);
        return status;
    }
    real_stdout = moved;
    return DPI_OK;
}

static ssize_t write_all(int fd, const char *bytes, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t w = write(fd, bytes + done, n - done);
        if (w >= 0)
            done += (size_t)w;
        else if (errno == EAGAIN) /* somebody else made the shared description non-blocking */
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)n;
}

static ssize_t stream_write(void *cookie, const char *bytes, size_t n)
{
    struct outfile *o = cookie;
    if (write_all(o->fd, bytes, n) == (ssize_t)n)
        return (ssize_t)n;
    if (!o->write_errno)
        o->write_errno = errno;
    return 0; /* what fopencookie(3) asks for on an error */
}

static int stream_close(void *cookie)
{
    struct outfile *o = cookie;
    int rc = close(o->fd);
    /* NFS says only here that the disk is full; EINTR has closed it all the same. */
    if (rc != 0 && errno != EINTR && !o->write_errno)
        o->write_errno = errno;
    o->fd = -1;
    return o->write_errno ? -1 : 0;
}

static enum dpi_status start_stream(struct outfile *o, struct dpi_err *err)
{
    o->stream = fopencookie(o, "w", (cookie_io_functions_t){.write = stream_write, .close = stream_close});
    if (!o->stream)
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot write %s", o->label);
    o->buffer = xmalloc(STREAM_BUFFER);
    setvbuf(o->stream, o->buffer, _IOFBF, STREAM_BUFFER);
    return DPI_OK;
}

static enum dpi_status open_fd(struct outfile *o, int fd, struct dpi_err *err)
{
    int from = fd == STDOUT_FILENO ? real_stdout : fd;
    /* What we were started with has survived exec(2); what we opened ourselves would not. */
    int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : 0;
    if (from < 0 || (flags > 0 && flags & FD_CLOEXEC))
        return dpi_fail(err, DPI_OUTPUT, "cannot write %s: it is closed", o->label);
    o->fd = fcntl(from, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (o->fd < 0)
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot write %s", o->label);
    return DPI_OK;
}

/* FIFOs and devices. */
static enum dpi_status open_direct(struct outfile *o, struct dpi_err *err)
{
    struct stat st;
    o->fd = openat(o->dir_fd, o->base, O_WRONLY | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    if (o->fd < 0 && errno == EINTR)
        return dpi_fail(err, DPI_INTERRUPTED, "interrupted while waiting for a reader of %s", o->label);
    if (o->fd < 0 || fstat(o->fd, &st) != 0)
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot open %s for writing", o->label);
    if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
        return dpi_fail(err, DPI_OUTPUT, "cannot write %s: it was replaced while it was opened",
                        o->label);
    return DPI_OK;
}

static void make_temp_name(struct outfile *o)
{
    uint64_t r;
    /* Only uniqueness matters, which O_EXCL checks; without random bytes the address serves. */
    if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != (ssize_t)sizeof(r))
        r = (uint64_t)(uintptr_t)o + (uint64_t)getpid();
    snprintf(o->temp, sizeof(o->temp), ".dpitool-%016" PRIx64 ".tmp", r);
}

enum { FD_PATH = 32 };

static void fd_path(char path[static FD_PATH], int fd)
{
    snprintf(path, FD_PATH, "/proc/self/fd/%d", fd);
}

/* False where the file system has no such files, or no /proc is there to give it a name later. */
static bool open_nameless(struct outfile *o)
{
    char path[FD_PATH];
    int fd = openat(o->dir_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    fd_path(path, fd);
    if (faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) != 0) {
        close(fd);
        return false;
    }
    o->fd = fd;
    o->nameless = true;
    return true;
}

/* linkat(2) replaces no file, rename(2) does: a nameless file gets a temporary name first, for a moment. What was
 * written is in the file then; that it was not is for close_stream to tell. */
static enum dpi_status give_temp_name(struct outfile *o, struct dpi_err *err)
{
    char path[FD_PATH];
    if (!o->nameless || fflush(o->stream) != 0)
        return DPI_OK;
    fd_path(path, o->fd);
    for (int i = 0; i < TEMP_NAME_TRIES; i++) {
        make_temp_name(o);
        if (linkat(AT_FDCWD, path, o->dir_fd, o->temp, AT_SYMLINK_FOLLOW) == 0)
            return DPI_OK;
        if (errno != EEXIST)
            break;
    }
    o->temp[0] = '\0';
    return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot put the file in place as %s", o->label);
}

static enum dpi_status open_temp(struct outfile *o, struct dpi_err *err)
{
    if (open_nameless(o))
        return DPI_OK;
    for (int i = 0; i < TEMP_NAME_TRIES; i++) {
        make_temp_name(o);
        o->fd = openat(o->dir_fd, o->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (o->fd >= 0 || errno != EEXIST)
            break;
    }
    if (o->fd < 0) {
        o->temp[0] = '\0';
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot create a file beside %s", o->label);
    }
    return DPI_OK;
}

/* Whoever made the file read-only did not want it replaced, though rename(2) would do it. */
static enum dpi_status open_replacement(struct outfile *o, mode_t mode, struct dpi_err *err)
{
    if (faccessat(o->dir_fd, o->base, W_OK, AT_EACCESS) != 0)
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot write %s", o->label);
    DPI_TRY(open_temp(o, err));
    fchmod(o->fd, mode & 0777); /* fails only where there are no modes to keep */
    return DPI_OK;
}

static enum dpi_status open_by_kind(struct outfile *o, struct dpi_err *err)
{
    struct stat st;
    if (fstatat(o->dir_fd, o->base, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT)
            return open_temp(o, err);
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot write %s", o->label);
    }
    switch (st.st_mode & S_IFMT) {
    case S_IFREG:
        return open_replacement(o, st.st_mode, err);
    case S_IFLNK:
        return open_temp(o, err);
    case S_IFIFO:
    case S_IFCHR:
        return open_direct(o, err);
    case S_IFDIR:
        return dpi_fail(err, DPI_OUTPUT, "cannot write %s: it is a folder", o->label);
    default:
        return dpi_fail(err, DPI_OUTPUT, "cannot write %s: it is a socket or a block device", o->label);
    }
}

/* Opens the folder of path and keeps the last part of path in base. */
static enum dpi_status open_folder(struct outfile *o, const char *path, struct dpi_err *err)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        return dpi_fail(err, DPI_OUTPUT, "cannot write %s: it names a folder, a file was expected",
                        o->label);
    if (o->dir_fd >= 0) { /* it is held already */
        o->base = xstrdup(base);
        return DPI_OK;
    }
    char *dir = slash ? xmemdup(path, (size_t)(slash - path) + 2) : xstrdup(".");
    if (slash)
        dir[slash - path + 1] = '\0';
    o->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int open_errno = errno;
    free(dir);
    if (o->dir_fd < 0)
        return dpi_fail_errno(err, DPI_OUTPUT, open_errno, "cannot open the folder of %s", o->label);
    o->base = xstrdup(base);
    return DPI_OK;
}

static enum dpi_status open_path(struct outfile *o, const char *path, struct dpi_err *err)
{
    DPI_TRY(open_folder(o, path, err));
    return open_by_kind(o, err);
}

/* The number that text is, or -1. */
static int fd_number(const char *text)
{
    int fd = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9' || fd > 99999)
            return -1;
        fd = fd * 10 + (*c - '0');
    }
    return *text ? fd : -1;
}

/* The descriptor that path means, or -1 when it names a file. */
static int alias_of(const char *path)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
        size_t n = strlen(aliases[i].path);
        if (aliases[i].fd >= 0 && strcmp(path, aliases[i].path) == 0)
            return aliases[i].fd;
        if (aliases[i].fd < 0 && strncmp(path, aliases[i].path, n) == 0)
            return fd_number(path + n);
    }
    return -1;
}

static struct outfile *outfile_new(const char *path, int alias)
{
    static const char *const names[] = {"standard input", "standard output", "standard error"};
    struct outfile *o = xcalloc(1, sizeof(*o));
    *o = (struct outfile){.fd = -1, .dir_fd = -1};
    if (alias >= 0 && alias <= STDERR_FILENO) {
        o->name = xstrdup(names[alias]);
        o->label = xstrdup(names[alias]);
        return o;
    }
    size_t n = strlen(path);
    o->name = xstrdup(path);
    o->label = xmalloc(n + 3);
    snprintf(o->label, n + 3, "'%s'", path);
    return o;
}

/* What a name promises has to be true. */
static enum dpi_status check_name(const char *path, struct dpi_err *err)
{
    static const char *const endings[] = {".gz", ".zst", ".xz", ".bz2", ".lz4"};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t end = strlen(endings[i]);
        if (n > end && strcmp(path + n - end, endings[i]) == 0)
            return dpi_fail(err, DPI_USAGE, "cannot write '%s': outputs are not compressed; send standard output to a "
                                            "program that does", path);
    }
    return DPI_OK;
}

enum dpi_status outfile_open(struct outfile **out, const char *path, struct dpi_err *err)
{
    *out = NULL;
    int alias = alias_of(path ? path : "-");
    if (alias < 0)
        DPI_TRY(check_name(path, err));
    struct outfile *o = outfile_new(path, alias);
    enum dpi_status status = alias >= 0 ? open_fd(o, alias, err) : open_path(o, path, err);
    if (status == DPI_OK)
        status = start_stream(o, err);
    if (status == DPI_OK)
        *out = o;
    else
        outfile_discard(o);
    return status;
}

enum dpi_status outfile_open_in(struct outfile **out, int folder, const char *path, struct dpi_err *err)
{
    *out = NULL;
    struct outfile *o = outfile_new(path, -1);
    o->dir_fd = fcntl(folder, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    enum dpi_status status = o->dir_fd < 0 ? dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot write %s", o->label)
                                           : open_path(o, path, err);
    if (status == DPI_OK)
        status = start_stream(o, err);
    if (status == DPI_OK)
        *out = o;
    else
        outfile_discard(o);
    return status;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool outfile_same(const struct outfile *a, const struct outfile *b)
{
    struct stat x, y;
    if (fstat(a->fd, &x) != 0 || fstat(b->fd, &y) != 0)
        return false;
    if (S_ISCHR(x.st_mode) && a->base)
        return false;
    if (same_inode(&x, &y))
        return true;
    /* Files that are not whole yet are one when they will have one name. */
    return a->base && b->base && strcmp(a->base, b->base) == 0 && fstat(a->dir_fd, &x) == 0 &&
           fstat(b->dir_fd, &y) == 0 && same_inode(&x, &y);
}

bool outfile_is_input(const struct outfile *o, const char *path)
{
    struct stat in, out;
    if ((strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &in) : stat(path, &in)) != 0 || !S_ISREG(in.st_mode))
        return false;
    if (o->base && fstatat(o->dir_fd, o->base, &out, 0) == 0)
        return same_inode(&in, &out);
    return fstat(o->fd, &out) == 0 && same_inode(&in, &out);
}

FILE *outfile_stream(struct outfile *o)
{
    return o->stream;
}

const char *outfile_name(const struct outfile *o)
{
    return o->name;
}

int outfile_fd(const struct outfile *o)
{
    return o->fd;
}

bool outfile_is_tty(const struct outfile *o)
{
    return isatty(o->fd);
}

static enum dpi_status write_failed(const struct outfile *o, struct dpi_err *err)
{
    if (o->write_errno == EPIPE)
        return dpi_fail(err, DPI_PIPE, "the reader of %s went away", o->label);
    return dpi_fail_errno(err, DPI_OUTPUT, o->write_errno ? o->write_errno : EIO, "cannot write %s",
                          o->label);
}

enum dpi_status outfile_check(struct outfile *o, struct dpi_err *err)
{
    return ferror(o->stream) ? write_failed(o, err) : DPI_OK;
}

/* False also for a write that failed before. */
static bool close_stream(struct outfile *o)
{
    FILE *stream = o->stream;
    o->stream = NULL;
    return fclose(stream) == 0 && !o->write_errno;
}

static void outfile_free(struct outfile *o)
{
    if (o->stream) {
        __fpurge(o->stream);
        fclose(o->stream);
    } else if (o->fd >= 0) {
        close(o->fd);
    }
    if (o->temp[0])
        unlinkat(o->dir_fd, o->temp, 0);
    if (o->dir_fd >= 0)
        close(o->dir_fd);
    free(o->buffer);
    free(o->base);
    free(o->label);
    free(o->name);
    free(o);
}

enum dpi_status outfile_commit(struct outfile *o, struct dpi_err *err)
{
    enum dpi_status status = give_temp_name(o, err);
    if (!close_stream(o)) {
        status = write_failed(o, err);
    } else if (o->temp[0]) {
        if (renameat(o->dir_fd, o->temp, o->dir_fd, o->base) == 0)
            o->temp[0] = '\0';
        else
            status = dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot put the file in place as %s", o->label);
    }
    outfile_free(o);
    return status;
}

void outfile_discard(struct outfile *o)
{
    if (o)
        outfile_free(o);
}
