/* SPDX-License-Identifier: BSD-2-Clause */
/* pcap.c - classic pcap, read by libpcap from a stream over our source, so that every read goes through
 * it. libpcap does not tell offsets: they are counted here.
 *
 * Records of the usual form that are there as a whole are taken from the source's buffer, which libpcap would only
 * copy. From the first that is not, libpcap has the rest: it says what ends, what is cut and what is wrong. */
#include "capture/format.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "capture/linktype.h"
#include "capture/pcap_record.h"
#include "util/xalloc.h"

/* File header: magic, major and minor version, two reserved words, snaplen, link type. */
enum { HEADER_SIZE = 24, VERSION_AT = 4, SNAPLEN_AT = 16, LINK_TYPE_AT = 20, IXIA_EXTRA = 4 };

/* Record header: seconds, fraction, captured and original length. The formats of A. Kuznetsov's patches and
 * Nokia's have more behind it, and do not say so. */
enum { RECORD_SIZE = 16, RECORD_SIZE_NOKIA = 20, RECORD_SIZE_MODIFIED = 24, RECORD_SIZE_990915 = 28 };

enum {
    MAGIC_MICRO = 0xa1b2c3d4,
    MAGIC_NANO = 0xa1b23c4d,
    MAGIC_MODIFIED = 0xa1b2cd34,
    MAGIC_IXIA_HARDWARE = 0x1c0001ac, /* nanoseconds, and the size of all records behind the header */
    MAGIC_IXIA_SOFTWARE = 0x1c0001ab, /* the same with microseconds */
    STREAM_BUFFER = 128 * 1024,
};

struct pcap_state {
    struct capture_input *in;
    pcap_t *pcap;
    char *buffer;    /* of libpcap's stream, which reads ahead: */
    uint64_t offset; /* of the next record */
    struct record_form form;
    bool nanoseconds;
    bool direct; /* libpcap has read nothing but the file header */
    const struct capture_iface *iface;
    /* The file header as libpcap gets it, and how much of it it has. */
    uint8_t header[HEADER_SIZE];
    size_t header_given;
    /* With resync, libpcap gets sound records only, one a read; and where headers are longer than it knows
     * them, without what is too much. */
    uint32_t trim;            /* bytes of each header that it does not get */
    uint32_t left;            /* bytes of the record at hand that were not read */
    bool trimmed;             /* its header is done */
    char why[RECORD_WHY_MAX]; /* what is wrong with the next record; empty when nothing is */
    enum dpi_status read_status; /* DPI_OK, or why the source failed ... */
    struct dpi_err read_err;     /* ... and its words */
};

/* How many bytes libpcap may have now of one record. */
static enum dpi_status bytes_to_give(struct pcap_state *s, size_t *n)
{
    if (s->left == 0) {
        s->offset = source_offset(s->in->src);
        s->trimmed = s->trim == 0;
        DPI_TRY(record_check(&s->form, s->in->src, &s->left, s->why, &s->read_err));
    }
    *n = s->trimmed || s->left == 0 ? s->left : RECORD_SIZE;
    return DPI_OK;
}

/* Reads from one record that was seen whole. */
static enum dpi_status read_record(struct pcap_state *s, char *bytes, size_t n, size_t *got)
{
    size_t most;
    *got = 0;
    DPI_TRY(bytes_to_give(s, &most));
    DPI_TRY(source_read(s->in->src, bytes, n < most ? n : most, got, &s->read_err));
    s->left -= (uint32_t)*got;
    if (!s->trimmed && *got == RECORD_SIZE) {
        const uint8_t *rest;
        size_t rest_n;
        DPI_TRY(source_view(s->in->src, s->trim, &rest, &rest_n, &s->read_err));
        source_skip(s->in->src, rest_n);
        s->left -= (uint32_t)rest_n;
        s->trimmed = true;
    }
    return DPI_OK;
}

static size_t give_header(struct pcap_state *s, char *bytes, size_t n)
{
    size_t left = HEADER_SIZE - s->header_given;
    if (n > left)
        n = left;
    memcpy(bytes, s->header + s->header_given, n);
    s->header_given += n;
    return n;
}

static ssize_t stream_read(void *cookie, char *bytes, size_t n)
{
    struct pcap_state *s = cookie;
    size_t got;
    if (s->header_given < HEADER_SIZE)
        return (ssize_t)give_header(s, bytes, n);
    if (s->in->resync || s->trim)
        s->read_status = read_record(s, bytes, n, &got);
    else
        s->read_status = source_some(s->in->src, bytes, n, &got, &s->read_err);
    if (s->read_status != DPI_OK) {
        errno = EIO;
        return -1;
    }
    return (ssize_t)got;
}

static FILE *open_stream(struct pcap_state *s)
{
    FILE *f = fopencookie(s, "r", (cookie_io_functions_t){.read = stream_read});
    if (!f)
        return NULL;
    /* Large enough that the source reads straight into it: the bytes are copied once, by libpcap. */
    s->buffer = xmalloc(STREAM_BUFFER);
    setvbuf(f, s->buffer, _IOFBF, STREAM_BUFFER);
    __fsetlocking(f, FSETLOCKING_BYCALLER);
    return f;
}

static enum dpi_status start_libpcap(struct pcap_state *s, struct dpi_err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    FILE *f = open_stream(s);
    if (!f)
        return dpi_fail_errno(err, DPI_INPUT, errno, "cannot read %s", source_label(s->in->src));
    s->pcap = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, why);
    if (s->pcap)
        return DPI_OK;
    fclose(f);
    if (s->read_status != DPI_OK) {
        *err = s->read_err;
        return s->read_status;
    }
    return dpi_fail(err, DPI_INPUT, "%s has a pcap file header that cannot be used: %s",
                    source_label(s->in->src), why);
}

static uint16_t get_u16(const struct record_form *f, const uint8_t *p)
{
    return (uint16_t)(f->big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static void put_u32(const struct record_form *f, uint8_t *p, uint32_t v)
{
    v = f->big ? htobe32(v) : htole32(v);
    memcpy(p, &v, sizeof(v));
}

/* Versions up to 2.2 have the lengths of a record the other way round, 2.3 either way. */
static enum record_lengths lengths_of(unsigned major, unsigned minor)
{
    if (major == 2 && minor == 3)
        return LENGTHS_EITHER;
    return major == 543 || (major == 2 && minor < 3) ? LENGTHS_SWAPPED : LENGTHS_NORMAL;
}

static struct record_form form_of(const uint8_t *head)
{
    struct record_form f = {.big = head[0] == 0xa1 || head[0] == 0x1c, .caplen_max = UINT32_MAX};
    uint32_t magic = record_u32(&f, head);
    bool nano = magic == MAGIC_NANO || magic == MAGIC_IXIA_HARDWARE;
    f.header_size = magic == MAGIC_MODIFIED ? RECORD_SIZE_MODIFIED : RECORD_SIZE;
    f.fraction_end = nano ? 1000000000 : 1000000;
    f.lengths = lengths_of(get_u16(&f, head + VERSION_AT), get_u16(&f, head + VERSION_AT + 2));
    return f;
}

/* AIX writes version 2.2 with nanoseconds, and interface types of RFC 1573 in place of link types. */
static void adapt_aix(struct pcap_state *s, uint32_t *magic)
{
    static const uint8_t link_types[][2] = {{6, 1}, {9, 6}, {15, 10}, {24, 0}};
    const uint8_t *version = s->header + VERSION_AT;
    if (*magic != MAGIC_MICRO || get_u16(&s->form, version) != 2 || get_u16(&s->form, version + 2) != 2)
        return;
    for (size_t i = 0; i < sizeof(link_types) / sizeof(*link_types); i++) {
        if (record_u32(&s->form, s->header + LINK_TYPE_AT) != link_types[i][0])
            continue;
        put_u32(&s->form, s->header + LINK_TYPE_AT, link_types[i][1]);
        *magic = MAGIC_NANO;
        s->form.fraction_end = 1000000000;
        return;
    }
}

/* Makes the file header one that libpcap takes: of the variants that it does not know, and of versions that
 * nobody has defined and some programs have written. It cuts packets that are longer than the header's
 * snaplen, and such files exist: with 0, "no limit", it gives all bytes up to its own bound against absurd
 * lengths. */
static void adapt_header(struct pcap_state *s)
{
    const struct record_form *f = &s->form;
    uint32_t magic = record_u32(f, s->header);
    unsigned major = get_u16(f, s->header + VERSION_AT), minor = get_u16(f, s->header + VERSION_AT + 2);
    if (magic == MAGIC_IXIA_HARDWARE || magic == MAGIC_IXIA_SOFTWARE)
        magic = magic == MAGIC_IXIA_HARDWARE ? MAGIC_NANO : MAGIC_MICRO;
    adapt_aix(s, &magic);
    if (s->trim)
        magic = MAGIC_MICRO;
    s->nanoseconds = magic == MAGIC_NANO;
    put_u32(f, s->header, magic);
    put_u32(f, s->header + SNAPLEN_AT, 0);
    if (major > 2 || (major == 2 && minor > 4))
        if (major != 543)
            put_u32(f, s->header + VERSION_AT, f->big ? 2 << 16 | 4 : 4 << 16 | 2);
}

/* Consumes the file header. */
static enum dpi_status take_header(struct pcap_state *s, struct dpi_err *err)
{
    size_t n, extra;
    const uint8_t *rest;
    DPI_TRY(source_read(s->in->src, s->header, HEADER_SIZE, &n, err));
    if (n < HEADER_SIZE)
        return dpi_fail(err, DPI_INPUT, "%s ends inside its pcap file header: %zu bytes of %d",
                        source_label(s->in->src), n, HEADER_SIZE);
    s->form = form_of(s->header);
    uint32_t magic = record_u32(&s->form, s->header);
    extra = magic == MAGIC_IXIA_HARDWARE || magic == MAGIC_IXIA_SOFTWARE ? IXIA_EXTRA : 0;
    DPI_TRY(source_view(s->in->src, extra, &rest, &n, err));
    source_skip(s->in->src, n);
    s->offset = source_offset(s->in->src);
    return DPI_OK;
}

/* Finds the size of record headers by where the second one stands. What the magic means is taken when it is
 * possible, another size only when all is right. */
static enum dpi_status choose_size(struct pcap_state *s, struct dpi_err *err)
{
    static const uint32_t micro[] = {RECORD_SIZE, RECORD_SIZE_MODIFIED, RECORD_SIZE_NOKIA, 0};
    static const uint32_t modified[] = {RECORD_SIZE_MODIFIED, RECORD_SIZE_990915, 0};
    uint32_t magic = record_u32(&s->form, s->header);
    const uint32_t *sizes = magic == MAGIC_MODIFIED ? modified : micro;
    if ((magic != MAGIC_MICRO && magic != MAGIC_MODIFIED) || s->form.lengths != LENGTHS_NORMAL)
        return DPI_OK;
    for (size_t i = 0; sizes[i]; i++) {
        struct record_form form = s->form;
        enum record_second second;
        form.header_size = sizes[i];
        DPI_TRY(record_second(&form, s->in->src, &second, err));
        if (second < (i ? SECOND_RIGHT : SECOND_POSSIBLE))
            continue;
        s->form.header_size = sizes[i];
        s->trim = i ? sizes[i] - RECORD_SIZE : 0;
        return DPI_OK;
    }
    return DPI_OK;
}

/* Where the file's byte order is not the machine's, libpcap turns numbers inside of packets around: not Ethernet's. */
static bool is_usual(const struct pcap_state *s)
{
    bool foreign = s->form.big != (htobe16(1) == 1);
    return (!foreign || pcap_datalink(s->pcap) == DLT_EN10MB) && s->form.lengths == LENGTHS_NORMAL &&
           s->form.header_size == RECORD_SIZE && !s->trim && !s->in->resync;
}

static enum dpi_status classic_open(void **state, struct capture_input *in, struct dpi_err *err)
{
    struct pcap_state *s = *state = xcalloc(1, sizeof(*s));
    s->in = in;
    DPI_TRY(take_header(s, err));
    struct capture_iface iface = {
        .snaplen = record_u32(&s->form, s->header + SNAPLEN_AT),
        .capture = in->name,
    };
    DPI_TRY(choose_size(s, err));
    adapt_header(s);
    DPI_TRY(start_libpcap(s, err));
    s->form.caplen_max = (uint32_t)pcap_snapshot(s->pcap);
    s->form.distrust = in->resync;
    s->direct = is_usual(s);
    iface.link_type = linktype_of_dlt((uint32_t)pcap_datalink(s->pcap));
    iface.tsresol = s->nanoseconds ? 9 : 6;
    s->iface = iface_add(&in->facts->ifaces, &iface, (struct dpi_text){0});
    return DPI_OK;
}

/* The file holds two unsigned 32-bit numbers; libpcap gives them with the sign of the machine's types, and
 * only where the byte order is the machine's. A fraction beyond one second counts on. */
static int64_t time_ns(const struct pcap_state *s, const struct timeval *t)
{
    int64_t seconds = (uint32_t)t->tv_sec;
    int64_t fraction = s->nanoseconds ? (int64_t)(uint32_t)t->tv_usec
                                      : (int64_t)(uint32_t)(t->tv_usec / 1000) * 1000;
    return seconds * 1000000000 + fraction;
}

/* What libpcap says of a record, made plain: it begins with words that only repeat that the file is damaged,
 * and takes the snaplen that we hid from it for the file's. */
static void describe(char out[static CAPTURE_DAMAGE_MAX], const char *libpcap_error)
{
    static const char prefix[] = "truncated dump file; ";
    const char *text = libpcap_error, *bigger = strstr(text, ", bigger than ");
    const char *number = strrchr(text, ' ');
    if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
        text += sizeof(prefix) - 1;
    if (bigger && number > bigger)
        snprintf(out, CAPTURE_DAMAGE_MAX, "%.*s, at most%s were expected", (int)(bigger - text), text,
                 number);
    else
        snprintf(out, CAPTURE_DAMAGE_MAX, "%s", text);
}

static enum dpi_status classic_failed(struct pcap_state *s, struct dpi_err *err)
{
    if (s->read_status != DPI_OK) {
        *err = s->read_err;
        return s->read_status;
    }
    char what[CAPTURE_DAMAGE_MAX];
    describe(what, pcap_geterr(s->pcap));
    return capture_damaged(s->in, s->offset, err, "packet record cut or damaged: %s", what);
}

/* The next record where it lies; *took is false when libpcap is to say what it is. */
static enum dpi_status take_record(struct pcap_state *s, struct packet *p, bool *took, struct dpi_err *err)
{
    const uint8_t *bytes;
    size_t n;
    *took = false;
    DPI_TRY(source_view(s->in->src, RECORD_SIZE, &bytes, &n, err));
    if (n < RECORD_SIZE)
        return DPI_OK;
    uint32_t seconds = record_u32(&s->form, bytes), fraction = record_u32(&s->form, bytes + 4);
    uint32_t caplen = record_u32(&s->form, bytes + 8), wirelen = record_u32(&s->form, bytes + 12);
    if (caplen > s->form.caplen_max)
        return DPI_OK;
    DPI_TRY(source_view(s->in->src, RECORD_SIZE + (size_t)caplen, &bytes, &n, err));
    if (n < RECORD_SIZE + (size_t)caplen)
        return DPI_OK;
    *p = (struct packet){
        .iface = s->iface,
        .data = bytes + RECORD_SIZE,
        .caplen = caplen,
        .wirelen = wirelen,
        .ts_ns = (int64_t)seconds * 1000000000 + (int64_t)fraction * (s->nanoseconds ? 1 : 1000),
        .offset = s->offset,
    };
    source_skip(s->in->src, n);
    s->offset += n;
    *took = true;
    return DPI_OK;
}

static enum dpi_status next_of_libpcap(struct pcap_state *s, struct packet *p, struct dpi_err *err)
{
    struct pcap_pkthdr *h;
    const u_char *data;
    int rc = pcap_next_ex(s->pcap, &h, &data);
    if (rc == PCAP_ERROR_BREAK && s->why[0])
        return capture_damaged(s->in, s->offset, err, "%s", s->why);
    if (rc == PCAP_ERROR_BREAK)
        return DPI_END;
    if (rc != 1)
        return classic_failed(s, err);
    *p = (struct packet){
        .iface = s->iface,
        .data = data,
        .caplen = h->caplen,
        .wirelen = h->len,
        .ts_ns = time_ns(s, &h->ts),
        .offset = s->offset,
    };
    s->offset += s->form.header_size + h->caplen;
    return DPI_OK;
}

static enum dpi_status classic_next(void *state, struct packet *p, struct dpi_err *err)
{
    struct pcap_state *s = state;
    if (s->direct) {
        DPI_TRY(take_record(s, p, &s->direct, err));
        if (s->direct)
            return DPI_OK;
    }
    return next_of_libpcap(s, p, err);
}

static enum dpi_status classic_resync(void *state, uint64_t *at, struct dpi_err *err)
{
    struct pcap_state *s = state;
    enum dpi_status status = record_search(&s->form, s->in->src, err);
    *at = source_offset(s->in->src);
    s->why[0] = '\0';
    s->left = 0;
    clearerr(pcap_file(s->pcap));
    return status;
}

static void classic_free(void *state)
{
    struct pcap_state *s = state;
    if (!s)
        return;
    if (s->pcap)
        pcap_close(s->pcap);
    free(s->buffer);
    free(s);
}

const struct format_ops pcap_format = {
    .name = "pcap",
    .open = classic_open,
    .next = classic_next,
    .resync = classic_resync,
    .free = classic_free,
};
