/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng.h - what the files of the pcapng reader share. Private to src/capture. */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include "capture/format.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

/* An interface of the section at hand. */
struct section_iface {
    const struct capture_iface *iface;
    uint8_t tsresol;  /* as if_tsresol has it */
    int64_t tsoffset; /* seconds */
    uint64_t drops;   /* as its last statistics have it */
};

struct pcapng {
    struct capture_input *in;
    bool big; /* byte order of the section */
    struct section_iface *ifaces;
    size_t n_ifaces, room;
    int64_t last_ns; /* of the last packet with a time, 0 before it */
};

struct block {
    uint32_t type, total;
    uint64_t offset;     /* of its first byte in the input */
    const uint8_t *body; /* NULL for a type that is skipped */
    size_t len;
};

struct option {
    uint16_t code, len;
    const uint8_t *value;
};

enum { OPT_END = 0, OPT_COMMENT = 1 };

static inline uint16_t pcapng_u16(const struct pcapng *g, const uint8_t *p)
{
    return g->big ? (uint16_t)(p[0] << 8 | p[1]) : (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t pcapng_u32(const struct pcapng *g, const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof(v));
    return g->big ? be32toh(v) : le32toh(v);
}

static inline uint64_t pcapng_u64(const struct pcapng *g, const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return g->big ? be64toh(v) : le64toh(v);
}

/* The next option at *p, which is moved behind it. False at their end; *bad when that is because *o does not
 * fit into what is left. */
bool pcapng_option(const struct pcapng *g, const uint8_t **p, const uint8_t *end, struct option *o, bool *bad);

/* What is only noted, in pcapng_facts.c: it stops without a word where a block is not as it should be. */
void pcapng_note_section(struct pcapng *g, const struct block *b);
void pcapng_note_comments(struct pcapng *g, const uint8_t *options, const uint8_t *end);
void pcapng_note_names(struct pcapng *g, const struct block *b);
void pcapng_note_statistics(struct pcapng *g, const struct block *b);

#endif
