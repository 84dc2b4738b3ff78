/* SPDX-License-Identifier: BSD-2-Clause */
/* bytes.h - captures made in memory, in either byte order. */
#ifndef TESTS_BYTES_H
#define TESTS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BYTES_MAX (1 << 16)

struct bytes {
    bool big;
    size_t n;
    uint8_t b[BYTES_MAX];
};

static inline void put(struct bytes *o, const void *p, size_t n)
{
    assert_true(n <= BYTES_MAX - o->n);
    if (n)
        memcpy(o->b + o->n, p, n);
    o->n += n;
}

static inline void put_number(struct bytes *o, uint64_t v, unsigned size)
{
    uint8_t b[8];
    for (unsigned i = 0; i < size; i++)
        b[i] = (uint8_t)(v >> 8 * (o->big ? size - 1 - i : i));
    put(o, b, size);
}

static inline void put16(struct bytes *o, uint64_t v)
{
    put_number(o, v, 2);
}

static inline void put32(struct bytes *o, uint64_t v)
{
    put_number(o, v, 4);
}

static inline void put64(struct bytes *o, uint64_t v)
{
    put_number(o, v, 8);
}

static inline void pad4(struct bytes *o)
{
    while (o->n % 4)
        put_number(o, 0, 1);
}

/* Classic pcap. */
static inline void put_pcap_header(struct bytes *o, uint32_t magic, uint16_t minor, uint32_t snaplen,
                                   uint32_t link_type)
{
    put32(o, magic);
    put16(o, 2);
    put16(o, minor);
    put64(o, 0);
    put32(o, snaplen);
    put32(o, link_type);
}

static inline void put_record(struct bytes *o, uint32_t s, uint32_t fraction, uint32_t caplen, uint32_t wirelen)
{
    put32(o, s);
    put32(o, fraction);
    put32(o, caplen);
    put32(o, wirelen);
    for (uint32_t i = 0; i < caplen; i++)
        put_number(o, i, 1);
}

#endif
