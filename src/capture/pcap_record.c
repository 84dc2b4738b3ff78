/* SPDX-License-Identifier: BSD-2-Clause */
/* pcap_record.c - classic pcap has no marks between records. What tells one is that its time is near the last
 * one's, its lengths agree, and another such header or the end of the file stands where it ends. Where time has
 * jumped over the damage, four such headers in a row tell it, whose times are near each other. */
#include "capture/pcap_record.h"

#include <stdio.h>

enum {
    SECONDS_AT = 0,
    FRACTION_AT = 4,
    LENGTHS_AT = 8,
    TIME_NEAR = 86400,
    WIRELEN_MAX = 1024 * 1024,
    CAPLEN_MAX = 256 * 1024, /* longer packets are not looked for */
    WINDOW = 4 * CAPLEN_MAX,
};

/* Bytes of the input that can be seen without consuming them. */
struct view {
    const uint8_t *p;
    size_t n;
    bool ended; /* nothing follows them */
};

uint32_t record_u32(const struct record_form *f, const uint8_t *p)
{
    uint32_t v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return f->big ? v : __builtin_bswap32(v);
}

static void read_lengths(const struct record_form *f, const uint8_t *p, uint32_t *caplen, uint32_t *wirelen)
{
    uint32_t first = record_u32(f, p + LENGTHS_AT), second = record_u32(f, p + LENGTHS_AT + 4);
    bool swap = f->lengths == LENGTHS_SWAPPED || (f->lengths == LENGTHS_EITHER && first > second);
    *caplen = swap ? second : first;
    *wirelen = swap ? first : second;
}

static enum dpi_status look(struct source *src, size_t n, struct view *v, struct dpi_err *err)
{
    enum dpi_status status = source_view(src, n, &v->p, &v->n, err);
    v->ended = v->n < n;
    return status;
}

static bool is_near(const struct record_form *f, uint32_t time)
{
    return !f->has_time || (time >= f->time ? time - f->time : f->time - time) <= TIME_NEAR;
}

/* A record header as programs write them begins at p. */
static bool is_header(const struct record_form *f, const uint8_t *p)
{
    uint32_t caplen, wirelen;
    read_lengths(f, p, &caplen, &wirelen);
    return caplen > 0 && caplen <= f->caplen_max && caplen <= CAPLEN_MAX && caplen <= wirelen &&
           wirelen <= WIRELEN_MAX && record_u32(f, p + FRACTION_AT) < f->fraction_end &&
           is_near(f, record_u32(f, p + SECONDS_AT));
}

/* There is a record at v->p + at, followed by another one or the end. */
static bool is_record(const struct record_form *f, const struct view *v, size_t at)
{
    uint32_t caplen, wirelen;
    if (v->n - at < f->header_size || !is_header(f, v->p + at))
        return false;
    read_lengths(f, v->p + at, &caplen, &wirelen);
    size_t end = at + f->header_size + caplen;
    if (end + f->header_size > v->n)
        return v->ended && end == v->n;
    return is_header(f, v->p + end);
}

/* As is_record, but whatever the last time was: time may have jumped over the damage. */
static bool is_chain(const struct record_form *f, const struct view *v, size_t at)
{
    enum { ENOUGH = 4, ENOUGH_AT_END = 2 };
    struct record_form own = *f;
    own.has_time = false;
    for (unsigned n = 0; n < ENOUGH; n++) {
        uint32_t caplen, wirelen;
        if (at > v->n || v->n - at < f->header_size)
            return n >= ENOUGH_AT_END && v->ended && at == v->n;
        if (!is_header(&own, v->p + at))
            return false;
        own.has_time = true;
        own.time = record_u32(f, v->p + at + SECONDS_AT);
        read_lengths(f, v->p + at, &caplen, &wirelen);
        at += f->header_size + (size_t)caplen;
    }
    return true;
}

enum dpi_status record_second(const struct record_form *f, struct source *src, enum record_second *second,
                              struct dpi_err *err)
{
    struct record_form near = *f;
    struct view v;
    uint32_t caplen, wirelen;
    *second = SECOND_WRONG;
    DPI_TRY(look(src, f->header_size, &v, err));
    if (v.ended)
        return DPI_OK;
    read_lengths(f, v.p, &caplen, &wirelen);
    near.has_time = true;
    near.time = record_u32(f, v.p + SECONDS_AT);
    size_t end = f->header_size + (size_t)caplen;
    if (caplen > CAPLEN_MAX)
        return DPI_OK;
    DPI_TRY(look(src, end + f->header_size, &v, err));
    if (v.ended)
        return DPI_OK;
    read_lengths(f, v.p + end, &caplen, &wirelen);
    if (is_header(&near, v.p) && is_header(&near, v.p + end))
        *second = SECOND_RIGHT;
    else if (caplen <= CAPLEN_MAX && record_u32(f, v.p + end + FRACTION_AT) < f->fraction_end)
        *second = SECOND_POSSIBLE;
    return DPI_OK;
}

/* The first place in [from, to) where a record begins, or to. */
static size_t find_record(const struct record_form *f, const struct view *v, size_t from, size_t to)
{
    while (from < to && !is_record(f, v, from) && !is_chain(f, v, from))
        from++;
    return from;
}

/* The length of a record may be wrong and still within bounds: then no header stands where it ends, and records
 * begin before that. */
static enum dpi_status hides_records(const struct record_form *f, struct source *src, size_t size, bool *yes,
                                     struct dpi_err *err)
{
    struct view v;
    *yes = false;
    DPI_TRY(look(src, size + f->header_size, &v, err));
    if (v.n == size || (!v.ended && is_header(f, v.p + size)))
        return DPI_OK;
    DPI_TRY(look(src, size + WINDOW, &v, err));
    *yes = find_record(f, &v, 1, size) < size;
    return DPI_OK;
}

/* What is wrong with the record itself, if anything. */
static enum dpi_status check_size(const struct record_form *f, struct source *src, uint32_t *caplen,
                                  char why[static RECORD_WHY_MAX], struct dpi_err *err)
{
    uint32_t wirelen;
    struct view v;
    *caplen = 0;
    DPI_TRY(look(src, f->header_size, &v, err));
    if (v.ended && v.n)
        snprintf(why, RECORD_WHY_MAX, "the file ends inside a record header: %zu bytes of %u", v.n, f->header_size);
    if (v.ended)
        return DPI_OK;
    read_lengths(f, v.p, caplen, &wirelen);
    if (*caplen > f->caplen_max) {
        snprintf(why, RECORD_WHY_MAX, "packet record of %u bytes, at most %u were expected", *caplen,
                 f->caplen_max);
        return DPI_OK;
    }
    DPI_TRY(look(src, f->header_size + (size_t)*caplen, &v, err));
    if (v.ended)
        snprintf(why, RECORD_WHY_MAX, "packet record of %u bytes, %zu are left for it", *caplen,
                 v.n - f->header_size);
    return DPI_OK;
}

/* A hole in a file reads as zeros, and zeros as empty packets of 1970. */
static bool is_zero(const struct record_form *f, const uint8_t *p)
{
    for (unsigned i = 0; i < f->header_size; i++)
        if (p[i])
            return false;
    return true;
}

static enum dpi_status check_content(const struct record_form *f, struct source *src, uint32_t caplen,
                                     char why[static RECORD_WHY_MAX], struct dpi_err *err)
{
    bool hides;
    DPI_TRY(hides_records(f, src, f->header_size + (size_t)caplen, &hides, err));
    if (hides)
        snprintf(why, RECORD_WHY_MAX, "packet record of %u bytes with other records inside and none behind it",
                 caplen);
    return DPI_OK;
}

enum dpi_status record_check(struct record_form *f, struct source *src, uint32_t *size,
                             char why[static RECORD_WHY_MAX], struct dpi_err *err)
{
    uint32_t caplen;
    struct view v;
    *size = 0;
    why[0] = '\0';
    DPI_TRY(check_size(f, src, &caplen, why, err));
    DPI_TRY(look(src, f->header_size, &v, err));
    if (why[0] || v.ended)
        return DPI_OK;
    uint32_t time = record_u32(f, v.p + SECONDS_AT);
    if (f->distrust && is_zero(f, v.p))
        snprintf(why, RECORD_WHY_MAX, "zeros where a packet record was expected");
    else if (f->distrust)
        DPI_TRY(check_content(f, src, caplen, why, err));
    if (why[0])
        return DPI_OK;
    *size = f->header_size + caplen;
    f->has_time = true;
    f->time = time;
    return DPI_OK;
}

enum dpi_status record_search(const struct record_form *f, struct source *src, struct dpi_err *err)
{
    struct view v;
    DPI_TRY(look(src, 1, &v, err));
    source_skip(src, v.n);
    do {
        DPI_TRY(look(src, WINDOW, &v, err));
        size_t to = v.ended ? v.n : v.n / 2; /* what begins in the first half can be seen whole */
        size_t at = find_record(f, &v, 0, to);
        source_skip(src, at);
        if (at < to)
            return DPI_OK;
    } while (!v.ended);
    return DPI_END;
}
