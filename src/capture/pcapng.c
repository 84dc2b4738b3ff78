/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng.c - pcapng after draft-ietf-opsawg-pcapng: blocks in sections, an interface with its own link type
 * and clock for each packet. Packets are handed out where they lie in the source's buffer. */
#include "capture/pcapng.h"

#include <stdlib.h>

#include "capture/linktype.h"
#include "util/xalloc.h"

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

enum {
    BLOCK_IDB = 0x00000001,
    BLOCK_PB = 0x00000002, /* obsolete, older captures have it */
    BLOCK_SPB = 0x00000003,
    BLOCK_NRB = 0x00000004,
    BLOCK_ISB = 0x00000005,
    BLOCK_EPB = 0x00000006,
    BLOCK_SHB = 0x0a0d0d0a,
};

enum {
    BLOCK_HEADER = 8,   /* type, total length */
    BLOCK_OVERHEAD = 12, /* the same and the total length once more behind the body */
    BLOCK_MAX = 16 * 1024 * 1024,
    RESYNC_MAX = 1024 * 1024, /* longer blocks are not believed behind damage */
    SKIP_STEP = 64 * 1024,
    NS_PER_S = 1000000000,
};

enum { OPT_IF_NAME = 2, OPT_IF_TSRESOL = 9, OPT_IF_TSOFFSET = 14 };

struct block_kind {
    uint32_t type;
    const char *name;
    size_t min; /* bytes of its body without options */
    bool is_packet;
    bool optional; /* nothing is lost without it: one that is too large or too small is skipped */
    enum dpi_status (*read)(struct pcapng *g, const struct block *b, struct packet *p,
                            struct dpi_err *err);
};

static int64_t saturate(int128 v)
{
    return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

static uint64_t power_of_ten(unsigned n)
{
    uint64_t p = 1;
    while (n--)
        p *= 10;
    return p;
}

/* Units of 2^-n or 10^-n seconds as nanoseconds, rounded down. */
static uint128 units_to_ns(uint64_t units, uint8_t tsresol)
{
    unsigned n = tsresol & 0x7f;
    if (tsresol & 0x80)
        return (uint128)units * NS_PER_S >> n; /* the product has 94 bits, n is at most 127 */
    if (n <= 9)
        return (uint128)units * power_of_ten(9 - n);
    return n - 9 <= 19 ? units / power_of_ten(n - 9) : 0; /* 10^20 is over 64 bits */
}

static int64_t time_ns(const struct section_iface *i, uint64_t units)
{
    return saturate((int128)units_to_ns(units, i->tsresol) + (int128)i->tsoffset * NS_PER_S);
}

bool pcapng_option(const struct pcapng *g, const uint8_t **p, const uint8_t *end, struct option *o, bool *bad)
{
    *bad = false;
    if (end - *p < 4)
        return false;
    *o = (struct option){.code = pcapng_u16(g, *p), .len = pcapng_u16(g, *p + 2), .value = *p + 4};
    if (o->code == OPT_END)
        return false;
    size_t left = (size_t)(end - o->value), padded = ((size_t)o->len + 3) & ~(size_t)3;
    *bad = o->len > left;
    *p = o->value + (padded < left ? padded : left);
    return !*bad;
}

static void forget_section(struct pcapng *g)
{
    g->n_ifaces = 0;
}

/* Section Header Block, section 4.1. */
static enum dpi_status read_section(struct pcapng *g, const struct block *b, struct packet *p,
                                    struct dpi_err *err)
{
    (void)p;
    unsigned major = pcapng_u16(g, b->body + 4), minor = pcapng_u16(g, b->body + 6);
    if (major != 1)
        return capture_damaged(g->in, b->offset, err,
                               "section of pcapng version %u.%u, 1.x was expected", major, minor);
    forget_section(g);
    pcapng_note_section(g, b);
    return DPI_OK;
}

struct iface_options {
    struct dpi_text name;
    uint8_t tsresol;
    int64_t tsoffset;
};

/* Takes the first of each kind. One of another length than its kind has is ignored, as other readers do. */
static enum dpi_status read_iface_options(struct pcapng *g, const struct block *b,
                                          struct iface_options *out, struct dpi_err *err)
{
    const uint8_t *at = b->body + 8, *end = b->body + b->len;
    struct option o;
    bool bad, has_tsresol = false, has_tsoffset = false;
    while (pcapng_option(g, &at, end, &o, &bad)) {
        if (o.code == OPT_IF_NAME && !out->name.p) {
            out->name = (struct dpi_text){(const char *)o.value, o.len};
        } else if (o.code == OPT_IF_TSRESOL && o.len == 1 && !has_tsresol) {
            out->tsresol = o.value[0];
            has_tsresol = true;
        } else if (o.code == OPT_IF_TSOFFSET && o.len == 8 && !has_tsoffset) {
            out->tsoffset = (int64_t)pcapng_u64(g, o.value);
            has_tsoffset = true;
        }
    }
    if (bad)
        return capture_damaged(g->in, b->offset, err,
                               "interface description: option %u of %u bytes, %zu bytes are left for it",
                               o.code, o.len, (size_t)(end - o.value));
    return DPI_OK;
}

static void section_add(struct pcapng *g, struct section_iface i)
{
    if (g->n_ifaces == g->room) {
        g->room = g->room ? 2 * g->room : 8;
        g->ifaces = xrealloc(g->ifaces, g->room, sizeof(*g->ifaces));
    }
    g->ifaces[g->n_ifaces++] = i;
}

/* Interface Description Block, section 4.2. */
static enum dpi_status read_interface(struct pcapng *g, const struct block *b, struct packet *p,
                                      struct dpi_err *err)
{
    (void)p;
    struct iface_options opt = {.tsresol = 6};
    DPI_TRY(read_iface_options(g, b, &opt, err));
    struct capture_iface iface = {
        .id = (uint32_t)g->n_ifaces,
        .link_type = linktype_of_dlt(pcapng_u16(g, b->body)),
        .snaplen = pcapng_u32(g, b->body + 4),
        .capture = g->in->name,
        .is_pcapng = 1,
        .tsresol = opt.tsresol,
        .tsoffset = opt.tsoffset,
    };
    const struct capture_iface *added = iface_add(&g->in->facts->ifaces, &iface, opt.name);
    if (!added)
        return capture_damaged(g->in, b->offset, err, "too many interfaces: %u were kept, this is one more",
                               g->in->facts->ifaces.n);
    section_add(g, (struct section_iface){.iface = added, .tsresol = opt.tsresol, .tsoffset = opt.tsoffset});
    pcapng_note_comments(g, b->body + 8, b->body + b->len);
    return DPI_OK;
}

/* NULL after noting the damage when the section has no such interface. */
static const struct section_iface *find_iface(const struct pcapng *g, const struct block *b, uint32_t id,
                                              struct dpi_err *err)
{
    if (id < g->n_ifaces)
        return &g->ifaces[id];
    capture_damaged(g->in, b->offset, err, "packet of interface %u, the section has %zu so far", id,
                    g->n_ifaces);
    return NULL;
}

/* Fills in what all packet blocks have: data lies at body + at. */
static enum dpi_status give_packet(struct pcapng *g, const struct block *b, size_t at, struct packet *p,
                                   struct dpi_err *err)
{
    if (p->caplen > b->len - at)
        return capture_damaged(g->in, b->offset, err,
                               "packet of %u bytes in a block that has room for %zu", p->caplen,
                               b->len - at);
    p->data = b->body + at;
    p->offset = b->offset;
    return DPI_OK;
}

/* Enhanced Packet Block, section 4.3. Packet Block, section A: the same but for a narrower interface id
 * with a count of drops behind it. */
static enum dpi_status read_long_packet(struct pcapng *g, const struct block *b, uint32_t iface_id,
                                        struct packet *p, struct dpi_err *err)
{
    enum { TIME_HIGH = 4, TIME_LOW = 8, CAPLEN = 12, WIRELEN = 16, DATA = 20 };
    const struct section_iface *i = find_iface(g, b, iface_id, err);
    if (!i)
        return DPI_DAMAGED;
    uint64_t units = (uint64_t)pcapng_u32(g, b->body + TIME_HIGH) << 32 | pcapng_u32(g, b->body + TIME_LOW);
    *p = (struct packet){
        .iface = i->iface,
        .caplen = pcapng_u32(g, b->body + CAPLEN),
        .wirelen = pcapng_u32(g, b->body + WIRELEN),
        .ts_ns = time_ns(i, units),
    };
    DPI_TRY(give_packet(g, b, DATA, p, err));
    g->last_ns = p->ts_ns;
    size_t behind = DATA + (((size_t)p->caplen + 3) & ~(size_t)3);
    if (behind < b->len)
        pcapng_note_comments(g, b->body + behind, b->body + b->len);
    return DPI_OK;
}

static enum dpi_status read_enhanced(struct pcapng *g, const struct block *b, struct packet *p,
                                     struct dpi_err *err)
{
    return read_long_packet(g, b, pcapng_u32(g, b->body), p, err);
}

static enum dpi_status read_obsolete(struct pcapng *g, const struct block *b, struct packet *p,
                                     struct dpi_err *err)
{
    return read_long_packet(g, b, pcapng_u16(g, b->body), p, err);
}

/* Simple Packet Block, section 4.4: of interface 0, without a time, as long as the snaplen says. A time of 0
 * would date its flow to 1970. */
static enum dpi_status read_simple(struct pcapng *g, const struct block *b, struct packet *p,
                                   struct dpi_err *err)
{
    const struct section_iface *i = find_iface(g, b, 0, err);
    if (!i)
        return DPI_DAMAGED;
    uint32_t snaplen = i->iface->snaplen, wirelen = pcapng_u32(g, b->body);
    *p = (struct packet){
        .iface = i->iface,
        .caplen = snaplen && snaplen < wirelen ? snaplen : wirelen,
        .wirelen = wirelen,
        .ts_ns = g->last_ns,
        .untimed = true,
    };
    return give_packet(g, b, 4, p, err);
}

static enum dpi_status read_names(struct pcapng *g, const struct block *b, struct packet *p,
                                  struct dpi_err *err)
{
    (void)p, (void)err;
    pcapng_note_names(g, b);
    return DPI_OK;
}

static enum dpi_status read_statistics(struct pcapng *g, const struct block *b, struct packet *p,
                                       struct dpi_err *err)
{
    (void)p, (void)err;
    pcapng_note_statistics(g, b);
    return DPI_OK;
}

/* All other types are skipped: decryption secrets, custom and unknown blocks. A row here is all that it takes
 * to read one of them. */
static const struct block_kind kinds[] = {
    {BLOCK_EPB, "enhanced packet", 20, true, false, read_enhanced},
    {BLOCK_SPB, "simple packet", 4, true, false, read_simple},
    {BLOCK_PB, "obsolete packet", 20, true, false, read_obsolete},
    {BLOCK_IDB, "interface description", 8, false, false, read_interface},
    {BLOCK_SHB, "section header", 16, false, false, read_section},
    {BLOCK_NRB, "name resolution", 0, false, true, read_names},
    {BLOCK_ISB, "interface statistics", 0, false, true, read_statistics},
};

static const struct block_kind *kind_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return NULL;
}

static enum dpi_status block_cut(struct pcapng *g, const struct block *b, uint64_t got,
                                 struct dpi_err *err)
{
    return capture_damaged(g->in, b->offset, err, "the file ends inside a block: %llu bytes of %u",
                           (unsigned long long)got, b->total);
}

static bool is_byte_order(const uint8_t *p)
{
    return memcmp(p, "\x1a\x2b\x3c\x4d", 4) == 0 || memcmp(p, "\x4d\x3c\x2b\x1a", 4) == 0;
}

/* A section header tells the byte order in which it and all up to the next one is written. */
static enum dpi_status read_byte_order(struct pcapng *g, const struct block *b, struct dpi_err *err)
{
    const uint8_t *p;
    size_t got;
    DPI_TRY(source_view(g->in->src, BLOCK_OVERHEAD, &p, &got, err));
    if (got < BLOCK_OVERHEAD)
        return capture_damaged(g->in, b->offset, err, "the file ends inside a section header");
    p += BLOCK_HEADER;
    if (!is_byte_order(p))
        return capture_damaged(g->in, b->offset, err,
                               "section header without byte-order magic: %02x %02x %02x %02x, "
                               "1a 2b 3c 4d or its reverse was expected", p[0], p[1], p[2], p[3]);
    g->big = p[0] == 0x1a;
    return DPI_OK;
}

/* Type and total length of the next block, not consumed. DPI_END when the file ends before it. */
static enum dpi_status read_block_header(struct pcapng *g, struct block *b, struct dpi_err *err)
{
    const uint8_t *p;
    size_t got;
    *b = (struct block){.offset = source_offset(g->in->src)};
    DPI_TRY(source_view(g->in->src, BLOCK_HEADER, &p, &got, err));
    if (got == 0)
        return DPI_END;
    if (got < BLOCK_HEADER)
        return capture_damaged(g->in, b->offset, err,
                               "the file ends inside a block header: %zu bytes of %d", got, BLOCK_HEADER);
    b->type = pcapng_u32(g, p);
    if (b->type == BLOCK_SHB) { /* reads the same in both orders */
        DPI_TRY(read_byte_order(g, b, err));
        DPI_TRY(source_view(g->in->src, BLOCK_HEADER, &p, &got, err));
    }
    b->total = pcapng_u32(g, p + 4);
    if (b->total < BLOCK_OVERHEAD)
        return capture_damaged(g->in, b->offset, err,
                               "block of type 0x%08x with length %u, at least %d was expected", b->type,
                               b->total, BLOCK_OVERHEAD);
    return DPI_OK;
}

static enum dpi_status check_trailer(struct pcapng *g, const struct block *b, uint32_t trailer,
                                     struct dpi_err *err)
{
    if (trailer != b->total)
        return capture_damaged(g->in, b->offset, err,
                               "block of type 0x%08x with length %u at its begin and %u at its end", b->type,
                               b->total, trailer);
    return DPI_OK;
}

/* Bytes that the block takes in the file. The total length must be a multiple of 4 (section 3.1); where
 * one is not, the padding was written and not counted. */
static uint64_t bytes_in_file(const struct block *b)
{
    return ((uint64_t)b->total + 3) & ~(uint64_t)3;
}

/* Views the block as one piece and consumes it. */
static enum dpi_status take_block(struct pcapng *g, struct block *b, struct dpi_err *err)
{
    const uint8_t *p;
    size_t got, size = (size_t)bytes_in_file(b);
    if (b->total > BLOCK_MAX)
        return capture_damaged(g->in, b->offset, err, "block of %u bytes, at most %d were expected",
                               b->total, BLOCK_MAX);
    DPI_TRY(source_view(g->in->src, size, &p, &got, err));
    if (got < size)
        return block_cut(g, b, got, err);
    DPI_TRY(check_trailer(g, b, pcapng_u32(g, p + size - 4), err));
    b->body = p + BLOCK_HEADER;
    b->len = b->total - BLOCK_OVERHEAD;
    source_skip(g->in->src, size);
    return DPI_OK;
}

/* Consumes a block of any size that nobody needs. Not when damage may have to be searched behind its begin. */
static enum dpi_status skip_block(struct pcapng *g, const struct block *b, struct dpi_err *err)
{
    const uint8_t *p;
    uint64_t left = bytes_in_file(b) - 4;
    size_t got;
    while (left) {
        size_t step = left < SKIP_STEP ? (size_t)left : SKIP_STEP;
        DPI_TRY(source_view(g->in->src, step, &p, &got, err));
        source_skip(g->in->src, got);
        left -= got;
        if (got < step)
            return block_cut(g, b, source_offset(g->in->src) - b->offset, err);
    }
    DPI_TRY(source_view(g->in->src, 4, &p, &got, err));
    if (got < 4)
        return block_cut(g, b, source_offset(g->in->src) - b->offset + got, err);
    DPI_TRY(check_trailer(g, b, pcapng_u32(g, p), err));
    source_skip(g->in->src, 4);
    return DPI_OK;
}

/* Reads one block; *is_packet is whether it left a packet in *p. */
static enum dpi_status read_block(struct pcapng *g, struct packet *p, bool *is_packet,
                                  struct dpi_err *err)
{
    struct block b;
    DPI_TRY(read_block_header(g, &b, err));
    const struct block_kind *kind = kind_of(b.type);
    *is_packet = kind && kind->is_packet;
    if (!kind || (kind->optional && b.total > BLOCK_MAX))
        return g->in->resync ? take_block(g, &b, err) : skip_block(g, &b, err);
    DPI_TRY(take_block(g, &b, err));
    if (b.len < kind->min)
        return capture_damaged(g->in, b.offset, err, "%s block of %u bytes, at least %zu were expected",
                               kind->name, b.total, kind->min + BLOCK_OVERHEAD);
    return kind->read(g, &b, p, err);
}

/* A damaged first section header leaves nothing that could be read: that is no damage but no capture. */
static enum dpi_status pcapng_open(void **state, struct capture_input *in, struct dpi_err *err)
{
    struct pcapng *g = *state = xcalloc(1, sizeof(*g));
    struct packet none;
    bool is_packet;
    g->in = in;
    enum dpi_status status = read_block(g, &none, &is_packet, err);
    if (status == DPI_DAMAGED)
        return dpi_fail(err, DPI_INPUT, "%s has a pcapng section header that cannot be used: %s",
                        source_label(in->src), in->damage);
    return status;
}

static enum dpi_status pcapng_next(void *state, struct packet *p, struct dpi_err *err)
{
    bool is_packet = false;
    while (!is_packet)
        DPI_TRY(read_block(state, p, &is_packet, err));
    return DPI_OK;
}

/* Whether p, 12 bytes, could begin a block. */
static bool may_be_block(const struct pcapng *g, const uint8_t *p)
{
    struct pcapng as = *g;
    uint32_t type = pcapng_u32(g, p);
    if (!kind_of(type) || (type == BLOCK_SHB && !is_byte_order(p + BLOCK_HEADER)))
        return false;
    if (type == BLOCK_SHB)
        as.big = p[BLOCK_HEADER] == 0x1a;
    uint32_t total = pcapng_u32(&as, p + 4);
    return total >= BLOCK_OVERHEAD && total <= RESYNC_MAX && total % 4 == 0;
}

/* Whether the block at hand, which may be one, ends with its length. */
static enum dpi_status is_whole_block(struct pcapng *g, bool *yes, struct dpi_err *err)
{
    const uint8_t *p;
    size_t got;
    DPI_TRY(source_view(g->in->src, BLOCK_OVERHEAD, &p, &got, err));
    bool other_order = pcapng_u32(g, p) == BLOCK_SHB && (p[BLOCK_HEADER] == 0x1a) != g->big;
    uint32_t total = pcapng_u32(g, p + 4);
    if (other_order)
        total = __builtin_bswap32(total);
    DPI_TRY(source_view(g->in->src, total, &p, &got, err));
    *yes = got == total && memcmp(p + 4, p + total - 4, 4) == 0;
    return DPI_OK;
}

/* Consumes up to what may begin a block; *found is false when there was none in what was consumed. */
static enum dpi_status find_block(struct pcapng *g, bool *found, bool *ended, struct dpi_err *err)
{
    const uint8_t *p;
    size_t got, i = 0;
    DPI_TRY(source_view(g->in->src, SKIP_STEP, &p, &got, err));
    *ended = got < BLOCK_OVERHEAD;
    *found = false;
    while (!*ended && !*found && i + BLOCK_OVERHEAD <= got) {
        *found = may_be_block(g, p + i);
        i += !*found;
    }
    source_skip(g->in->src, *ended ? got : i);
    return DPI_OK;
}

/* Blocks are looked for at every byte: where some were lost, the rest is not where it was. */
static enum dpi_status pcapng_resync(void *state, uint64_t *at, struct dpi_err *err)
{
    struct pcapng *g = state;
    bool found = false, ended = false, whole = false;
    const uint8_t *p;
    size_t got = 0;
    /* Not the damaged block again, if it is still there. */
    if (source_offset(g->in->src) == g->in->damage_offset)
        DPI_TRY(source_view(g->in->src, 1, &p, &got, err));
    source_skip(g->in->src, got);
    while (!whole && !ended) {
        DPI_TRY(find_block(g, &found, &ended, err));
        if (found)
            DPI_TRY(is_whole_block(g, &whole, err));
        if (found && !whole)
            source_skip(g->in->src, 1);
    }
    *at = source_offset(g->in->src);
    return whole ? DPI_OK : DPI_END;
}

static void pcapng_free(void *state)
{
    struct pcapng *g = state;
    if (!g)
        return;
    free(g->ifaces);
    free(g);
}

const struct format_ops pcapng_format = {
    .name = "pcapng",
    .open = pcapng_open,
    .next = pcapng_next,
    .resync = pcapng_resync,
    .free = pcapng_free,
};
