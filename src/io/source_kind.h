/* SPDX-License-Identifier: BSD-2-Clause */
/* source_kind.h - what a kind of source is made of. Private to src/io. */
#ifndef IO_SOURCE_KIND_H
#define IO_SOURCE_KIND_H

#include "io/source.h"

struct source_ops {
    /* Up to n > 0 bytes; *got 0 is the end of the data. */
    enum dpi_status (*read)(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err);
    void (*close)(struct source *s);
};

struct source {
    const struct source_ops *ops;
    char *label;
    int fd;               /* -1: another kind */
    void *state;          /* of another kind */
    struct source *below; /* owned: where the bytes come from, or NULL */
    bool can_reopen;
    uint64_t file_size;   /* of a regular file, else 0 */
    const char *compression, *damage;
    uint8_t *buf;         /* owned; NULL when the bytes are somebody else's */
    const uint8_t *bytes; /* buf, or the bytes in memory */
    size_t size, at, end; /* bytes[at..end) is read and not consumed */
    uint64_t consumed;
    bool ended;
    uint64_t fetched;     /* bytes that read has given, of a descriptor */
    struct ahead *ahead;  /* owned: who reads, or NULL */
    uint64_t ahead_of;    /* with it: source_file_offset */
};

/* One with a buffer. label is taken over. */
struct source *source_new(const struct source_ops *ops, char *label);

#endif
