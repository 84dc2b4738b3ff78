/* SPDX-License-Identifier: BSD-2-Clause */
/* frames.c - headers and pcap records. Checksums are left 0, as hardware offload leaves them in captures: none of the
 * programs that are measured looks at them. */
#include "frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETHER = 14, IPV4 = 20, TCP = 20, UDP = 8, SNAPLEN = 262144, LINKTYPE_ETHERNET = 1 };

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

static void write_out(const void *p, size_t n)
{
    if (fwrite(p, 1, n, stdout) != n) {
        perror("standard output");
        exit(1);
    }
}

void pcap_begin(void)
{
    uint8_t head[24] = {0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4}; /* nanoseconds, version 2.4 */
    put32(head + 16, SNAPLEN);
    put32(head + 20, LINKTYPE_ETHERNET);
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    write_out(head, sizeof(head));
}

void pcap_end(void)
{
    if (fflush(stdout) != 0) {
        perror("standard output");
        exit(1);
    }
}

void pcap_frame(uint64_t ns, const uint8_t *frame, size_t caplen, size_t wirelen)
{
    const uint64_t start = 1700000000; /* seconds since 1970 */
    uint8_t head[16];
    put32(head, (uint32_t)(start + ns / 1000000000));
    put32(head + 4, (uint32_t)(ns % 1000000000));
    put32(head + 8, (uint32_t)caplen);
    put32(head + 12, (uint32_t)wirelen);
    write_out(head, sizeof(head));
    write_out(frame, caplen);
}

static void put_ip(uint8_t *frame, const struct talk *t, unsigned side, uint8_t protocol, size_t n)
{
    static const uint8_t ether[ETHER] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
    uint8_t *ip = frame + ETHER;
    memcpy(frame, ether, ETHER);
    frame[side ? 5 : 11] = 3;
    memset(ip, 0, IPV4);
    ip[0] = 0x45;
    put16(ip + 2, (unsigned)(IPV4 + n));
    put16(ip + 6, 0x4000); /* do not fragment */
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, t->addr[side]);
    put32(ip + 16, t->addr[!side]);
}

static void put_ports(uint8_t *p, const struct talk *t, unsigned side)
{
    put16(p, t->port[side]);
    put16(p + 2, t->port[!side]);
}

void tcp_frame(uint64_t ns, struct talk *t, unsigned side, unsigned flags, const void *payload, size_t n)
{
    uint8_t frame[ETHER + IPV4 + TCP + 2048] = {0}, *tcp = frame + ETHER + IPV4;
    put_ip(frame, t, side, 6, TCP + n);
    put_ports(tcp, t, side);
    put32(tcp + 4, t->seq[side]);
    put32(tcp + 8, flags & TH_A ? t->seq[!side] : 0);
    tcp[12] = TCP / 4 << 4;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 65535);
    if (n)
        memcpy(tcp + TCP, payload, n);
    t->seq[side] += (uint32_t)n + !!(flags & (TH_S | TH_F));
    pcap_frame(ns, frame, ETHER + IPV4 + TCP + n, ETHER + IPV4 + TCP + n);
}

void udp_frame(uint64_t ns, const struct talk *t, unsigned side, const void *payload, size_t n)
{
    uint8_t frame[ETHER + IPV4 + UDP + 2048] = {0}, *udp = frame + ETHER + IPV4;
    put_ip(frame, t, side, 17, UDP + n);
    put_ports(udp, t, side);
    put16(udp + 4, (unsigned)(UDP + n));
    memcpy(udp + UDP, payload, n);
    pcap_frame(ns, frame, ETHER + IPV4 + UDP + n, ETHER + IPV4 + UDP + n);
}

void tcp_handshake(uint64_t ns, uint64_t step, struct talk *t)
{
    tcp_frame(ns, t, 0, TH_S, NULL, 0);
    tcp_frame(ns + step, t, 1, TH_S | TH_A, NULL, 0);
    tcp_frame(ns + 2 * step, t, 0, TH_A, NULL, 0);
}
