/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapout.c - classic pcap, and pcapng after draft-ietf-opsawg-pcapng, in little-endian byte order. */
#include "pcapout/pcapout.h"

#include "util/xalloc.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 int128;

enum {
    MAGIC_MICRO = 0xa1b2c3d4,
    MAGIC_NANO = 0xa1b23c4d,
    BLOCK_IDB = 1,
    BLOCK_SPB = 3,
    BLOCK_EPB = 6,
    BLOCK_SHB = 0x0a0d0d0a,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    OPT_COMMENT = 1,
    OPT_IF_NAME = 2,
    OPT_IF_TSRESOL = 9,
    OPT_IF_TSOFFSET = 14,
    NANOSECONDS = 9, /* as if_tsresol */
    NS_PER_S = 1000000000,
};

/* Where an interface of the inputs is in the section at hand. */
struct place {
    uint32_t section; /* 0: nowhere yet */
    uint32_t id;
};

struct pcapout {
    FILE *out;
    struct pcapout_options opt;
    uint32_t section, n_ifaces; /* interfaces of the section */
    struct place *place;        /* by the index of the interface */
    uint32_t n_places;
};

static void put16(FILE *out, uint16_t v)
{
    v = htole16(v);
    fwrite(&v, sizeof(v), 1, out);
}

static void put32(FILE *out, uint32_t v)
{
    v = htole32(v);
    fwrite(&v, sizeof(v), 1, out);
}

static void put64(FILE *out, uint64_t v)
{
    v = htole64(v);
    fwrite(&v, sizeof(v), 1, out);
}

static size_t padded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

static void put_padded(FILE *out, const void *bytes, size_t n)
{
    static const uint8_t zeros[4];
    fwrite(bytes, 1, n, out);
    fwrite(zeros, 1, padded(n) - n, out);
}

/* --- pcapng ------------------------------------------------------------------------------------------- */

static void put_option(FILE *out, uint16_t code, const void *bytes, uint16_t n)
{
    put16(out, code);
    put16(out, n);
    put_padded(out, bytes, n);
}

/* Section Header Block, section 4.1; its length is not told. */
static void begin_section(struct pcapout *o)
{
    const char *comment = o->opt.comment;
    size_t n = comment ? strlen(comment) : 0;
    uint32_t total = 28 + (comment ? (uint32_t)(4 + padded(n) + 4) : 0);
    put32(o->out, BLOCK_SHB);
    put32(o->out, total);
    put32(o->out, BYTE_ORDER_MAGIC);
    put16(o->out, 1);
    put16(o->out, 0);
    put64(o->out, UINT64_MAX);
    if (comment) {
        put_option(o->out, OPT_COMMENT, comment, (uint16_t)n);
        put32(o->out, 0); /* the end of the options */
    }
    put32(o->out, total);
    o->section++;
    o->n_ifaces = 0;
}

static uint64_t units_per_second(uint8_t tsresol)
{
    unsigned n = tsresol & 0x7f;
    uint64_t units = 1;
    if (tsresol & 0x80)
        return n < 64 ? UINT64_C(1) << n : UINT64_MAX;
    while (n-- && units <= NS_PER_S)
        units *= 10;
    return units;
}

/* The resolution that is written: that of the interface, where nanoseconds tell its times apart. */
static uint8_t resolution(const struct capture_iface *i)
{
    return units_per_second(i->tsresol) <= NS_PER_S ? i->tsresol : NANOSECONDS;
}

/* Rounded up: the reader has rounded down. */
static uint64_t units_of(const struct capture_iface *i, int64_t ns)
{
    int128 from = (int128)ns - (int128)i->tsoffset * NS_PER_S;
    return from < 0 ? 0 : (uint64_t)((from * units_per_second(resolution(i)) + NS_PER_S - 1) / NS_PER_S);
}

/* Interface Description Block, section 4.2. */
static void add_interface(struct pcapout *o, const struct capture_iface *i)
{
    size_t name_n = i->name ? strnlen(i->name, UINT16_MAX) : 0;
    uint8_t tsresol = resolution(i);
    uint64_t tsoffset = htole64((uint64_t)i->tsoffset);
    uint32_t total = 20 + 4 + 8;
    total += i->name ? (uint32_t)(4 + padded(name_n)) : 0;
    total += i->tsoffset ? 4 + 8 : 0;
    put32(o->out, BLOCK_IDB);
    put32(o->out, total);
    put16(o->out, (uint16_t)i->link_type);
    put16(o->out, 0);
    put32(o->out, i->snaplen);
    if (i->name)
        put_option(o->out, OPT_IF_NAME, i->name, (uint16_t)name_n);
    put_option(o->out, OPT_IF_TSRESOL, &tsresol, 1);
    if (i->tsoffset)
        put_option(o->out, OPT_IF_TSOFFSET, &tsoffset, sizeof(tsoffset));
    put32(o->out, 0); /* the end of the options */
    put32(o->out, total);
    o->place[i->index] = (struct place){o->section, o->n_ifaces++};
}

static void make_place(struct pcapout *o, uint32_t index)
{
    if (index < o->n_places)
        return;
    uint32_t n = index + 1 + index / 2;
    o->place = xrealloc(o->place, n, sizeof(*o->place));
    memset(o->place + o->n_places, 0, (n - o->n_places) * sizeof(*o->place));
    o->n_places = n;
}

/* Enhanced Packet Block, section 4.3. */
static void put_enhanced(struct pcapout *o, const struct packet *p)
{
    uint32_t total = (uint32_t)(32 + padded(p->caplen));
    uint64_t units = units_of(p->iface, p->ts_ns);
    put32(o->out, BLOCK_EPB);
    put32(o->out, total);
    put32(o->out, o->place[p->iface->index].id);
    put32(o->out, (uint32_t)(units >> 32));
    put32(o->out, (uint32_t)units);
    put32(o->out, p->caplen);
    put32(o->out, p->wirelen);
    put_padded(o->out, p->data, p->caplen);
    put32(o->out, total);
}

/* Simple Packet Block, section 4.4: without a time, of interface 0. */
static void put_simple(struct pcapout *o, const struct packet *p)
{
    uint32_t total = (uint32_t)(16 + padded(p->caplen));
    put32(o->out, BLOCK_SPB);
    put32(o->out, total);
    put32(o->out, p->wirelen);
    put_padded(o->out, p->data, p->caplen);
    put32(o->out, total);
}

static void put_pcapng(struct pcapout *o, const struct packet *p)
{
    make_place(o, p->iface->index);
    const struct place *place = &o->place[p->iface->index];
    if (p->untimed && o->n_ifaces && (place->section != o->section || place->id != 0))
        begin_section(o);
    if (place->section != o->section)
        add_interface(o, p->iface);
    if (p->untimed)
        put_simple(o, p);
    else
        put_enhanced(o, p);
}

/* --- classic pcap ------------------------------------------------------------------------------------- */

static void put_pcap_head(struct pcapout *o)
{
    put32(o->out, o->opt.nanoseconds ? MAGIC_NANO : MAGIC_MICRO);
    put16(o->out, 2);
    put16(o->out, 4);
    put64(o->out, 0);
    put32(o->out, o->opt.snaplen);
    put32(o->out, o->opt.link_type);
}

static enum dpi_status put_pcap(struct pcapout *o, const struct packet *p, struct dpi_err *err)
{
    int64_t s = p->ts_ns / NS_PER_S, ns = p->ts_ns % NS_PER_S;
    if (p->ts_ns < 0 || s > UINT32_MAX)
        return dpi_fail(err, DPI_OUTPUT, "classic pcap has no place for the time of packet %llu: pcapng has",
                        (unsigned long long)p->number);
    put32(o->out, (uint32_t)s);
    put32(o->out, (uint32_t)(o->opt.nanoseconds ? ns : ns / 1000));
    put32(o->out, p->caplen);
    put32(o->out, p->wirelen);
    fwrite(p->data, 1, p->caplen, o->out);
    return DPI_OK;
}

/* -------------------------------------------------------------------------------------------------------- */

struct pcapout *pcapout_new(FILE *out, const struct pcapout_options *opt)
{
    struct pcapout *o = xcalloc(1, sizeof(*o));
    o->out = out;
    o->opt = *opt;
    if (opt->pcapng)
        begin_section(o);
    else
        put_pcap_head(o);
    return o;
}

enum dpi_status pcapout_packet(struct pcapout *o, const struct packet *p, struct dpi_err *err)
{
    if (!o->opt.pcapng)
        return put_pcap(o, p, err);
    put_pcapng(o, p);
    return DPI_OK;
}

void pcapout_free(struct pcapout *o)
{
    if (!o)
        return;
    free(o->place);
    free(o);
}
