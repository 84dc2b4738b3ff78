/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.c - tells the format of a file by its first bytes and calls its reader. */
#include "capture/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/format.h"
#include "util/xalloc.h"

/* TAR_VIEW: up to the end of what tells a tar archive (POSIX.1-2017, pax, ustar interchange format). */
enum { MAGIC_VIEW = 64, TAR_MAGIC_AT = 257, TAR_VIEW = 262 };

struct reader {
    const struct format_ops *ops;
    void *state;
    struct capture_input in;
    enum dpi_status final; /* DPI_OK while there may be more */
    struct dpi_err final_err;
};

#define MAGIC(bytes) bytes, sizeof(bytes) - 1

static const struct {
    const char *bytes;
    size_t n;
    const struct format_ops *ops;
} formats[] = {
    {MAGIC("\x0a\x0d\x0d\x0a"), &pcapng_format},
    /* Microseconds, nanoseconds and the format of A. Kuznetsov's patch, in both byte orders. */
    {MAGIC("\xd4\xc3\xb2\xa1"), &pcap_format},
    {MAGIC("\xa1\xb2\xc3\xd4"), &pcap_format},
    {MAGIC("\x4d\x3c\xb2\xa1"), &pcap_format},
    {MAGIC("\xa1\xb2\x3c\x4d"), &pcap_format},
    {MAGIC("\x34\xcd\xb2\xa1"), &pcap_format},
    {MAGIC("\xa1\xb2\xcd\x34"), &pcap_format},
    /* Ixia's. */
    {MAGIC("\xac\x01\x00\x1c"), &pcap_format},
    {MAGIC("\x1c\x00\x01\xac"), &pcap_format},
    {MAGIC("\xab\x01\x00\x1c"), &pcap_format},
    {MAGIC("\x1c\x00\x01\xab"), &pcap_format},
};

#define UNPACK ": unpack it and give the captures in it, or their folder"

/* What people hand to a capture tool by mistake, and what it is called. */
static const struct {
    const char *bytes;
    size_t n;
    const char *what;
} others[] = {
    {MAGIC("PK\x03\x04"), "it is a zip archive" UNPACK},
    {MAGIC("PK\x05\x06"), "it is an empty zip archive"},
    {MAGIC("7z\xbc\xaf\x27\x1c"), "it is a 7z archive" UNPACK},
    {MAGIC("Rar!\x1a\x07"), "it is a rar archive" UNPACK},
    {MAGIC("MSCF\0\0\0\0"), "it is a cab archive" UNPACK},
    {MAGIC("!<arch>\n"), "it is an ar archive" UNPACK},
    {MAGIC("070701"), "it is a cpio archive" UNPACK},
    {MAGIC("070707"), "it is a cpio archive" UNPACK},
    {MAGIC("\x1f\x9d"), "it is compressed with compress: unpack it first"},
    {MAGIC("LZIP"), "it is compressed with lzip: unpack it first"},
    {MAGIC("snoop\0\0\0"), "it is a snoop capture: convert it with editcap first"},
    {MAGIC("btsnoop\0"), "it is a btsnoop capture of Bluetooth"},
    {MAGIC("RTSS"), "it is a capture of Microsoft Network Monitor 1: convert it with editcap first"},
    {MAGIC("GMBU"), "it is a capture of Microsoft Network Monitor 2: convert it with editcap first"},
    {MAGIC("TRSNIFF data"), "it is a capture of the DOS Sniffer: convert it with editcap first"},
    {MAGIC("XCP\0"), "it is a capture of NetXRay: convert it with editcap first"},
    /* The first bytes of pcapng are there to show this (section 4.1 of the draft). */
    {MAGIC("\x0d\x0a\x0d\x0d"), "it is a pcapng file that was transferred as text and is spoiled"},
    {MAGIC("\x0a\x0d\x0a"), "it is a pcapng file that was transferred as text and is spoiled"},
    {MAGIC("\x7f" "ELF"), "it is a program"},
    {MAGIC("%PDF"), "it is a PDF document"},
    {MAGIC("\x89PNG"), "it is a picture"},
    {MAGIC("SQLite format 3"), "it is an SQLite database"},
    {MAGIC("\0\0\0\0"), "it begins with zeros"},
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

enum dpi_status capture_damaged(struct capture_input *in, uint64_t offset, struct dpi_err *err,
                                const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(in->damage, sizeof(in->damage), fmt, ap);
    va_end(ap);
    in->damage_offset = offset;
    const char *of = source_compression(in->src) ? " of what was decompressed" : "";
    return dpi_fail(err, DPI_DAMAGED, "%s is damaged at byte %llu%s: %s", source_label(in->src),
                    (unsigned long long)offset, of, in->damage);
}

static bool starts_with(const uint8_t *head, size_t n, const char *bytes, size_t bytes_n)
{
    return n >= bytes_n && memcmp(head, bytes, bytes_n) == 0;
}

static const struct format_ops *format_of(const uint8_t *head, size_t n)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (starts_with(head, n, formats[i].bytes, formats[i].n))
            return formats[i].ops;
    return NULL;
}

static bool is_text(const uint8_t *head, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (head[i] >= 0x7f || (head[i] < 0x20 && !memchr("\t\n\f\r", head[i], 4)))
            return false;
    return true;
}

static const char *what_else(const uint8_t *head, size_t n)
{
    if (n == 0)
        return "it is empty";
    for (size_t i = 0; i < COUNT(others); i++)
        if (starts_with(head, n, others[i].bytes, others[i].n))
            return others[i].what;
    if (is_text(head, n))
        return "it is text";
    return "it begins like neither pcap nor pcapng";
}

static enum dpi_status not_a_capture(struct source *src, struct dpi_err *err)
{
    const uint8_t *head;
    size_t n;
    DPI_TRY(source_view(src, TAR_VIEW, &head, &n, err));
    const char *what = what_else(head, n), *compression = source_compression(src), *damage = source_damage(src);
    if (n == 0 && damage)
        return dpi_fail(err, DPI_INPUT, "cannot read %s: %s", source_label(src), damage);
    if (n == TAR_VIEW && memcmp(head + TAR_MAGIC_AT, "ustar", TAR_VIEW - TAR_MAGIC_AT) == 0)
        what = "it is a tar archive" UNPACK;
    if (compression)
        return dpi_fail(err, DPI_INPUT, "%s is compressed with %s, and what is inside is not a capture: %s%s%s",
                        source_label(src), compression, what, damage ? "; " : "", damage ? damage : "");
    return dpi_fail(err, DPI_INPUT, "%s is not a capture: %s", source_label(src), what);
}

static enum dpi_status find_format(struct source *src, const struct format_ops **ops, struct dpi_err *err)
{
    const uint8_t *head;
    size_t n;
    DPI_TRY(source_view(src, MAGIC_VIEW, &head, &n, err));
    *ops = format_of(head, n);
    return DPI_OK;
}

enum dpi_status reader_knows(struct source *src, bool *yes, struct dpi_err *err)
{
    const struct format_ops *ops = NULL;
    enum dpi_status status = find_format(src, &ops, err);
    *yes = ops;
    return status;
}

static enum dpi_status open_format(struct reader *r, struct dpi_err *err)
{
    DPI_TRY(find_format(r->in.src, &r->ops, err));
    if (!r->ops)
        return not_a_capture(r->in.src, err);
    return r->ops->open(&r->state, &r->in, err);
}

enum dpi_status reader_open(struct reader **out, struct source *src, const struct reader_options *opt,
                            struct capture_facts *facts, struct dpi_err *err)
{
    *out = NULL;
    struct reader *r = xcalloc(1, sizeof(*r));
    r->in = (struct capture_input){.src = src, .name = opt->name, .facts = facts, .resync = opt->resync};
    enum dpi_status status = open_format(r, err);
    if (status != DPI_OK) {
        reader_free(r);
        return status;
    }
    *out = r;
    return DPI_OK;
}

/* Where the source itself ends too early, that is why the format found no more. */
static enum dpi_status at_end_of_source(struct reader *r, enum dpi_status status, struct dpi_err *err)
{
    const char *why = source_damage(r->in.src);
    char before[CAPTURE_DAMAGE_MAX];
    if (!why)
        return status;
    if (status == DPI_END)
        return capture_damaged(&r->in, source_offset(r->in.src), err, "%s", why);
    memcpy(before, r->in.damage, sizeof(before));
    return capture_damaged(&r->in, r->in.damage_offset, err, "%s; %s", before, why);
}

/* Goes on behind damage. */
static enum dpi_status skip_damage(struct reader *r, struct dpi_err *err)
{
    uint64_t at;
    enum dpi_status status = r->ops->resync(r->state, &at, err);
    if (status == DPI_OK || status == DPI_END)
        facts_gap(r->in.facts, r->in.damage_offset, at - r->in.damage_offset, r->in.damage);
    r->in.damage[0] = '\0';
    return status;
}

static enum dpi_status next_sound(struct reader *r, struct packet *p, struct dpi_err *err)
{
    enum dpi_status status = r->ops->next(r->state, p, err);
    while (status == DPI_DAMAGED && r->in.resync) {
        status = skip_damage(r, err);
        if (status == DPI_OK)
            status = r->ops->next(r->state, p, err);
    }
    return status == DPI_END || status == DPI_DAMAGED ? at_end_of_source(r, status, err) : status;
}

enum dpi_status reader_next(struct reader *r, struct packet *p, struct dpi_err *err)
{
    if (r->final != DPI_OK) {
        *err = r->final_err;
        return r->final;
    }
    enum dpi_status status = next_sound(r, p, err);
    if (status != DPI_OK) {
        r->final = status;
        r->final_err = *err;
    }
    return status;
}

const char *reader_format(const struct reader *r)
{
    return r->ops->name;
}

const char *reader_damage(const struct reader *r, uint64_t *offset)
{
    *offset = r->in.damage_offset;
    return r->in.damage[0] ? r->in.damage : NULL;
}

void reader_read_ahead(struct reader *r)
{
    source_read_ahead(r->in.src);
}

uint64_t reader_file_offset(const struct reader *r)
{
    return source_file_offset(r->in.src);
}

void reader_free(struct reader *r)
{
    if (!r)
        return;
    if (r->ops)
        r->ops->free(r->state);
    source_close(r->in.src);
    free(r);
}
