/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_tcp.c - segments of one connection: order, opening and stream. Each segment of the input is its flags, a byte of
 * side (bit 0), what of it is captured and how far it jumps, number and acknowledgement relative to the side's last
 * ones (16 bits each), length, payload. */
#include "fuzz.h"

#include "reasm/opening.h"
#include "reasm/order.h"
#include "reasm/stream.h"
#include "util/xalloc.h"

#include <string.h>

enum { HEADERS = 40 }; /* IPv4 and TCP without options */

struct run {
    struct opening *opening;
    uint64_t given, streamed[2];
    struct cursor seen; /* the bytes of the stream are read */
};

static void give(void *ctx, const struct segment *s, uint32_t skip, bool gap)
{
    struct run *r = ctx;
    r->given++;
    opening_add(r->opening, s, skip, gap);
}

static void hear(void *ctx, const struct stream_piece *p)
{
    struct run *r = ctx;
    uint8_t last;
    CLAIM(p->side < 2 && p->n && p->gap == !p->data);
    if (p->gap)
        return;
    r->streamed[p->side] += p->n;
    r->seen = cursor_of(p->data, p->n);
    while (cursor_u8(&r->seen, &last))
        ;
}

/* The packet of a segment as decoding would have left it. */
static struct taken packet_of(const struct taken *payload)
{
    struct taken ip = {xcalloc(1, HEADERS + payload->n), HEADERS + payload->n};
    ip.p[0] = 0x45;
    ip.p[2] = (uint8_t)(ip.n >> 8);
    ip.p[3] = (uint8_t)ip.n;
    ip.p[9] = IPPROTO_NUM_TCP;
    ip.p[32] = 0x50;
    if (payload->n)
        memcpy(ip.p + HEADERS, payload->p, payload->n);
    return ip;
}

static void look_at_opening(const struct opening *o)
{
    uint8_t *out = xmalloc(OPENING_PACKET_MAX);
    uint32_t pos = 0, n, packets = 0;
    for (unsigned step = 0; step < 6; step++)
        CLAIM(opening_handshake(o, step / 3, step % 3, out) <= OPENING_PACKET_MAX);
    while ((n = opening_next(o, &pos, out))) {
        CLAIM(n <= OPENING_PACKET_MAX);
        CLAIM(++packets < 1000000);
    }
    CLAIM(!opening_is_cut(o) || packets);
    CLAIM(opening_bytes(o) < 1 << 20);
    free(out);
}

static bool take_segment(struct cursor *c, struct segment *s, uint32_t next[2], struct taken *ip)
{
    uint16_t ahead = 0, back = 0;
    if (cursor_left(c) < 7)
        return false;
    s->flags = take_byte(c);
    uint8_t how = take_byte(c);
    s->side = how & 1;
    cursor_be16(c, &ahead);
    cursor_be16(c, &back);
    s->seq = next[s->side] + (uint32_t)(int32_t)(int16_t)ahead * (how & 8 ? 65536 : 1);
    s->ack = next[!s->side] + (uint32_t)(int32_t)(int16_t)back * (how & 16 ? 65536 : 1);
    struct taken payload = take_bytes(c, take_byte(c));
    *ip = packet_of(&payload);
    s->ip = ip->p;
    s->len = (uint32_t)payload.n << (how >> 5);
    s->header = HEADERS;
    s->cap = how & 4 && ip->n > HEADERS + 1 ? HEADERS + (uint32_t)payload.n / 2 : (uint32_t)ip->n;
    s->honest = s->cap == HEADERS + s->len;
    next[s->side] = s->seq + segment_span(s);
    free(payload.p);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct cursor c = cursor_of(data, n);
    struct run r = {.opening = opening_new()};
    struct order *order = order_new();
    struct stream *stream = stream_new(&stream_defaults, hear, &r);
    struct segment s;
    struct taken ip;
    uint32_t next[2] = {UINT32_MAX - 100, 1000};
    uint64_t sent[2] = {0, 0}, pushed = 0;
    while (take_segment(&c, &s, next, &ip)) {
        struct stream_segment seg = {
            .seq = s.seq, .ack = s.ack, .flags = s.flags, .len = s.len, .cap = s.cap - s.header, .data = s.ip + s.header};
        order_push(order, &s, give, &r);
        stream_push(stream, s.side, &seg);
        sent[s.side] += s.cap - s.header;
        pushed++;
        CLAIM(order_bytes(order) <= 17 * (1 << 17) && r.given <= pushed);
        free(ip.p);
    }
    order_flush(order, give, &r);
    stream_finish(stream);
    CLAIM(r.given <= pushed && r.streamed[0] <= sent[0] && r.streamed[1] <= sent[1]);
    look_at_opening(r.opening);
    order_free(order);
    opening_free(r.opening);
    stream_free(stream);
    return 0;
}
