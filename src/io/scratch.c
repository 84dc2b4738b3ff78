/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch.c - pages of the file in memory, each in the one place that its number gives it. */
#include "io/scratch.h"

#include "util/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 16384, PAGES = 64 };

struct page {
    uint64_t number; /* and one; 0: nothing is here */
    bool changed;
    uint8_t bytes[PAGE];
};

struct scratch {
    char *folder;
    int fd;
    struct page page[PAGES];
};

/* Where a file system has no files without a name, one that loses it at once. */
static int open_nameless(const char *folder)
{
    char name[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return fd;
    if ((size_t)snprintf(name, sizeof(name), "%s/dpitool-XXXXXX", folder) >= sizeof(name)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

enum dpi_status scratch_open(struct scratch **s, const char *folder, struct dpi_err *err)
{
    *s = NULL;
    int fd = open_nameless(folder);
    if (fd < 0)
        return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot make a temporary file in '%s'", folder);
    *s = xcalloc(1, sizeof(**s));
    (*s)->fd = fd;
    (*s)->folder = xstrdup(folder);
    return DPI_OK;
}

static enum dpi_status failed(const struct scratch *s, const char *what, struct dpi_err *err)
{
    return dpi_fail_errno(err, DPI_OUTPUT, errno, "cannot %s a temporary file in '%s'", what, s->folder);
}

static enum dpi_status flush(struct scratch *s, struct page *p, struct dpi_err *err)
{
    for (size_t done = 0; p->changed && done < PAGE;) {
        ssize_t n = pwrite(s->fd, p->bytes + done, PAGE - done, (off_t)((p->number - 1) * PAGE + done));
        if (n < 0 && errno != EINTR)
            return failed(s, "write", err);
        done += n > 0 ? (size_t)n : 0;
    }
    p->changed = false;
    return DPI_OK;
}

static enum dpi_status load(struct scratch *s, struct page *p, uint64_t number, struct dpi_err *err)
{
    size_t done = 0;
    DPI_TRY(flush(s, p, err));
    p->number = 0;
    while (done < PAGE) {
        ssize_t n = pread(s->fd, p->bytes + done, PAGE - done, (off_t)(number * PAGE + done));
        if (n < 0 && errno != EINTR)
            return failed(s, "read", err);
        if (n == 0)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    memset(p->bytes + done, 0, PAGE - done);
    p->number = number + 1;
    return DPI_OK;
}

/* The page that holds the byte at at. */
static enum dpi_status page_of(struct scratch *s, uint64_t at, struct page **out, struct dpi_err *err)
{
    struct page *p = &s->page[at / PAGE % PAGES];
    *out = p;
    return p->number == at / PAGE + 1 ? DPI_OK : load(s, p, at / PAGE, err);
}

static size_t rest_of_page(uint64_t at, size_t n)
{
    size_t rest = PAGE - at % PAGE;
    return n < rest ? n : rest;
}

enum dpi_status scratch_write(struct scratch *s, uint64_t at, const void *bytes, size_t n, struct dpi_err *err)
{
    const uint8_t *from = bytes;
    for (size_t part; n; at += part, from += part, n -= part) {
        struct page *p;
        DPI_TRY(page_of(s, at, &p, err));
        part = rest_of_page(at, n);
        memcpy(p->bytes + at % PAGE, from, part);
        p->changed = true;
    }
    return DPI_OK;
}

enum dpi_status scratch_read(struct scratch *s, uint64_t at, void *bytes, size_t n, struct dpi_err *err)
{
    uint8_t *to = bytes;
    for (size_t part; n; at += part, to += part, n -= part) {
        struct page *p;
        DPI_TRY(page_of(s, at, &p, err));
        part = rest_of_page(at, n);
        memcpy(to, p->bytes + at % PAGE, part);
    }
    return DPI_OK;
}

void scratch_close(struct scratch *s)
{
    if (!s)
        return;
    close(s->fd);
    free(s->folder);
    free(s);
}
