/* SPDX-License-Identifier: BSD-2-Clause */
/* bare.c - the least that detects with nDPI as ndpiReader does: libpcap, a table of flows, and nDPI's calls. No
 * timeouts, tunnels, fragments or records: what stays is what nDPI costs. */
#include <pcap/pcap.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ndpi/compat.h"

enum { UDP_PACKETS = 24, TCP_PACKETS = 80, ETHER = 14 };

/* Both ends, the smaller first. All bytes are set. */
struct key {
    uint8_t end[2][18]; /* address, port */
    uint16_t vlan;
    uint8_t transport, family;
};

struct flow {
    struct flow *next;
    struct key key;
    unsigned packets;
    struct ndpi_flow_struct *ndpi; /* NULL: it has its label */
    uint16_t master, app;
};

struct program {
    struct ndpi_detection_module_struct *module;
    struct flow **buckets;
    size_t n_buckets, n_flows, n_labelled;
};

static void *need(void *p)
{
    if (!p) {
        perror("memory");
        exit(1);
    }
    return p;
}

/* --- table -------------------------------------------------------------------------------------------- */

static size_t hash_of(const struct key *k)
{
    const uint8_t *p = (const uint8_t *)k;
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < sizeof(*k); i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return (size_t)(h ^ h >> 32);
}

static void grow(struct program *p)
{
    size_t n = p->n_buckets ? 2 * p->n_buckets : 1024;
    struct flow **buckets = need(calloc(n, sizeof(struct flow *)));
    for (size_t i = 0; i < p->n_buckets; i++) {
        for (struct flow *f = p->buckets[i], *next; f; f = next) {
            size_t at = hash_of(&f->key) & (n - 1);
            next = f->next;
            f->next = buckets[at];
            buckets[at] = f;
        }
    }
    free(p->buckets);
    p->buckets = buckets;
    p->n_buckets = n;
}

static struct flow *flow_of(struct program *p, const struct key *k)
{
    if (p->n_flows >= p->n_buckets)
        grow(p);
    struct flow **bucket = &p->buckets[hash_of(k) & (p->n_buckets - 1)];
    for (struct flow *f = *bucket; f; f = f->next)
        if (memcmp(&f->key, k, sizeof(*k)) == 0)
            return f;
    struct flow *f = need(calloc(1, sizeof(*f)));
    f->key = *k;
    f->ndpi = need(calloc(1, sizeof(*f->ndpi)));
    f->next = *bucket;
    p->n_flows++;
    return *bucket = f;
}

/* --- frames ------------------------------------------------------------------------------------------- */

struct packet {
    const uint8_t *ip;
    uint16_t len;
};

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static void set_ends(struct key *k, const uint8_t *src, const uint8_t *dst, size_t n, const uint8_t *ports)
{
    uint8_t end[2][18] = {{0}};
    memcpy(end[0], src, n);
    memcpy(end[1], dst, n);
    if (ports) {
        memcpy(end[0] + 16, ports, 2);
        memcpy(end[1] + 16, ports + 2, 2);
    }
    bool turned = memcmp(end[0], end[1], sizeof(end[0])) > 0;
    memcpy(k->end[turned], end[0], sizeof(end[0]));
    memcpy(k->end[!turned], end[1], sizeof(end[1]));
}

static bool has_ports(uint8_t transport)
{
    return transport == IPPROTO_TCP || transport == IPPROTO_UDP;
}

static bool ipv4_key(struct key *k, struct packet *p, size_t left)
{
    size_t head = 4u * (p->ip[0] & 15);
    p->len = (uint16_t)be16(p->ip + 2);
    if (left < 20 || head < 20 || p->len < head + 4 || p->len > left || (be16(p->ip + 6) & 0x1fff))
        return false;
    k->transport = p->ip[9];
    set_ends(k, p->ip + 12, p->ip + 16, 4, has_ports(k->transport) ? p->ip + head : NULL);
    return true;
}

static bool ipv6_key(struct key *k, struct packet *p, size_t left)
{
    if (left < 44 || 40 + be16(p->ip + 4) > left || be16(p->ip + 4) < 4)
        return false;
    p->len = (uint16_t)(40 + be16(p->ip + 4));
    k->transport = p->ip[6];
    set_ends(k, p->ip + 8, p->ip + 24, 16, has_ports(k->transport) ? p->ip + 40 : NULL);
    return true;
}

static bool read_frame(struct key *k, struct packet *p, const uint8_t *frame, size_t n)
{
    size_t at = ETHER;
    memset(k, 0, sizeof(*k));
    for (; at + 4 <= n && be16(frame + at - 2) == 0x8100; at += 4)
        k->vlan = be16(frame + at) & 0xfff;
    if (at + 20 > n)
        return false;
    p->ip = frame + at;
    k->family = p->ip[0] >> 4;
    if (be16(frame + at - 2) == 0x0800 && k->family == 4)
        return ipv4_key(k, p, n - at);
    return be16(frame + at - 2) == 0x86dd && k->family == 6 && ipv6_key(k, p, n - at);
}

/* --- detection ---------------------------------------------------------------------------------------- */

static void settle(struct program *p, struct flow *f, struct compat_result r)
{
    f->master = r.master;
    f->app = r.app;
    p->n_labelled += r.app != NDPI_PROTOCOL_UNKNOWN;
    ndpi_free_flow_data(f->ndpi);
    free(f->ndpi);
    f->ndpi = NULL;
}

static void detect(struct program *p, struct flow *f, const struct packet *packet, uint64_t ms)
{
    unsigned most = f->key.transport == IPPROTO_UDP ? UDP_PACKETS : TCP_PACKETS;
    if (!f->ndpi)
        return;
    struct compat_result r = compat_packet(p->module, f->ndpi, packet->ip, packet->len, ms);
    bool enough = (++f->packets > most && has_ports(f->key.transport)) || compat_gave_up(f->ndpi);
    bool named = r.app != NDPI_PROTOCOL_UNKNOWN;
    if (!enough && !r.final && !(named && !compat_more(p->module, f->ndpi)))
        return;
    settle(p, f, named ? r : compat_giveup(p->module, f->ndpi, true));
}

static void finish(struct program *p)
{
    for (size_t i = 0; i < p->n_buckets; i++) {
        for (struct flow *f = p->buckets[i], *next; f; f = next) {
            next = f->next;
            if (f->ndpi)
                settle(p, f, compat_giveup(p->module, f->ndpi, true));
            free(f);
        }
    }
    free(p->buckets);
    ndpi_exit_detection_module(p->module);
}

int main(int argc, char **argv)
{
    char why[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *h;
    const u_char *frame;
    struct program p = {.module = compat_init()};
    pcap_t *in = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;
    if (!in || !p.module || !compat_configure(p.module, true, NULL, NULL) || !compat_finalize(p.module)) {
        fprintf(stderr, "bare CAPTURE: %s\n", in ? "nDPI does not start" : argc == 2 ? why : "one capture is needed");
        return 1;
    }
    while (pcap_next_ex(in, &h, &frame) == 1) {
        struct key key;
        struct packet packet;
        if (read_frame(&key, &packet, frame, h->caplen))
            detect(&p, flow_of(&p, &key), &packet, (uint64_t)h->ts.tv_sec * 1000 + (uint64_t)h->ts.tv_usec / 1000);
    }
    pcap_close(in);
    finish(&p);
    printf("%zu flows, %zu with a label\n", p.n_flows, p.n_labelled);
    return 0;
}
