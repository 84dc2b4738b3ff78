/* SPDX-License-Identifier: BSD-2-Clause */
/* frames.h - Ethernet frames with IPv4, TCP and UDP, written as a pcap file on standard output.
 *
 * The same calls give the same bytes everywhere: no clock, no random source, no byte order of the machine. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum { FRAME_MAX = 65535 };

/* Both ends of a connection, and what each has sent. Side 0 is the client. */
struct talk {
    uint32_t addr[2];
    uint16_t port[2];
    uint32_t seq[2];
};

enum { TH_F = 1, TH_S = 2, TH_PSH = 8, TH_A = 16 };

void pcap_begin(void);
void pcap_end(void); /* ends the program when something could not be written */
void pcap_frame(uint64_t ns, const uint8_t *frame, size_t caplen, size_t wirelen);

/* One packet with n bytes of payload from a side. */
void tcp_frame(uint64_t ns, struct talk *t, unsigned side, unsigned flags, const void *payload, size_t n);
void udp_frame(uint64_t ns, const struct talk *t, unsigned side, const void *payload, size_t n);

/* SYN, SYN-ACK, ACK, each step ns after the other. */
void tcp_handshake(uint64_t ns, uint64_t step, struct talk *t);

#endif
