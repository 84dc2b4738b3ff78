/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - one buffer in front of whatever gives bytes. */
#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/ahead.h"
#include "io/source_kind.h"
#include "util/xalloc.h"

/* Reads of DIRECT_SIZE and more go past an empty buffer. The first one is small: often it is no more than a look. */
enum { BUFFER_SIZE = 512 * 1024, FIRST_SIZE = 64 * 1024, DIRECT_SIZE = 32 * 1024 };
_Static_assert(BUFFER_SIZE >= AHEAD_FRONT + AHEAD_BYTES, "a buffer can take the place of a block's");

static enum dpi_status wait_readable(const struct source *s, struct dpi_err *err)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    if (poll(&p, 1, -1) >= 0)
        return DPI_OK;
    if (errno == EINTR)
        return dpi_fail(err, DPI_INTERRUPTED, "interrupted while reading %s", s->label);
    return dpi_fail_errno(err, DPI_INPUT, errno, "cannot wait for %s", s->label);
}

static enum dpi_status fd_read(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err)
{
    for (;;) {
        ssize_t r = read(s->fd, buf, n);
        if (r >= 0) {
            s->fetched += (uint64_t)r;
            *got = (size_t)r;
            return DPI_OK;
        }
        if (errno == EINTR)
            return dpi_fail(err, DPI_INTERRUPTED, "interrupted while reading %s", s->label);
        if (errno != EAGAIN)
            return dpi_fail_errno(err, DPI_INPUT, errno, "cannot read %s behind byte %llu", s->label,
                                  (unsigned long long)s->fetched);
        /* Standard input may share a non-blocking description with another program. */
        DPI_TRY(wait_readable(s, err));
    }
}

static void fd_close(struct source *s)
{
    if (s->fd != STDIN_FILENO)
        close(s->fd);
}

static enum dpi_status memory_read(struct source *s, void *buf, size_t n, size_t *got,
                                   struct dpi_err *err)
{
    (void)s, (void)buf, (void)n, (void)err;
    *got = 0;
    return DPI_OK;
}

static void memory_close(struct source *s)
{
    (void)s;
}

static const struct source_ops fd_ops = {.read = fd_read, .close = fd_close};
static const struct source_ops memory_ops = {.read = memory_read, .close = memory_close};

static char *quoted(const char *path)
{
    size_t n = strlen(path);
    char *label = xmalloc(n + 3);
    snprintf(label, n + 3, "'%s'", path);
    return label;
}

static enum dpi_status check_kind(const struct source *s, struct stat *st, struct dpi_err *err)
{
    if (fstat(s->fd, st) != 0)
        return dpi_fail_errno(err, DPI_INPUT, errno, "cannot read %s", s->label);
    if (S_ISDIR(st->st_mode))
        return dpi_fail(err, DPI_INPUT, "cannot read %s: it is a folder, a file was expected", s->label);
    return DPI_OK;
}

struct source *source_new(const struct source_ops *ops, char *label)
{
    struct source *s = xcalloc(1, sizeof(*s));
    *s = (struct source){.ops = ops, .label = label, .fd = -1, .size = BUFFER_SIZE};
    s->bytes = s->buf = xmalloc(s->size);
    return s;
}

bool source_exists(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
}

enum dpi_status source_open(struct source **out, const char *path, struct dpi_err *err)
{
    *out = NULL;
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == EINTR)
        return dpi_fail(err, DPI_INTERRUPTED, "interrupted while waiting for a writer of '%s'", path);
    if (fd < 0)
        return dpi_fail_errno(err, DPI_INPUT, errno, "cannot open '%s'", path);
    struct source *s = source_new(&fd_ops, is_stdin ? xstrdup("standard input") : quoted(path));
    s->fd = fd;
    struct stat st;
    enum dpi_status status = check_kind(s, &st, err);
    if (status != DPI_OK) {
        source_close(s);
        return status;
    }
    s->can_reopen = !is_stdin && S_ISREG(st.st_mode);
    s->file_size = s->can_reopen ? (uint64_t)st.st_size : 0;
    *out = s;
    return DPI_OK;
}

struct source *source_memory(const void *bytes, size_t n)
{
    struct source *s = xcalloc(1, sizeof(*s));
    *s = (struct source){.ops = &memory_ops, .fd = -1, .size = n, .end = n, .ended = true};
    s->bytes = n ? bytes : (const uint8_t *)"";
    s->label = xstrdup("memory");
    return s;
}

/* Makes room for need bytes from at on: moves what is left to the front, grows when even that is short. */
static void make_room(struct source *s, size_t need)
{
    size_t left = s->end - s->at;
    if (s->at && left)
        memmove(s->buf, s->buf + s->at, left);
    s->at = 0;
    s->end = left;
    if (need > s->size) {
        s->size = 2 * need; /* so that views of such a size seldom move it */
        s->bytes = s->buf = xrealloc(s->buf, s->size, 1);
    }
}

static enum dpi_status read_more(struct source *s, size_t n, struct dpi_err *err)
{
    size_t got;
    if (s->size - s->at < n || s->at == s->end)
        make_room(s, n);
    bool is_first = s->consumed + s->end == 0 && n <= FIRST_SIZE;
    DPI_TRY(s->ops->read(s, s->buf + s->end, is_first ? FIRST_SIZE : s->size - s->end, &got, err));
    s->end += got;
    s->ended = got == 0;
    return DPI_OK;
}

/* What is left goes in front of the block's bytes, and the block's buffer takes the place of the source's. */
static void exchange(struct source *s, struct ahead_block *b)
{
    size_t left = s->end - s->at, size = s->size, at = AHEAD_FRONT - left;
    uint8_t *buf = s->buf;
    memcpy(b->buf + at, buf + s->at, left);
    s->bytes = s->buf = b->buf;
    s->size = b->size;
    s->at = at;
    s->end = AHEAD_FRONT + b->n;
    b->size = size < BUFFER_SIZE ? size : BUFFER_SIZE;
    b->buf = b->size < size ? xrealloc(buf, b->size, 1) : buf; /* a large view was rare */
}

static enum dpi_status take_block(struct source *s, struct dpi_err *err)
{
    struct ahead_block *b = ahead_block(s->ahead);
    size_t left = s->end - s->at;
    s->ahead_of = b->file_offset;
    if (b->n == 0) {
        s->ended = b->status == DPI_OK;
        if (b->status != DPI_OK)
            *err = b->err;
        return b->status;
    }
    if (left <= AHEAD_FRONT) {
        exchange(s, b);
    } else {
        make_room(s, left + b->n);
        memcpy(s->buf + s->end, b->buf + AHEAD_FRONT, b->n);
        s->end += b->n;
    }
    ahead_give_back(s->ahead);
    return DPI_OK;
}

/* Reads until n bytes are there or the data ends. */
static enum dpi_status fill(struct source *s, size_t n, struct dpi_err *err)
{
    while (s->end - s->at < n && !s->ended)
        DPI_TRY(s->ahead ? take_block(s, err) : read_more(s, n, err));
    return DPI_OK;
}

void source_read_ahead(struct source *s)
{
    if (!s->can_reopen || s->ahead || s->ended)
        return;
    s->ahead_of = source_file_offset(s);
    s->ahead = ahead_start(s);
}

enum dpi_status source_view(struct source *s, size_t n, const uint8_t **bytes, size_t *got,
                            struct dpi_err *err)
{
    *got = 0;
    DPI_TRY(fill(s, n, err));
    size_t left = s->end - s->at;
    *bytes = s->bytes + s->at;
    *got = left < n ? left : n;
    return DPI_OK;
}

void source_skip(struct source *s, size_t n)
{
    s->at += n;
    s->consumed += n;
}

enum dpi_status source_some(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err)
{
    *got = 0;
    if (s->at == s->end && n >= DIRECT_SIZE && !s->ended && !s->ahead) {
        DPI_TRY(s->ops->read(s, buf, n, got, err));
        s->ended = *got == 0;
        s->consumed += *got;
        return DPI_OK;
    }
    DPI_TRY(fill(s, n ? 1 : 0, err));
    size_t left = s->end - s->at;
    *got = left < n ? left : n;
    if (*got)
        memcpy(buf, s->bytes + s->at, *got);
    source_skip(s, *got);
    return DPI_OK;
}

enum dpi_status source_read(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err)
{
    uint8_t *to = buf;
    *got = 0;
    while (*got < n) {
        size_t part;
        DPI_TRY(source_some(s, to + *got, n - *got, &part, err));
        if (part == 0)
            break;
        *got += part;
    }
    return DPI_OK;
}

uint64_t source_offset(const struct source *s)
{
    return s->consumed;
}

uint64_t source_file_offset(const struct source *s)
{
    if (s->below && s->ahead)
        return s->ahead_of;
    while (s->below)
        s = s->below;
    return s->consumed;
}

const char *source_compression(const struct source *s)
{
    return s->compression;
}

const char *source_damage(const struct source *s)
{
    return s->ended ? s->damage : NULL;
}

uint64_t source_file_size(const struct source *s)
{
    return s->file_size;
}

const char *source_label(const struct source *s)
{
    return s->label;
}

bool source_can_reopen(const struct source *s)
{
    return s->can_reopen;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    ahead_stop(s->ahead);
    s->ops->close(s);
    free(s->buf);
    free(s->label);
    free(s);
}
