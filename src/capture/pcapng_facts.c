/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng_facts.c - what pcapng says beside packets: who captured, comments, names of addresses, drops. */
#include "capture/pcapng.h"

/* More drops than this on one interface are no count. */
#define DROPS_MAX (UINT64_C(1) << 40)

/* Section Header Block, section 4.1. */
void pcapng_note_section(struct pcapng *g, const struct block *b)
{
    enum { OPTIONS = 16, HARDWARE = 2, OS = 3, APPLICATION = 4 };
    static const struct {
        uint16_t code;
        enum dpi_about kind;
    } about[] = {
        {OPT_COMMENT, DPI_ABOUT_COMMENT}, {HARDWARE, DPI_ABOUT_HARDWARE},
        {OS, DPI_ABOUT_OS},               {APPLICATION, DPI_ABOUT_APPLICATION},
    };
    const uint8_t *at = b->body + OPTIONS, *end = b->body + b->len;
    struct option o;
    bool bad;
    pcapng_note_comments(g, at, end);
    while (pcapng_option(g, &at, end, &o, &bad))
        for (size_t i = 0; i < sizeof(about) / sizeof(*about); i++)
            if (about[i].code == o.code)
                facts_about(g->in->facts, about[i].kind, (struct dpi_text){(const char *)o.value, o.len});
}

void pcapng_note_comments(struct pcapng *g, const uint8_t *options, const uint8_t *end)
{
    struct option o;
    bool bad;
    while (pcapng_option(g, &options, end, &o, &bad))
        g->in->facts->comments += o.code == OPT_COMMENT;
}

/* The first name of a record: an address and names, each with a NUL behind it. */
static void note_name(struct pcapng *g, uint8_t family, const uint8_t *p, size_t n)
{
    size_t addr_n = family == 4 ? 4 : 16;
    if (n <= addr_n)
        return;
    struct dpi_addr addr = {.family = family};
    memcpy(addr.b, p, addr_n);
    const char *name = (const char *)p + addr_n;
    names_add(&g->in->facts->names, &addr, (struct dpi_text){name, strnlen(name, n - addr_n)});
}

/* Name Resolution Block, section 4.5: its records have the shape of options. */
void pcapng_note_names(struct pcapng *g, const struct block *b)
{
    enum { IPV4 = 1, IPV6 = 2 };
    const uint8_t *at = b->body, *end = b->body + b->len;
    struct option record;
    bool bad;
    while (pcapng_option(g, &at, end, &record, &bad))
        if (record.code == IPV4 || record.code == IPV6)
            note_name(g, record.code == IPV4 ? 4 : 6, record.value, record.len);
}

/* Interface Statistics Block, section 4.6: counts from the start of the capture, so the last one holds. */
void pcapng_note_statistics(struct pcapng *g, const struct block *b)
{
    enum { OPTIONS = 12, IFDROP = 5, OSDROP = 7 };
    if (b->len < OPTIONS || pcapng_u32(g, b->body) >= g->n_ifaces)
        return;
    struct section_iface *i = &g->ifaces[pcapng_u32(g, b->body)];
    struct capture_facts *facts = g->in->facts;
    const uint8_t *at = b->body + OPTIONS, *end = b->body + b->len;
    uint64_t drops = 0;
    bool bad, found = false;
    struct option o;
    pcapng_note_comments(g, at, end);
    while (pcapng_option(g, &at, end, &o, &bad)) {
        if ((o.code != IFDROP && o.code != OSDROP) || o.len != 8 || pcapng_u64(g, o.value) > DROPS_MAX)
            continue;
        drops += pcapng_u64(g, o.value);
        found = true;
    }
    if (!found)
        return;
    facts->has_drops = true;
    facts->drops += drops - i->drops;
    i->drops = drops;
}
