/* SPDX-License-Identifier: BSD-2-Clause */
/* packet.h - one captured packet and where it came from.
 *
 * A packet is a reference: data is BORROWED until the next packet is asked for, and (capture, offset,
 * caplen) says where the same bytes stand in the input. Who needs the bytes later copies them. */
#ifndef CAPTURE_PACKET_H
#define CAPTURE_PACKET_H

#include <stdbool.h>
#include <stdint.h>

/* One interface of one capture; lives as long as the inputs it came from. Classic pcap has one. */
struct capture_iface {
    uint32_t index;      /* unique over all captures of the run, from 0 */
    uint32_t id;         /* number in its section */
    uint32_t link_type;  /* LINKTYPE_ value, https://www.tcpdump.org/linktypes.html */
    uint32_t snaplen;    /* 0: no limit */
    const char *name;    /* if_name of pcapng (bytes of the file, NUL ended), or NULL */
    const char *capture; /* name of its capture as given on the command line */
    int is_pcapng;
    uint8_t tsresol;     /* of its times, as if_tsresol of pcapng has it; 6 is microseconds */
    int64_t tsoffset;    /* seconds that were added to them (if_tsoffset) */
};

struct packet {
    const struct capture_iface *iface;
    const uint8_t *data;
    uint32_t caplen;  /* bytes at data */
    uint32_t wirelen; /* bytes the frame had on the wire; may be less than caplen in odd captures */
    int64_t ts_ns;    /* since 1970 UTC; times that do not fit are at the ends of the range */
    bool untimed;     /* the capture does not say: ts_ns is that of the packet before, or 0 */
    bool stray;       /* far ahead of the packets around it: the clock does not believe it (flow/clock.h) */
    uint64_t number;  /* 1, 2, 3 ... over the whole stream */
    uint64_t offset;  /* of the packet's record or block in its input */
};

/* One of the frames in which an IP packet came: its own, or one of each fragment. */
struct packet_part {
    const struct packet *packet;
    uint32_t ip_len; /* IP layer bytes that this frame adds to its flow */
};

#endif
