/* SPDX-License-Identifier: BSD-2-Clause */
/* value.h - the typed value of one field of one record: what a writer formats. */
#ifndef DPITOOL_VALUE_H
#define DPITOOL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes with a length: may hold NUL and need not be UTF-8, for it may come from the capture.
 * p is NULL when the text is absent; n is 0 and p is not NULL when it is present and empty. */
struct dpi_text {
    const char *p;
    size_t n;
};

/* An IP address in network byte order; IPv4 uses the first 4 bytes, the rest is zero. */
struct dpi_addr {
    uint8_t family; /* 4, 6, or 0 when absent */
    uint8_t b[16];
};

enum dpi_kind {
    DPI_ABSENT,
    DPI_U64,  /* a count or number */
    DPI_TIME, /* nanoseconds since 1970-01-01 UTC, may be negative */
    DPI_SPAN, /* a length of time in nanoseconds */
    DPI_TEXT,
    DPI_ADDR,
    DPI_MAC,  /* 6 bytes */
    DPI_LIST, /* of texts */
};

extern const char *const dpi_kind_names[]; /* "number", "time", ... by enum dpi_kind */

struct dpi_value {
    enum dpi_kind kind;
    union {
        uint64_t u64;
        int64_t ns; /* DPI_TIME, DPI_SPAN */
        struct dpi_text text;
        struct dpi_addr addr;
        const uint8_t *mac;
        struct {
            const struct dpi_text *v; /* borrowed from the record */
            size_t n;
        } list;
    };
};

/* A C string as text; NULL is an absent text. */
static inline struct dpi_text dpi_text_of(const char *s)
{
    return (struct dpi_text){s, s ? strlen(s) : 0};
}

static inline bool dpi_text_eq(struct dpi_text a, struct dpi_text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* By bytes, like memcmp; what goes on stands behind. */
static inline int dpi_text_cmp(struct dpi_text a, struct dpi_text b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int cmp = n ? memcmp(a.p, b.p, n) : 0;
    return cmp ? cmp : (a.n > b.n) - (a.n < b.n);
}

#define DPI_U64_MAX    21 /* longest number as text, with the final NUL; and so on */
#define DPI_ADDR_MAX   46
#define DPI_TIME_MAX   31 /* "2026-11-21T09:11:39.123456789Z"; 64 bits reach from 1677 to 2262 */
#define DPI_SPAN_MAX   22 /* seconds with 9 decimals */
#define DPI_MAC_MAX    18
#define DPI_SCALAR_MAX 46 /* the longest of them */

/* Each writes a NUL-terminated text and returns its length. */
size_t dpi_u64_text(char out[static DPI_U64_MAX], uint64_t v);
size_t dpi_addr_text(char out[static DPI_ADDR_MAX], const struct dpi_addr *a); /* RFC 5952 */
size_t dpi_time_text(char out[static DPI_TIME_MAX], int64_t ns);               /* RFC 3339, UTC */
size_t dpi_span_text(char out[static DPI_SPAN_MAX], int64_t ns);

/* Any of these by its kind; "" and 0 for the other kinds, which have no bound. */
size_t dpi_scalar_text(char out[static DPI_SCALAR_MAX], const struct dpi_value *v);

#endif
