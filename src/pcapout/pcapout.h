/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapout.h - packets to a capture file, as they are: bytes, lengths, times in their own resolution, and of pcapng the
 * interfaces they came from. */
#ifndef PCAPOUT_PCAPOUT_H
#define PCAPOUT_PCAPOUT_H

#include "capture/packet.h"
#include "dpitool/status.h"

#include <stdio.h>

struct pcapout;

struct pcapout_options {
    bool pcapng;
    const char *comment; /* of the sections of pcapng; NULL: none */
    /* Of classic pcap, which says it once for all packets: */
    uint32_t link_type;
    uint32_t snaplen;
    bool nanoseconds;
};

/* Writes the head of the file. Whether out fails is known to who opened it. */
struct pcapout *pcapout_new(FILE *out, const struct pcapout_options *opt);

/* DPI_OUTPUT: classic pcap has no place for the time. That its packets all are of the link type is up to the
 * caller. */
enum dpi_status pcapout_packet(struct pcapout *o, const struct packet *p, struct dpi_err *err);

void pcapout_free(struct pcapout *o); /* NULL is fine; out stays open */

#endif
