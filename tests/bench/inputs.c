/* SPDX-License-Identifier: BSD-2-Clause */
/* inputs.c - what the benchmark is run on: inputs KIND SIZE [CAPTURE...] writes a pcap file on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "mix.h"

enum { SEGMENT = 1448 };

static const struct talk nobody = {.addr = {0x0a000001, 0xc0000201}, .seq = {1000, 5000}};

/* Bytes that look like nothing: a linear congruential generator. */
static void fill(uint8_t *p, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        p[i] = (uint8_t)(seed >> 24);
    }
}

/* size bytes in 20 downloads by HTTP that go on side by side, an acknowledgement for every two segments. */
static void bulk(uint64_t size, char *const *captures, int n)
{
    enum { FLOWS = 20 };
    static const char request[] = "GET /big HTTP/1.1\r\nHost: files.example.net\r\nUser-Agent: bench\r\n\r\n";
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n";
    const uint64_t step = 12000; /* ns a segment: about a gigabit a second */
    struct talk t[FLOWS];
    uint8_t block[65536];
    uint64_t ns = 0, written = 0;
    (void)captures, (void)n;
    fill(block, sizeof(block), 1);
    for (unsigned i = 0; i < FLOWS; i++, ns += 10 * step) {
        t[i] = nobody;
        t[i].addr[0] += i;
        t[i].port[0] = (uint16_t)(40000 + i);
        t[i].port[1] = 80;
        tcp_handshake(ns, step, &t[i]);
        tcp_frame(ns + 3 * step, &t[i], 0, TH_A | TH_PSH, request, sizeof(request) - 1);
        tcp_frame(ns + 4 * step, &t[i], 1, TH_A | TH_PSH, answer, sizeof(answer) - 1);
    }
    for (unsigned turn = 0; written < size; turn++) {
        for (unsigned i = 0; i < FLOWS; i++, ns += step) {
            tcp_frame(ns, &t[i], 1, TH_A, block + (turn * 977 + i * 131) % (sizeof(block) - SEGMENT), SEGMENT);
            if (turn % 2)
                tcp_frame(ns + step / 2, &t[i], 0, TH_A, NULL, 0);
            written += SEGMENT;
        }
    }
}

/* flows SYNs to as many ends, 10,000 a second, none of them answered. */
static void scan(uint64_t flows, char *const *captures, int n)
{
    enum { PORTS = 1000 };
    (void)captures, (void)n;
    for (uint64_t i = 0; i < flows; i++) {
        struct talk t = nobody;
        t.addr[1] = 0x0b000000 + (uint32_t)(i / PORTS);
        t.port[0] = (uint16_t)(32768 + i % 28000);
        t.port[1] = (uint16_t)(1 + i % PORTS);
        tcp_frame(i * 100000, &t, 0, TH_S, NULL, 0);
    }
}

/* A name of www, one of a million, and one of 50 domains, as DNS has it on the wire. Returns its length. */
static size_t dns_name(uint8_t *p, uint64_t i)
{
    char label[3][16];
    size_t n = 0;
    snprintf(label[0], sizeof(label[0]), "h%llu", (unsigned long long)(i % 1000000));
    snprintf(label[1], sizeof(label[1]), "site%llu", (unsigned long long)(i % 50));
    strcpy(label[2], "example");
    for (unsigned k = 0; k < 3; k++) {
        size_t len = strlen(label[k]);
        p[n++] = (uint8_t)len;
        memcpy(p + n, label[k], len);
        n += len;
    }
    p[n++] = 0;
    return n;
}

/* Question and answer of one type A. */
static void dns(uint64_t flows, char *const *captures, int n)
{
    static const uint8_t question[] = {0, 1, 0, 1};
    (void)captures, (void)n;
    for (uint64_t i = 0; i < flows; i++) {
        struct talk t = nobody;
        uint8_t m[512] = {(uint8_t)(i >> 8), (uint8_t)i, 1, 0, 0, 1};
        size_t len = 12 + dns_name(m + 12, i);
        memcpy(m + len, question, sizeof(question));
        len += sizeof(question);
        t.addr[0] += (uint32_t)(i / 20000);
        t.port[0] = (uint16_t)(20000 + i % 20000);
        t.port[1] = 53;
        udp_frame(i * 200000, &t, 0, m, len);
        const uint8_t answer[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 203, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                                  (uint8_t)i};
        m[2] = 0x81;
        m[3] = 0x80;
        m[7] = 1;
        memcpy(m + len, answer, sizeof(answer));
        udp_frame(i * 200000 + 90000, &t, 1, m, len + sizeof(answer));
    }
}

/* A ClientHello (RFC 8446, 4.1.2) for a name. Returns its length. */
static size_t client_hello(uint8_t *m, const char *name)
{
    static const uint8_t suites[] = {0, 8, 0x13, 1, 0x13, 2, 0xc0, 0x2f, 0xc0, 0x30, 1, 0};
    static const uint8_t more[] = {0, 10, 0, 4, 0, 2, 0, 29, 0, 13, 0, 4, 0, 2, 8, 4, 0, 43, 0, 3, 2, 3, 4};
    size_t len = strlen(name), extensions = 9 + len + sizeof(more), at = 0;
    size_t body = 2 + 32 + 1 + sizeof(suites) + 2 + extensions;
    const uint8_t head[] = {22, 3, 1, (uint8_t)((body + 4) >> 8), (uint8_t)(body + 4), 1, 0, (uint8_t)(body >> 8),
                            (uint8_t)body, 3, 3};
    const uint8_t sni[] = {(uint8_t)(extensions >> 8), (uint8_t)extensions, 0, 0, 0, (uint8_t)(len + 5),
                           0, (uint8_t)(len + 3), 0, 0, (uint8_t)len};
    memcpy(m, head, sizeof(head));
    at = sizeof(head);
    fill(m + at, 32, (uint32_t)len);
    at += 32;
    m[at++] = 0; /* session */
    memcpy(m + at, suites, sizeof(suites));
    at += sizeof(suites);
    memcpy(m + at, sni, sizeof(sni));
    at += sizeof(sni);
    memcpy(m + at, name, len);
    memcpy(m + at + len, more, sizeof(more));
    return at + len + sizeof(more);
}

/* A ServerHello that chooses TLS 1.3 (4.1.3), and what is encrypted behind it. Returns its length. */
static size_t server_hello(uint8_t *m)
{
    static const uint8_t head[] = {22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3}, tail[] = {0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4};
    static const uint8_t sealed[] = {23, 3, 3, 2, 88};
    size_t at = sizeof(head) + 32;
    memcpy(m, head, sizeof(head));
    fill(m + sizeof(head), 32, 2);
    memcpy(m + at, tail, sizeof(tail));
    at += sizeof(tail);
    memcpy(m + at, sealed, sizeof(sealed));
    fill(m + at + sizeof(sealed), 600, 3);
    return at + sizeof(sealed) + 600;
}

static void tls_connection(uint64_t ns, struct talk *t, const char *name)
{
    const uint64_t step = 20000;
    uint8_t m[2048], sealed[1000] = {23, 3, 3, 3, 0xe3};
    fill(sealed + 5, sizeof(sealed) - 5, 4);
    tcp_handshake(ns, step, t);
    tcp_frame(ns + 3 * step, t, 0, TH_A | TH_PSH, m, client_hello(m, name));
    tcp_frame(ns + 4 * step, t, 1, TH_A | TH_PSH, m, server_hello(m));
    for (unsigned i = 0; i < 8; i++)
        tcp_frame(ns + (5 + i) * step, t, i % 2, TH_A | TH_PSH, sealed, sizeof(sealed));
    tcp_frame(ns + 13 * step, t, 0, TH_A | TH_F, NULL, 0);
    tcp_frame(ns + 14 * step, t, 1, TH_A | TH_F, NULL, 0);
    tcp_frame(ns + 15 * step, t, 0, TH_A, NULL, 0);
}

static void tls(uint64_t flows, char *const *captures, int n)
{
    (void)captures, (void)n;
    for (uint64_t i = 0; i < flows; i++) {
        struct talk t = nobody;
        char name[64];
        snprintf(name, sizeof(name), "www.shop%llu.site%llu.example", (unsigned long long)i,
                 (unsigned long long)(i % 50));
        t.addr[0] += (uint32_t)(i / 20000);
        t.addr[1] += (uint32_t)(i % 5000) << 8;
        t.port[0] = (uint16_t)(20000 + i % 20000);
        t.port[1] = 443;
        tls_connection(i * 400000, &t, name);
    }
}

static const struct kind {
    const char *name;
    void (*write)(uint64_t size, char *const *captures, int n);
} kinds[] = {{"mix", mix_write}, {"bulk", bulk}, {"scan", scan}, {"dns", dns}, {"tls", tls}};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc >= 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(argv[1], kinds[i].name) != 0)
            continue;
        pcap_begin();
        kinds[i].write(strtoull(argv[2], NULL, 10), argv + 3, argc - 3);
        pcap_end();
        return 0;
    }
    fputs("usage: inputs mix PACKETS CAPTURE... | bulk BYTES | scan FLOWS | dns FLOWS | tls FLOWS\n", stderr);
    return 2;
}
