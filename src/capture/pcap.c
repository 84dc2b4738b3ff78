/* SPDX-License-Identifier: BSD-2-Clause */
/* pcap.c - classic pcap, read by libpcap from a stream over our source, so that every read goes through
 * it. libpcap does not tell offsets: they are counted here. */
#include "capture/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "capture/linktype.h"
#include "util/xalloc.h"

/* File header: magic, major and minor version, two reserved words, snaplen, link type. */
enum { HEADER_SIZE = 24, SNAPLEN_AT = 16, SNAPLEN_END = 20 };

/* Record header: seconds, fraction, captured and original length; Kuznetsov's has 8 bytes more. */
enum { RECORD_SIZE = 16, RECORD_SIZE_MODIFIED = 24 };

enum { MAGIC_NANO = 0xa1b23c4d, MAGIC_MODIFIED = 0xa1b2cd34, STREAM_BUFFER = 128 * 1024 };

struct pcap_state {
    struct capture_input *in;
    pcap_t *pcap;
    char *buffer;    /* of libpcap's stream, which reads ahead: */
    uint64_t offset; /* of the next record */
    uint32_t record_size;
    bool nanoseconds;
    const struct capture_iface *iface;
    enum dpi_status read_status; /* DPI_OK, or why the source failed ... */
    struct dpi_err read_err;     /* ... and its words */
};

/* libpcap cuts packets that are longer than the header's snaplen, and such files exist. With 0, "no limit",
 * it gives all bytes up to its own bound against absurd lengths. */
static void hide_snaplen(char *bytes, size_t n, uint64_t offset)
{
    for (size_t i = 0; i < n && offset + i < SNAPLEN_END; i++)
        if (offset + i >= SNAPLEN_AT)
            bytes[i] = 0;
}

static ssize_t stream_read(void *cookie, char *bytes, size_t n)
{
    struct pcap_state *s = cookie;
    uint64_t offset = source_offset(s->in->src);
    size_t got;
    s->read_status = source_some(s->in->src, bytes, n, &got, &s->read_err);
    if (s->read_status != DPI_OK) {
        errno = EIO;
        return -1;
    }
    hide_snaplen(bytes, got, offset);
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

static uint32_t get_u32(const uint8_t *p, bool big)
{
    uint32_t v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return big ? v : __builtin_bswap32(v);
}

static enum dpi_status classic_open(void **state, struct capture_input *in, struct dpi_err *err)
{
    struct pcap_state *s = *state = xcalloc(1, sizeof(*s));
    s->in = in;
    const uint8_t *head;
    size_t n;
    DPI_TRY(source_view(in->src, HEADER_SIZE, &head, &n, err));
    if (n < HEADER_SIZE)
        return dpi_fail(err, DPI_INPUT, "%s ends inside its pcap file header: %zu bytes of %d",
                        source_label(in->src), n, HEADER_SIZE);
    bool big = head[0] == 0xa1;
    uint32_t magic = get_u32(head, big);
    s->nanoseconds = magic == MAGIC_NANO;
    s->record_size = magic == MAGIC_MODIFIED ? RECORD_SIZE_MODIFIED : RECORD_SIZE;
    s->offset = HEADER_SIZE;
    struct capture_iface iface = {
        .snaplen = get_u32(head + SNAPLEN_AT, big),
        .capture = in->name,
    };
    DPI_TRY(start_libpcap(s, err));
    iface.link_type = linktype_of_dlt((uint32_t)pcap_datalink(s->pcap));
    s->iface = iface_add(in->ifaces, &iface, (struct dpi_text){0});
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

static enum dpi_status classic_next(void *state, struct packet *p, struct dpi_err *err)
{
    struct pcap_state *s = state;
    struct pcap_pkthdr *h;
    const u_char *data;
    int rc = pcap_next_ex(s->pcap, &h, &data);
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
    s->offset += s->record_size + h->caplen;
    return DPI_OK;
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
    .free = classic_free,
};
