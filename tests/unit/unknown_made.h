/* SPDX-License-Identifier: BSD-2-Clause */
/* unknown_made.h - protocols that do not exist, for the tests of src/unknown. */
#ifndef TESTS_UNKNOWN_MADE_H
#define TESTS_UNKNOWN_MADE_H

#include "unknown/sample.h"

/* The same numbers on every machine. */
static inline uint32_t made_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

static inline void made_bytes(uint64_t *state, uint8_t *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = (uint8_t)made_random(state);
}

static inline struct sample *made_flow(struct samples *s, uint8_t transport, uint16_t port)
{
    struct sample *f = samples_add(s, s->n + 1);
    f->transport = transport;
    f->stream = transport == 6;
    f->has_ports = true;
    f->port[0] = (uint16_t)(40000 + s->n);
    f->port[1] = port;
    for (unsigned i = 0; i < 2; i++)
        f->addr[i] = (struct dpi_addr){4, {10, 0, (uint8_t)i, (uint8_t)(i ? s->n % 2 : s->n)}};
    return f;
}

/* ITU-T V.41 with ones to begin with. */
static inline uint16_t made_crc(const uint8_t *p, uint32_t n)
{
    uint16_t r = 0xffff;
    for (uint32_t i = 0; i < n; i++) {
        r ^= (uint16_t)(p[i] << 8);
        for (unsigned bit = 0; bit < 8; bit++)
            r = (uint16_t)(r & 0x8000 ? r << 1 ^ 0x1021 : r << 1);
    }
    return r;
}

enum { MADE_HEADER = 16 };

/* a7 51, type, zero, length BE of what is behind the first 6 bytes, session, sequence BE, random body, CRC BE. Type 1 is a
 * greeting, 2 is data, 3 an acknowledgement of fixed size.
 * Returns the size. */
static inline uint32_t made_message(uint8_t *out, uint64_t *state, uint8_t type, uint32_t session, uint16_t sequence)
{
    uint32_t body = type == 3 ? 8 : type == 1 ? 4 + made_random(state) % 4 : 12 + made_random(state) % 300;
    uint32_t n = MADE_HEADER - 4 + body + 2;
    made_bytes(state, out, n);
    memcpy(out, "\xa7\x51", 2);
    out[2] = type;
    out[3] = 0;
    out[4] = (uint8_t)((n - 6) >> 8);
    out[5] = (uint8_t)(n - 6);
    for (unsigned i = 0; i < 4; i++)
        out[6 + i] = (uint8_t)(session >> (24 - 8 * i));
    out[10] = (uint8_t)(sequence >> 8);
    out[11] = (uint8_t)sequence;
    uint16_t crc = made_crc(out, n - 2);
    out[n - 2] = (uint8_t)(crc >> 8);
    out[n - 1] = (uint8_t)crc;
    return n;
}

/* Six messages of both sides in turn; two in a segment where the flow is a stream. */
static inline void made_binary(struct samples *s, uint64_t *state, uint8_t transport, uint16_t port)
{
    struct sample *f = made_flow(s, transport, port);
    uint32_t session = made_random(state) << 1 ^ 0x80000000u;
    uint16_t sequence[2] = {(uint16_t)made_random(state), (uint16_t)made_random(state)};
    for (unsigned i = 0; i < 12; i++) {
        uint8_t bytes[1024];
        unsigned side = i % 2;
        uint32_t n = made_message(bytes, state, i < 2 ? 1 : (uint8_t)(2 + made_random(state) % 2), session,
                                  sequence[side]++);
        if (f->stream && i >= 8)
            n += made_message(bytes + n, state, 1, session, sequence[side]++);
        sample_add(f, side, INT64_C(1700000000000000000) + (int64_t)i * 1000000, bytes, n, n);
    }
}

static inline void made_text(struct samples *s, uint64_t *state, uint16_t port)
{
    static const char *const verbs[] = {"HELO there", "PUT file", "GET file", "QUIT"};
    struct sample *f = made_flow(s, 6, port);
    for (unsigned i = 0; i < 8; i++) {
        char line[80];
        int n = i % 2 ? snprintf(line, sizeof(line), "%u fine %u\r\n", 200 + 50 * (made_random(state) % 2), i)
                      : snprintf(line, sizeof(line), "%s-%u\r\n", verbs[i / 2], (unsigned)(made_random(state) % 10000));
        sample_add(f, i % 2, INT64_C(1700000000000000000) + i, (const uint8_t *)line, (uint32_t)n, (uint32_t)n);
    }
}

static inline void made_noise(struct samples *s, uint64_t *state, uint8_t transport, uint16_t port)
{
    struct sample *f = made_flow(s, transport, port);
    for (unsigned i = 0; i < 8; i++) {
        uint8_t bytes[400];
        uint32_t n = 100 + made_random(state) % 300;
        made_bytes(state, bytes, n);
        sample_add(f, i % 2, INT64_C(1700000000000000000) + i, bytes, n, n);
    }
}

static inline void made_fixed(struct samples *s, uint8_t transport, uint16_t port, const void *bytes, uint32_t n,
                              unsigned times)
{
    struct sample *f = made_flow(s, transport, port);
    for (unsigned i = 0; i < times; i++)
        sample_add(f, 0, INT64_C(1700000000000000000) + i, bytes, n, n);
}

#endif
