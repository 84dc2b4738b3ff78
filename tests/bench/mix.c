/* SPDX-License-Identifier: BSD-2-Clause */
/* mix.c - read once, written in rounds: one capture after the other, with the gaps between its packets kept. */
#include "mix.h"

#include <pcap/pcap.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"

struct kept {
    uint64_t ns; /* since the packet before */
    uint32_t caplen, wirelen;
    uint8_t *frame;
};

struct store {
    struct kept *v;
    size_t n, room;
};

static void *need(void *p)
{
    if (!p) {
        perror("memory");
        exit(1);
    }
    return p;
}

static void keep(struct store *s, uint64_t ns, const struct pcap_pkthdr *h, const u_char *frame)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 1024;
        s->v = need(realloc(s->v, s->room * sizeof(*s->v)));
    }
    struct kept *k = &s->v[s->n++];
    *k = (struct kept){ns, h->caplen, h->len, need(malloc(h->caplen + 1))};
    memcpy(k->frame, frame, h->caplen);
}

static void read_capture(struct store *s, const char *path)
{
    char why[PCAP_ERRBUF_SIZE];
    const uint64_t between = 1000000; /* ns from one capture to the next */
    pcap_t *p = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
    struct pcap_pkthdr *h;
    const u_char *frame;
    uint64_t last = 0;
    bool begun = false;
    if (!p) {
        fprintf(stderr, "%s: %s\n", path, why);
        exit(1);
    }
    while (pcap_datalink(p) == DLT_EN10MB && pcap_next_ex(p, &h, &frame) == 1) {
        uint64_t now = (uint64_t)h->ts.tv_sec * 1000000000 + (uint64_t)h->ts.tv_usec;
        keep(s, !begun ? between : now > last ? now - last : 0, h, frame);
        last = now;
        begun = true;
    }
    pcap_close(p);
}

/* Where the IP header of a frame begins, behind VLAN tags; 0: there is none. */
static size_t ip_at(const struct kept *k)
{
    size_t at = 12;
    while (at + 4 <= k->caplen && ((k->frame[at] == 0x81 && k->frame[at + 1] == 0) ||
                                   (k->frame[at] == 0x88 && k->frame[at + 1] == 0xa8)))
        at += 4;
    at += 2;
    if (at + 40 > k->caplen)
        return 0;
    return k->frame[at] >> 4 == 4 || k->frame[at] >> 4 == 6 ? at : 0;
}

/* Two bytes in the middle of an address, which make other hosts of the same two. Groups stay as they are. */
static void move_host(uint8_t *addr, bool v6, unsigned by)
{
    uint8_t *at = addr + (v6 ? 4 : 1);
    if (v6 ? addr[0] == 0xff : addr[0] >= 224 || addr[0] == 0)
        return;
    at[1] = (uint8_t)(at[1] + by);
    at[0] = (uint8_t)(at[0] + (by >> 8));
}

static void write_kept(const struct kept *k, uint64_t ns, unsigned round)
{
    uint8_t frame[FRAME_MAX];
    size_t at = ip_at(k), n = k->caplen < sizeof(frame) ? k->caplen : sizeof(frame);
    memcpy(frame, k->frame, n);
    if (at) {
        bool v6 = frame[at] >> 4 == 6;
        move_host(frame + at + (v6 ? 8 : 12), v6, round);
        move_host(frame + at + (v6 ? 24 : 16), v6, round);
    }
    pcap_frame(ns, frame, n, k->wirelen);
}

void mix_write(uint64_t packets, char *const *captures, int n)
{
    struct store s = {0};
    uint64_t ns = 0;
    for (int i = 0; i < n; i++)
        read_capture(&s, captures[i]);
    if (s.n == 0) {
        fputs("mix: no packets to begin with\n", stderr);
        exit(1);
    }
    for (uint64_t written = 0, round = 0; written < packets; written += s.n, round++) {
        for (size_t i = 0; i < s.n; i++) {
            ns += s.v[i].ns;
            write_kept(&s.v[i], ns, (unsigned)round);
        }
    }
    for (size_t i = 0; i < s.n; i++)
        free(s.v[i].frame);
    free(s.v);
}
