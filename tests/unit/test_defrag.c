/* SPDX-License-Identifier: BSD-2-Clause */
/* test_defrag.c - fragments in every order, twice, over each other, cut, missing and wrong; and many random ones
 * against a reference that is too simple to be wrong. */
#include "defrag/defrag.h"

#include "defrag/datagram.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { PORTS = 8, MAX_RESULTS = 256, MAX_PARTS = 64, FRAME_MAX = 66000, ETHERNET = 1, RAW = 101, NO_TRANSPORT = 253 };
#define S(seconds) ((int64_t)(seconds) * 1000000000)

/* What came out, copied. */
struct result {
    enum dpi_bucket bucket;
    bool cut, fragment, gap, overlap, bad;
    unsigned n_tunnels;
    uint16_t vlan;
    uint32_t ip_len, payload_len, payload_cap;
    uint64_t hash; /* of the payload captured */
    size_t n_parts;
    uint64_t number[MAX_PARTS];
    uint32_t part_len[MAX_PARTS];
};

struct world {
    struct ledger ledger;
    struct defrag *defrag;
    struct capture_iface iface;
    uint64_t number;
    int64_t now;
    size_t n;
    struct result results[MAX_RESULTS];
    uint8_t frame[FRAME_MAX];
    uint8_t data[FRAME_MAX];
};

static struct world *new_world(void)
{
    struct world *w = calloc(1, sizeof(*w));
    w->iface.link_type = RAW;
    w->defrag = defrag_new(&(struct defrag_options){.timeout = S(30)}, &(struct decode_options){.tunnels = DECODE_ALL_TUNNELS, .to_fragments = true},
                           &w->ledger);
    for (size_t i = 0; i < sizeof(w->data); i++)
        w->data[i] = (uint8_t)(i * 31 + i / 251);
    memcpy(w->data, (uint8_t[PORTS]){0x30, 0x39, 0, 53, 0, 0, 0, 0}, PORTS); /* UDP length 0: to the end */
    return w;
}

static void free_world(struct world *w)
{
    assert_null(defrag_next(w->defrag, &(struct datagram_result){0}) ? w : NULL);
    defrag_finish(w->defrag);
    for (struct datagram_result r; defrag_next(w->defrag, &r);)
        ;
    assert_int_equal(w->ledger.used, 0);
    defrag_free(w->defrag);
    free(w);
}

static uint64_t hash_of(const uint8_t *p, size_t n)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static void collect(struct world *w)
{
    for (struct datagram_result r; defrag_next(w->defrag, &r);) {
        assert_true(w->n < MAX_RESULTS);
        struct result *to = &w->results[w->n++];
        *to = (struct result){
            .bucket = r.d.bucket, .cut = r.d.cut, .fragment = r.d.fragment, .gap = r.d.fragment_gap,
            .overlap = r.d.fragment_overlap, .bad = r.d.fragment_bad, .n_tunnels = r.d.n_tunnels, .vlan = r.d.vlan,
            .ip_len = r.d.ip_len, .payload_len = r.d.payload_len, .payload_cap = r.d.payload_cap,
            .hash = hash_of(r.d.payload, r.d.payload_cap), .n_parts = r.n_parts,
        };
        for (size_t i = 0; i < r.n_parts && i < MAX_PARTS; i++) {
            const struct packet *p = r.parts[i].packet;
            assert_int_equal(p->data[p->caplen - 1], p->number % 251); /* the frame is still what it was */
            assert_true(i == 0 || p->number > r.parts[i - 1].packet->number);
            to->number[i] = p->number;
            to->part_len[i] = r.parts[i].ip_len;
        }
    }
}

/* --- frames --------------------------------------------------------------------------------------------- */

struct fragment {
    uint32_t id;
    uint32_t offset, len;
    bool last;
    uint8_t proto;          /* 0: UDP */
    const uint8_t *payload; /* NULL: the world's data from offset on */
};

static size_t put16(uint8_t *to, size_t at, unsigned v)
{
    to[at] = (uint8_t)(v >> 8);
    to[at + 1] = (uint8_t)v;
    return at + 2;
}

/* An IPv4 header from 10.0.0.1 to 10.0.0.2 before n bytes. */
static size_t ip4_header(uint8_t *to, uint8_t proto, uint32_t id, unsigned fragment, size_t n)
{
    memcpy(to, (uint8_t[20]){0x45, 0, 0, 0, 0, 0, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, 20);
    put16(to, 2, 20 + (unsigned)n);
    put16(to, 4, id);
    put16(to, 6, fragment);
    return 20;
}

static size_t ip4_fragment(const struct world *w, uint8_t *to, const struct fragment *f)
{
    size_t n = ip4_header(to, f->proto ? f->proto : 17, f->id, f->offset / 8 | (f->last ? 0 : 0x2000), f->len);
    memcpy(to + n, f->payload ? f->payload : w->data + f->offset, f->len);
    return n + f->len;
}

/* With destination options in front of the fragment header, which are not cut into fragments. */
static size_t ip6_fragment(const struct world *w, uint8_t *to, const struct fragment *f)
{
    memset(to, 0, 56);
    to[0] = 0x60;
    put16(to, 4, 16 + f->len);
    to[6] = 60; /* destination options */
    to[7] = 64;
    to[8] = to[24] = 0xfd;
    to[23] = 1;
    to[39] = 2;
    to[40] = 44; /* fragment */
    to[42] = 1;  /* PadN */
    to[43] = 4;
    to[48] = f->proto ? f->proto : 17;
    put16(to, 50, f->offset | !f->last);
    put16(to, 52, f->id >> 16);
    put16(to, 54, f->id & 0xffff);
    memcpy(to + 56, f->payload ? f->payload : w->data + f->offset, f->len);
    return 56 + f->len;
}

typedef size_t fragment_fn(const struct world *w, uint8_t *to, const struct fragment *f);
static fragment_fn *const families[] = {ip4_fragment, ip6_fragment};

/* Gives the world's frame, of which caplen of n bytes were captured, and one more that shows whose it is. */
static bool give_cut(struct world *w, size_t n, size_t caplen)
{
    struct decoded d;
    w->number++;
    w->frame[caplen] = (uint8_t)(w->number % 251);
    uint32_t wire = caplen < n ? (uint32_t)n : (uint32_t)caplen + 1;
    uint8_t *frame = malloc(caplen + 1);
    memcpy(frame, w->frame, caplen + 1);
    struct packet p = {.iface = &w->iface, .data = frame, .caplen = (uint32_t)caplen + 1, .wirelen = wire,
                       .ts_ns = w->now, .number = w->number};
    decode_packet(&(struct decode_options){.tunnels = DECODE_ALL_TUNNELS, .to_fragments = true}, &p, &d);
    if (d.is_part)
        defrag_take(w->defrag, &p, &d, w->now);
    free(frame);
    collect(w);
    return d.is_part;
}

static void give(struct world *w, size_t n)
{
    assert_true(give_cut(w, n, n));
}

static void give4(struct world *w, struct fragment f)
{
    give(w, ip4_fragment(w, w->frame, &f));
}

static void give6(struct world *w, struct fragment f)
{
    give(w, ip6_fragment(w, w->frame, &f));
}

/* The last result is a whole datagram with so many bytes of the world's data. */
static const struct result *expect_whole(const struct world *w, size_t n_results, uint32_t len, size_t n_parts)
{
    assert_int_equal(w->n, n_results);
    const struct result *r = &w->results[w->n - 1];
    assert_int_equal(r->bucket, DPI_BUCKET_flow);
    assert_true(r->fragment);
    assert_false(r->gap);
    assert_int_equal(r->payload_len, len - PORTS);
    assert_int_equal(r->payload_cap, len - PORTS);
    assert_int_equal(r->hash, hash_of(w->data + PORTS, len - PORTS));
    assert_int_equal(r->n_parts, n_parts);
    return r;
}

/* --- orders --------------------------------------------------------------------------------------------- */

static void every_order(void **state)
{
    struct fragment f[4] = {
        {.offset = 0, .len = 16}, {.offset = 16, .len = 64},
        {.offset = 80, .len = 8}, {.offset = 88, .len = 13, .last = true},
    };
    (void)state;
    for (size_t family = 0; family < 2; family++) {
        struct world *w = new_world();
        for (unsigned order = 0; order < 256; order++) {
            unsigned at[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6};
            if ((1u << at[0] | 1u << at[1] | 1u << at[2] | 1u << at[3]) != 15)
                continue;
            for (unsigned i = 0; i < 4; i++) {
                f[at[i]].id = order;
                give(w, families[family](w, w->frame, &f[at[i]]));
            }
            const struct result *r = expect_whole(w, w->n ? w->n : 1, 101, 4);
            assert_false(r->overlap | r->bad | r->cut);
            assert_int_equal(r->ip_len, family ? 48 + 101 : 20 + 101);
            for (unsigned i = 0; i < 4; i++)
                assert_int_equal(r->part_len[i], f[at[i]].len + (family ? 56 : 20));
        }
        assert_int_equal(w->n, 24);
        assert_int_equal(defrag_stats(w->defrag)->whole, 24);
        free_world(w);
    }
}

static void datagrams_are_told_apart(void **state)
{
    struct world *w = new_world();
    (void)state;
    give4(w, (struct fragment){.id = 1, .len = 16});
    give4(w, (struct fragment){.id = 2, .offset = 16, .len = 8, .last = true});
    give4(w, (struct fragment){.id = 1, .offset = 16, .len = 8, .last = true, .proto = 6});
    give6(w, (struct fragment){.id = 1, .offset = 16, .len = 8, .last = true});
    size_t n = ip4_fragment(w, w->frame, &(struct fragment){.id = 1, .offset = 16, .len = 8, .last = true});
    w->frame[19] = 3; /* to another one */
    give(w, n);
    n = ip4_fragment(w, w->frame + 18, &(struct fragment){.id = 1, .offset = 16, .len = 8, .last = true});
    memcpy(w->frame, (uint8_t[18]){[12] = 0x81, 0, 0, 5, 8, 0}, 18);
    w->iface.link_type = ETHERNET; /* in VLAN 5 */
    give(w, 18 + n);
    w->iface.link_type = RAW;
    n = ip4_header(w->frame, 4, 99, 0, 44); /* in a tunnel */
    n += ip4_fragment(w, w->frame + n, &(struct fragment){.id = 1, .offset = 16, .len = 8, .last = true});
    give(w, n);
    assert_int_equal(w->n, 0);
    give4(w, (struct fragment){.id = 1, .offset = 16, .len = 8, .last = true});
    expect_whole(w, 1, 24, 2);
    give6(w, (struct fragment){.id = 1, .len = 16, .proto = 6}); /* the protocol is no part of it in IPv6 */
    assert_int_equal(w->n, 2);
    free_world(w);
}

static void an_atomic_fragment_is_whole(void **state)
{
    struct world *w = new_world();
    (void)state;
    size_t n = ip6_fragment(w, w->frame, &(struct fragment){.id = 1, .len = 32, .last = true});
    assert_false(give_cut(w, n, n));
    n = ip4_fragment(w, w->frame, &(struct fragment){.id = 1, .len = 32, .last = true});
    assert_false(give_cut(w, n, n));
    free_world(w);
}

/* --- over each other ------------------------------------------------------------------------------------ */

static void copies_count_and_change_nothing(void **state)
{
    struct world *w = new_world();
    (void)state;
    for (int i = 0; i < 3; i++)
        give4(w, (struct fragment){.len = 16});
    give4(w, (struct fragment){.offset = 16, .len = 16});
    give4(w, (struct fragment){.offset = 16, .len = 16});
    give4(w, (struct fragment){.offset = 32, .len = 8, .last = true});
    const struct result *r = expect_whole(w, 1, 40, 6);
    assert_false(r->overlap);
    assert_int_equal(r->number[5], 6);
    assert_int_equal(defrag_stats(w->defrag)->copies, 3);
    assert_int_equal(defrag_stats(w->defrag)->overlaps, 0);
    free_world(w);
}

/* Every frame twice: the last ones come when the datagram is complete already. */
static void late_copies_count_in_the_flow(void **state)
{
    (void)state;
    for (size_t family = 0; family < 2; family++) {
        struct world *w = new_world();
        const struct fragment last = {.id = 1, .offset = 16, .len = 8, .last = true};
        give(w, families[family](w, w->frame, &(struct fragment){.id = 1, .len = 16}));
        give(w, families[family](w, w->frame, &last));
        expect_whole(w, 1, 24, 2);
        for (w->now = 0; w->now <= S(1); w->now += S(1)) {
            give(w, families[family](w, w->frame, &last));
            const struct result *r = &w->results[w->n - 1];
            assert_int_equal(r->bucket, DPI_BUCKET_flow);
            assert_int_equal(r->payload_len, 0);
            assert_int_equal(r->n_parts, 1);
            assert_int_equal(r->part_len[0], family ? 64 : 28);
        }
        assert_int_equal(w->n, 3);
        assert_int_equal(defrag_stats(w->defrag)->copies, 2);
        give(w, families[family](w, w->frame, &last)); /* too late: it waits */
        assert_int_equal(w->n, 3);
        free_world(w);
    }
}

/* A datagram of the same id is waited for before a piece is taken for one of the last datagram's. */
static void an_id_used_again(void **state)
{
    struct world *w = new_world();
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        w->data[10]++;
        give4(w, (struct fragment){.len = 16});
        give4(w, (struct fragment){.offset = 16, .len = 8, .last = true});
        expect_whole(w, i + 1, 24, 2);
    }
    free_world(w);
}

/* Whatever lies over what came before, the bytes that came first stand. */
static void first_bytes_win(void **state)
{
    uint8_t other[64];
    memset(other, 0xee, sizeof(other));
    const struct fragment over[] = {
        {.offset = 16, .len = 16, .payload = other},               /* the same place, other bytes */
        {.offset = 16, .len = 8},                                  /* a part of it, even the same bytes */
        {.offset = 8, .len = 16, .payload = other},                /* its head and before */
        {.offset = 24, .len = 8, .payload = other},                /* its tail */
        {.offset = 8, .len = 32, .payload = other, .last = true},  /* all, and what nobody else has */
    };
    (void)state;
    for (size_t family = 0; family < 2; family++) {
        for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++) {
            struct world *w = new_world();
            give(w, families[family](w, w->frame, &(struct fragment){.len = 16}));
            give(w, families[family](w, w->frame, &(struct fragment){.offset = 16, .len = 16}));
            bool ends = over[i].last;
            if (!ends)
                give(w, families[family](w, w->frame, &over[i]));
            give(w, families[family](w, w->frame, ends ? &over[i] : &(struct fragment){.offset = 32, .len = 8,
                                                                                       .last = true}));
            if (ends)
                memset(w->data + 32, 0xee, 8);
            assert_true(expect_whole(w, 1, 40, ends ? 3 : 4)->overlap);
            assert_int_equal(defrag_stats(w->defrag)->overlaps, 1);
            free_world(w);
        }
    }
}

/* --- what cannot be right ------------------------------------------------------------------------------- */

static void wrong_fragments_are_left_out(void **state)
{
    static const struct fragment wrong[] = {
        {.offset = 40, .len = 0},                  /* of nothing */
        {.offset = 40, .len = 0, .last = true},
        {.offset = 16, .len = 12},                 /* more behind a length that nothing can follow */
        {.offset = 16, .len = 16, .last = true},   /* an end before what was there */
        {.offset = 65528, .len = 16},              /* beyond what an offset reaches */
        {.offset = 65528, .len = 8, .last = true}, /* a ping of death */
    };
    (void)state;
    for (size_t family = 0; family < 2; family++) {
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
            struct world *w = new_world();
            give(w, families[family](w, w->frame, &(struct fragment){.len = 16}));
            give(w, families[family](w, w->frame, &(struct fragment){.offset = 24, .len = 16}));
            give(w, families[family](w, w->frame, &wrong[i]));
            assert_int_equal(defrag_stats(w->defrag)->bad, 1);
            give(w, families[family](w, w->frame, &(struct fragment){.offset = 16, .len = 8}));
            give(w, families[family](w, w->frame, &(struct fragment){.offset = 40, .len = 8, .last = true}));
            assert_true(expect_whole(w, 1, 48, 5)->bad);
            free_world(w);
        }
    }
}

static void nothing_goes_on_behind_the_end(void **state)
{
    struct world *w = new_world();
    (void)state;
    give4(w, (struct fragment){.offset = 16, .len = 8, .last = true});
    give4(w, (struct fragment){.offset = 24, .len = 8});
    give4(w, (struct fragment){.offset = 24, .len = 8, .last = true});
    give4(w, (struct fragment){.offset = 8, .len = 8, .last = true});
    assert_int_equal(defrag_stats(w->defrag)->bad, 3);
    give4(w, (struct fragment){.offset = 0, .len = 16});
    assert_true(expect_whole(w, 1, 24, 5)->bad);
    free_world(w);
}

/* As long as can be, and one byte more, which with its header is no datagram. */
static void the_longest_datagram(void **state)
{
    (void)state;
    for (size_t family = 0; family < 2; family++) {
        uint32_t most = family ? 65535 - 8 : 65535 - 20; /* the options count in IPv6 */
        for (uint32_t len = most; len <= most + 1; len++) {
            struct world *w = new_world();
            for (uint32_t at = 0; at < len; at += 32000) {
                uint32_t n = len - at < 32000 ? len - at : 32000;
                give(w, families[family](w, w->frame, &(struct fragment){.offset = at, .len = n, .last = at + n == len}));
            }
            if (len == most) {
                assert_int_equal(expect_whole(w, 1, len, 3)->ip_len, family ? 65575 : 65535);
            } else {
                assert_int_equal(w->n, 1);
                assert_true(w->results[0].gap && w->results[0].bad);
                assert_int_equal(w->results[0].payload_len, 32000 - PORTS);
                assert_int_equal(w->results[0].n_parts, 3);
                assert_int_equal(defrag_stats(w->defrag)->incomplete, 1);
                assert_int_equal(defrag_stats(w->defrag)->whole, 0);
            }
            free_world(w);
        }
    }
}

/* --- what is missing ------------------------------------------------------------------------------------ */

static void waits_thirty_seconds(void **state)
{
    struct world *w = new_world();
    (void)state;
    w->now = S(100);
    give4(w, (struct fragment){.id = 1, .len = 16});
    give4(w, (struct fragment){.id = 2, .len = 16});
    w->now = S(129);
    give4(w, (struct fragment){.id = 1, .offset = 24, .len = 8, .last = true}); /* gives no more time */
    defrag_expire(w->defrag, S(130));
    collect(w);
    assert_int_equal(w->n, 0);
    give4(w, (struct fragment){.id = 2, .offset = 16, .len = 8, .last = true});
    expect_whole(w, 1, 24, 2);
    defrag_expire(w->defrag, S(130) + 1);
    collect(w);
    assert_int_equal(w->n, 2);
    const struct result *r = &w->results[1];
    assert_int_equal(r->bucket, DPI_BUCKET_flow);
    assert_true(r->gap && r->fragment);
    assert_int_equal(r->payload_len, 16 - PORTS);
    assert_int_equal(r->n_parts, 2);
    assert_int_equal(r->part_len[0] + r->part_len[1], 36 + 28);
    assert_int_equal(defrag_stats(w->defrag)->incomplete, 1);
    free_world(w);
}

static void without_the_first_there_is_no_flow(void **state)
{
    struct world *w = new_world();
    (void)state;
    give4(w, (struct fragment){.id = 1, .offset = 16, .len = 16});
    give4(w, (struct fragment){.id = 1, .offset = 32, .len = 8, .last = true});
    give4(w, (struct fragment){.id = 2, .len = 2, .proto = 6}); /* not even the ports, and no multiple of 8 */
    defrag_finish(w->defrag);
    collect(w);
    assert_int_equal(w->n, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(w->results[i].bucket, DPI_BUCKET_fragment_incomplete);
    assert_int_equal(w->results[0].n_parts, 2);
    assert_int_equal(w->results[1].n_parts, 1);
    free_world(w);
}

static void a_clock_set_back_does_not_hold_datagrams(void **state)
{
    struct world *w = new_world();
    (void)state;
    w->now = S(10000);
    give4(w, (struct fragment){.id = 1, .len = 16});
    w->now = S(100);
    give4(w, (struct fragment){.id = 1, .offset = 24, .len = 8});
    defrag_expire(w->defrag, S(131));
    collect(w);
    assert_int_equal(w->n, 1);
    assert_true(w->results[0].gap);
    free_world(w);
}

/* Snap lengths: what was captured stands, and where it ends the datagram is cut. */
static void captured_in_part(void **state)
{
    struct world *w = new_world();
    (void)state;
    give4(w, (struct fragment){.len = 64});
    size_t n = ip4_fragment(w, w->frame, &(struct fragment){.offset = 64, .len = 64});
    give_cut(w, n, 20 + 35); /* one byte more is captured: it belongs to the fragment and is not in the data */
    give4(w, (struct fragment){.offset = 128, .len = 8, .last = true});
    assert_int_equal(w->n, 1);
    const struct result *r = &w->results[0];
    assert_true(r->cut);
    assert_false(r->gap | r->overlap);
    assert_int_equal(r->ip_len, 20 + 136);
    assert_int_equal(r->payload_len, 136 - PORTS);
    assert_int_equal(r->payload_cap, 64 + 36 - PORTS);
    free_world(w);
}

/* --- bounds --------------------------------------------------------------------------------------------- */

static void the_oldest_goes_when_the_ledger_is_full(void **state)
{
    struct world *w = new_world();
    (void)state;
    w->ledger.limit = 10 * (ledger_cost(LEDGER_datagram) + ledger_cost(LEDGER_fragment) + 37);
    for (uint32_t id = 1; id <= 100; id++)
        give4(w, (struct fragment){.id = id, .len = 16});
    assert_int_equal(w->n, 90);
    assert_int_equal(defrag_stats(w->defrag)->early, 90);
    for (size_t i = 0; i < 90; i++)
        assert_int_equal(w->results[i].number[0], i + 1);
    assert_true(w->ledger.used <= w->ledger.limit);
    give4(w, (struct fragment){.id = 100, .offset = 16, .len = 8, .last = true});
    expect_whole(w, 91, 24, 2);
    assert_true(defrag_give_up(w->defrag));
    collect(w);
    assert_int_equal(w->results[91].number[0], 91);
    free_world(w);
}

static void copies_without_end_are_bounded(void **state)
{
    struct world *w = new_world();
    (void)state;
    for (unsigned i = 0; i < DATAGRAM_FRAMES; i++) {
        assert_int_equal(w->n, 0);
        give4(w, (struct fragment){.len = 16});
    }
    assert_int_equal(w->n, 1);
    assert_int_equal(w->results[0].n_parts, DATAGRAM_FRAMES);
    assert_int_equal(defrag_stats(w->defrag)->early, 1);
    free_world(w);
}

static void costs_cover_the_structures(void **state)
{
    const size_t malloc_head = 16, table_slot = 8, timer_entry = 16, key = 64 + 35 * DECODE_MAX_TUNNELS;
    (void)state;
    assert_true(ledger_cost(LEDGER_datagram) >= sizeof(struct datagram) + sizeof(struct decoded) + key + table_slot +
                                                    timer_entry + 2 * malloc_head);
    assert_true(ledger_cost(LEDGER_fragment) >= sizeof(struct frame) + sizeof(struct piece) + 2 * malloc_head);
}

/* --- in each other -------------------------------------------------------------------------------------- */

/* Puts a packet around the n bytes at in, cut into fragments of step bytes, and gives them. */
static void give_in_fragments(struct world *w, uint8_t proto, uint32_t id, const uint8_t *in, uint32_t n, uint32_t step)
{
    for (uint32_t at = 0; at < n; at += step) {
        uint32_t len = n - at < step ? n - at : step;
        give4(w, (struct fragment){.id = id, .offset = at, .len = len, .last = at + len == n, .proto = proto,
                                   .payload = in + at});
    }
}

static void the_outer_packet_of_a_tunnel(void **state)
{
    struct world *w = new_world();
    uint8_t inner[400];
    (void)state;
    size_t n = ip4_header(inner, 17, 5, 0, 300);
    memcpy(inner + n, w->data, 300);
    give_in_fragments(w, 4, 1, inner, 320, 104);
    const struct result *r = expect_whole(w, 1, 300, 4);
    assert_int_equal(r->n_tunnels, 1);
    assert_int_equal(r->ip_len, 320);
    assert_int_equal(r->part_len[0], 320); /* once */
    assert_int_equal(r->part_len[1] + r->part_len[2] + r->part_len[3], 0);
    give4(w, (struct fragment){.id = 1, .len = 104, .proto = 4, .payload = inner}); /* once more */
    assert_int_equal(w->n, 2);
    assert_int_equal(w->results[1].n_tunnels, 1);
    assert_int_equal(w->results[1].part_len[0], 0);
    free_world(w);
}

static void packets_inside_of_a_tunnel(void **state)
{
    struct world *w = new_world();
    (void)state;
    for (uint32_t at = 0; at < 120; at += 40) {
        struct fragment f = {.id = 1, .offset = at, .len = 40, .last = at == 80};
        size_t n = ip6_fragment(w, w->frame + 20, &f);
        ip4_header(w->frame, 41, 5, 0, n);
        give(w, 20 + n);
    }
    const struct result *r = expect_whole(w, 1, 120, 3);
    assert_int_equal(r->n_tunnels, 1);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(r->part_len[i], 56 + 40);
    free_world(w);
}

/* Fragments in a tunnel of which each packet is again cut, three deep; frames mixed. */
static void fragments_of_fragments(void **state)
{
    struct world *w = new_world();
    uint8_t middle[300], outer[400];
    (void)state;
    for (uint32_t at = 0; at < 256; at += 128) {
        size_t n = ip4_fragment(w, middle, &(struct fragment){.id = 1, .offset = at, .len = 128, .last = at});
        for (size_t m = 0; m < n; m += 80) {
            size_t len = n - m < 80 ? n - m : 80;
            size_t o = ip4_fragment(w, outer, &(struct fragment){.id = 2 + at, .offset = (uint32_t)m, .proto = 4,
                                                                 .len = (uint32_t)len, .last = m + len == n,
                                                                 .payload = middle + m});
            give_in_fragments(w, 4, (uint32_t)(1000 + at + m), outer, (uint32_t)o, 40);
        }
    }
    const struct result *r = expect_whole(w, 1, 256, 2 * (3 + 3));
    assert_int_equal(r->n_tunnels, 2);
    uint32_t sum = 0;
    for (size_t i = 0; i < r->n_parts; i++)
        sum += r->part_len[i];
    assert_int_equal(sum, 2 * 148);
    assert_int_equal(defrag_stats(w->defrag)->whole, 1 + 2 + 4);
    free_world(w);
}

/* --- against a reference -------------------------------------------------------------------------------- */

enum { MODELS = 3, MODEL_MAX = 4096 };
enum byte { FREE, KNOWN, HOLE };

/* One datagram, byte by byte. */
struct model {
    uint8_t bytes[MODEL_MAX];
    enum byte is[MODEL_MAX];
    struct fragment had[400];
    uint8_t payload[400][MODEL_MAX / 4];
    unsigned n_had, n_frames;
    uint32_t end;
    bool ended, overlap, bad;
};

static bool model_fits(const struct model *m, const struct fragment *f)
{
    uint32_t end = f->offset + f->len;
    if (f->len == 0 || (!f->last && f->len % 8 != 0))
        return false;
    if (m->ended && (end > m->end || (f->last && end != m->end)))
        return false;
    return !f->last || end >= m->end;
}

static bool model_had(const struct model *m, const struct fragment *f)
{
    for (unsigned i = 0; i < m->n_had; i++)
        if (m->had[i].offset == f->offset && m->had[i].len == f->len && m->had[i].last == f->last &&
            memcmp(m->payload[i], f->payload, f->len) == 0)
            return true;
    return false;
}

static void model_add(struct model *m, const struct fragment *f, uint32_t cap)
{
    m->n_frames++;
    if (!model_fits(m, f)) {
        m->bad = true;
        return;
    }
    bool had = model_had(m, f);
    for (uint32_t i = 0; i < f->len; i++) {
        uint32_t at = f->offset + i;
        if (m->is[at] != FREE) {
            m->overlap |= !had;
            continue;
        }
        m->is[at] = i < cap ? KNOWN : HOLE;
        m->bytes[at] = f->payload[i];
    }
    memcpy(m->payload[m->n_had], f->payload, f->len);
    m->had[m->n_had++] = *f;
    m->ended |= f->last;
    if (f->offset + f->len > m->end)
        m->end = f->offset + f->len;
}

static bool model_whole(const struct model *m)
{
    for (uint32_t i = 0; i < m->end; i++)
        if (m->is[i] == FREE)
            return false;
    return m->ended;
}

static void check_model(const struct model *m, const struct result *r)
{
    uint32_t known = 0;
    while (known < m->end && m->is[known] == KNOWN)
        known++;
    assert_int_equal(r->n_parts, m->n_frames);
    assert_int_equal(r->bucket, DPI_BUCKET_flow);
    assert_int_equal(r->payload_len, m->end);
    assert_int_equal(r->payload_cap, known);
    assert_int_equal(r->hash, hash_of(m->bytes, known));
    assert_int_equal(r->cut, known < m->end);
    assert_int_equal(r->overlap, m->overlap);
    assert_int_equal(r->bad, m->bad);
    assert_false(r->gap);
}

/* Mostly fragments of one cutting, some of them again, some over them with other bytes, some wrong, some cut. */
static struct fragment random_fragment(uint64_t *seed, uint32_t total, const uint8_t *data, uint8_t *other)
{
    uint32_t step = 8 * (uint32_t)(1 + (total + 7) / 8 / 6), at = step * (uint32_t)(unit_random(seed) % 7);
    struct fragment f = {.offset = at, .len = step, .payload = data + at};
    unsigned kind = unit_random(seed) % 16;
    if (kind < 2) {
        f.offset = 8 * (uint32_t)(unit_random(seed) % ((total + 7) / 8));
        f.len = 8 * (uint32_t)(1 + unit_random(seed) % 12);
        f.payload = data + f.offset;
    }
    if (f.offset + f.len >= total) {
        f.last = true;
        f.len = f.offset < total ? total - f.offset : 0;
    }
    if (kind == 2) {
        for (uint32_t i = 0; i < f.len; i++)
            other[i] = (uint8_t)unit_random(seed);
        f.payload = other;
    }
    if (kind == 3)
        f.len = f.len / 2;
    if (kind == 4)
        f.last = !f.last;
    f.last &= f.offset > 0; /* else it is no fragment */
    return f;
}

static void random_fragments(size_t family, uint64_t seed, unsigned rounds)
{
    struct world *w = new_world();
    struct model *models = calloc(MODELS, sizeof(*models));
    uint32_t total[MODELS], begun[MODELS] = {0};
    unsigned whole = 0, cut = 0, overlap = 0;
    for (unsigned i = 0; i < MODELS; i++)
        total[i] = 100 + (uint32_t)(unit_random(&seed) % 1000);
    for (unsigned round = 0; round < rounds; round++) {
        uint8_t other[MODEL_MAX];
        unsigned which = unit_random(&seed) % MODELS;
        struct model *m = &models[which];
        struct fragment f = random_fragment(&seed, total[which], w->data, other);
        f.id = which | begun[which] % 256 << 8;
        f.proto = NO_TRANSPORT;
        size_t n = families[family](w, w->frame, &f), headers = n - f.len, caplen = n;
        if (unit_random(&seed) % 32 == 0 && f.len > 1)
            caplen = headers + unit_random(&seed) % (f.len - 1);
        if (caplen < n)
            w->frame[caplen] = (uint8_t)((w->number + 1) % 251);
        const uint8_t *shown = w->frame + headers; /* with the byte that shows whose it is */
        memcpy(other, shown, f.len);
        f.payload = other;
        w->n = 0;
        assert_true(give_cut(w, n, caplen));
        model_add(m, &f, caplen < n ? (uint32_t)(caplen + 1 - headers) : f.len);
        assert_int_equal(w->n, model_whole(m));
        if (!w->n && m->n_had < 399)
            continue;
        if (w->n)
            check_model(m, &w->results[0]);
        whole += w->n > 0;
        cut += w->n && w->results[0].cut;
        overlap += m->overlap;
        assert_true(w->n > 0);
        memset(m, 0, sizeof(*m));
        begun[which]++;
        total[which] = 100 + (uint32_t)(unit_random(&seed) % 1000);
    }
    assert_true(whole > rounds / 50 && cut > rounds / 500 && overlap > rounds / 500);
    free(models);
    free_world(w);
}

static void as_the_reference_does_v4(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++)
        random_fragments(0, seed, 20000);
}

static void as_the_reference_does_v6(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 15; seed++)
        random_fragments(1, seed, 20000);
}

/* Any bytes whatever in the fields of fragments, some in tunnels: nothing breaks, and no frame is lost. */
static void noise(void **state)
{
    struct world *w = new_world();
    uint64_t seed = 3, taken = 0, given = 0;
    (void)state;
    w->ledger.limit = 1 << 18;
    for (unsigned i = 0; i < 60000; i++) {
        uint64_t r = unit_random(&seed);
        struct fragment f = {.id = r % 4, .offset = 8 * (uint32_t)(r >> 8 & (r & 16 ? 3 : 8191)), .last = r >> 5 & 1,
                             .len = (uint32_t)(r >> 21 & 63), .proto = r >> 6 & 1 ? 4 : 41};
        f.payload = w->data + 100;
        size_t n = families[r >> 7 & 1](w, w->frame, &f);
        for (unsigned k = r >> 40 & 3; k > 0; k--)
            w->frame[unit_random(&seed) % n] = (uint8_t)(unit_random(&seed) % 3 ? 0x45 : unit_random(&seed));
        w->n = 0;
        w->now += S(1) * (int64_t)(r >> 50 & 1);
        defrag_expire(w->defrag, w->now);
        collect(w);
        taken += give_cut(w, n, n);
        for (size_t k = 0; k < w->n; k++)
            given += w->results[k].n_parts;
    }
    w->n = 0;
    defrag_finish(w->defrag);
    collect(w);
    for (size_t k = 0; k < w->n; k++)
        given += w->results[k].n_parts;
    assert_true(taken > 30000);
    assert_int_equal(given, taken);
    free_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order),
        cmocka_unit_test(datagrams_are_told_apart),
        cmocka_unit_test(an_atomic_fragment_is_whole),
        cmocka_unit_test(copies_count_and_change_nothing),
        cmocka_unit_test(late_copies_count_in_the_flow),
        cmocka_unit_test(an_id_used_again),
        cmocka_unit_test(first_bytes_win),
        cmocka_unit_test(wrong_fragments_are_left_out),
        cmocka_unit_test(nothing_goes_on_behind_the_end),
        cmocka_unit_test(the_longest_datagram),
        cmocka_unit_test(waits_thirty_seconds),
        cmocka_unit_test(without_the_first_there_is_no_flow),
        cmocka_unit_test(a_clock_set_back_does_not_hold_datagrams),
        cmocka_unit_test(captured_in_part),
        cmocka_unit_test(the_oldest_goes_when_the_ledger_is_full),
        cmocka_unit_test(copies_without_end_are_bounded),
        cmocka_unit_test(costs_cover_the_structures),
        cmocka_unit_test(the_outer_packet_of_a_tunnel),
        cmocka_unit_test(packets_inside_of_a_tunnel),
        cmocka_unit_test(fragments_of_fragments),
        cmocka_unit_test(as_the_reference_does_v4),
        cmocka_unit_test(as_the_reference_does_v6),
        cmocka_unit_test(noise),
    };
    return cmocka_run_group_tests_name("defrag", tests, NULL, NULL);
}
