/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_defrag.c - fragments. The input is frames of raw IP: seconds since the one before, length, bytes; the very first
 * byte is the memory in units of 256 bytes. What goes in comes out, and the ledger is even at the end. */
#include "fuzz.h"

#include "defrag/defrag.h"

enum { LINK_RAW = 101, SECOND = 1000000000 };

struct run {
    struct defrag *g;
    struct ledger ledger;
    uint64_t in, out;
};

static void take_out(struct run *r)
{
    struct datagram_result d;
    while (defrag_next(r->g, &d)) {
        CLAIM(d.n_parts && d.d.bucket < DPI_BUCKET_COUNT && !d.d.is_part);
        r->out += d.n_parts;
    }
}

static void put_in(struct run *r, const struct decode_options *how, const struct packet *p)
{
    struct decoded d;
    decode_packet(how, p, &d);
    defrag_expire(r->g, p->ts_ns);
    take_out(r);
    if (d.bucket != DPI_BUCKET_flow || !d.is_part)
        return;
    r->in++;
    defrag_take(r->g, p, &d, p->ts_ns);
    take_out(r);
    while (ledger_full(&r->ledger) && defrag_give_up(r->g))
        take_out(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct capture_iface iface = {.link_type = LINK_RAW};
    struct cursor c = cursor_of(data, n);
    struct decode_options how = {.tunnels = DECODE_ALL_TUNNELS, .to_fragments = true};
    struct run r = {.ledger.limit = UINT64_C(256) * take_byte(&c)};
    struct packet p = {.iface = &iface};
    r.g = defrag_new(&(struct defrag_options){.timeout = INT64_C(30) * SECOND}, &how, &r.ledger);
    while (cursor_left(&c)) {
        p.ts_ns += (int64_t)take_byte(&c) * SECOND;
        uint8_t len = take_byte(&c);
        struct taken frame = take_bytes(&c, len);
        p.data = frame.p;
        p.caplen = p.wirelen = (uint32_t)frame.n;
        p.number++;
        put_in(&r, &how, &p);
        free(frame.p);
    }
    defrag_finish(r.g);
    take_out(&r);
    CLAIM(r.in == r.out);
    CLAIM(r.ledger.used == 0);
    defrag_free(r.g);
    return 0;
}
