/* SPDX-License-Identifier: BSD-2-Clause */
/* format.h - what a capture format gives to reader.c, and what it gets from it. Private to src/capture. */
#ifndef CAPTURE_FORMAT_H
#define CAPTURE_FORMAT_H

#include "capture/facts.h"
#include "capture/packet.h"
#include "dpitool/status.h"
#include "io/source.h"

#define CAPTURE_DAMAGE_MAX 256

/* A capture being read. All pointers are borrowed but for what is in damage. */
struct capture_input {
    struct source *src;
    const char *name; /* as the user gave it */
    struct capture_facts *facts;
    bool resync; /* damage will be followed by format_ops.resync: nothing is given up that it could need */
    uint64_t damage_offset;
    char damage[CAPTURE_DAMAGE_MAX]; /* what is wrong there; empty when nothing is */
};

/* Notes the damage, says it in err with the name and the offset, and returns DPI_DAMAGED. */
enum dpi_status capture_damaged(struct capture_input *in, uint64_t offset, struct dpi_err *err,
                                const char *fmt, ...) __attribute__((format(printf, 4, 5)));

struct format_ops {
    const char *name;
    /* Reads the file header. *state is owned, freed with free also when this fails. */
    enum dpi_status (*open)(void **state, struct capture_input *in, struct dpi_err *err);
    /* As reader_next. */
    enum dpi_status (*next)(void *state, struct packet *p, struct dpi_err *err);
    /* After damage: finds the next sound packet or block behind it. DPI_END when there is none; *at is where
     * reading goes on or the data ends. Other statuses as source_read. */
    enum dpi_status (*resync)(void *state, uint64_t *at, struct dpi_err *err);
    void (*free)(void *state); /* NULL is fine */
};

extern const struct format_ops pcap_format, pcapng_format;

#endif
