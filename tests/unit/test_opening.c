/* SPDX-License-Identifier: BSD-2-Clause */
/* test_opening.c - the first segments of a connection put together again. */
#include "reasm/opening.h"

#include "decode/cursor.h"
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 40, LARGE = 1460 };

static uint8_t packet[OPENING_PACKET_MAX];

/* A segment with an IPv4 and a TCP header of 20 bytes each, of which the bytes are all `fill`. */
static void add_cut(struct opening *o, unsigned side, uint32_t seq, uint32_t len, uint32_t captured, char fill,
                    uint32_t skip, bool gap)
{
    uint8_t *ip = calloc(1, HEADER + captured);
    ip[0] = 0x45;
    ip[20] = (uint8_t)side;
    for (int i = 0; i < 4; i++)
        ip[24 + i] = (uint8_t)(seq >> (24 - 8 * i));
    memset(ip + HEADER, fill, captured);
    struct segment s = {.ip = ip, .cap = HEADER + captured, .header = HEADER, .len = len, .seq = seq,
                        .side = (uint8_t)side};
    opening_add(o, &s, skip, gap);
    free(ip);
}

static void add(struct opening *o, unsigned side, uint32_t seq, uint32_t len, char fill)
{
    add_cut(o, side, seq, len, len, fill, 0, false);
}

static void expect_next(const struct opening *o, uint32_t *pos, unsigned side, const char *payload)
{
    uint32_t n = opening_next(o, pos, packet);
    assert_int_equal(n, HEADER + strlen(payload));
    assert_int_equal(be16_at(packet + 2), n);
    assert_int_equal(packet[20], side);
    assert_memory_equal(packet + HEADER, payload, strlen(payload));
}

static void turns_become_packets(void **state)
{
    (void)state;
    struct opening *o = opening_new();
    uint32_t pos = 0;
    add(o, 0, 1, 3, 'a');
    add(o, 0, 4, 2, 'b');
    add(o, 1, 1, 2, 'c');
    add(o, 0, 6, 1, 'd');
    expect_next(o, &pos, 0, "aaabb");
    expect_next(o, &pos, 1, "cc");
    expect_next(o, &pos, 0, "d");
    assert_int_equal(opening_next(o, &pos, packet), 0);
    assert_true(opening_is_cut(o));
    opening_free(o);
}

static void it_tells_what_a_packet_is_made_of(void **state)
{
    (void)state;
    struct opening *o = opening_new();
    uint32_t pos = 0;
    add(o, 0, 1, 3, 'a');
    add(o, 0, 4, 2, 'b');
    add(o, 1, 1, 2, 'c');
    opening_next(o, &pos, packet);
    struct opening_made made = opening_made(o, 0, pos);
    assert_int_equal(made.segments, 2);
    assert_int_equal(made.side, 0);
    assert_int_equal(made.header, HEADER);
    uint32_t from = pos;
    opening_next(o, &pos, packet);
    made = opening_made(o, from, pos);
    assert_int_equal(made.segments, 1);
    assert_int_equal(made.side, 1);
    opening_free(o);
}

static void nothing_is_put_together_over_a_gap(void **state)
{
    (void)state;
    struct opening *o = opening_new();
    uint32_t pos = 0;
    add(o, 0, 1, 3, 'a');
    add_cut(o, 0, 9, 3, 3, 'b', 0, true);
    add_cut(o, 0, 12, 9, 4, 'c', 2, false); /* seen before: 2, captured: 4 of 9 */
    add(o, 0, 21, 1, 'd');
    expect_next(o, &pos, 0, "aaa");
    expect_next(o, &pos, 0, "bbbcc");
    expect_next(o, &pos, 0, "d");
    opening_free(o);
}

static void full_segments_are_not_cut(void **state)
{
    (void)state;
    struct opening *o = opening_new();
    add(o, 0, 1, LARGE, 'a');
    add(o, 0, 1 + LARGE, LARGE, 'a');
    add(o, 0, 1 + 2 * LARGE, 10, 'a'); /* the end of the message */
    add(o, 1, 1, 20, 'b');
    assert_false(opening_is_cut(o));
    add(o, 1, 21, 20, 'b');
    assert_true(opening_is_cut(o));
    opening_free(o);
}

static void what_is_kept_is_bounded(void **state)
{
    (void)state;
    struct opening *o = opening_new();
    uint32_t pos = 0, n, bytes = 0;
    for (uint32_t i = 0; i < 100000; i++)
        add(o, i & 1, i, i % 3 ? 1 : LARGE, 'a');
    assert_in_range(opening_bytes(o), 1, 128 << 10);
    while ((n = opening_next(o, &pos, packet)))
        bytes += n;
    assert_in_range(bytes, 30000, 64 << 10);
    opening_free(o);
}

static void the_handshake_fits_the_segments(void **state)
{
    (void)state;
    static const uint8_t flags[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK};
    struct opening *o = opening_new();
    assert_int_equal(opening_handshake(o, 0, 0, packet), 0);
    add(o, 0, 1001, 3, 'a');
    add(o, 1, 0, 3, 'b');
    for (unsigned step = 0; step < 3; step++) {
        assert_int_equal(opening_handshake(o, 0, step, packet), HEADER);
        assert_int_equal(be16_at(packet + 2), HEADER);
        assert_int_equal(packet[20], step == 1);
        assert_int_equal(packet[33], flags[step]);
        assert_int_equal(be32_at(packet + 24), step == 0 ? 1000 : step == 1 ? UINT32_MAX : 1001);
        assert_int_equal(be32_at(packet + 28), step == 0 ? 0 : step == 1 ? 1001 : 0);
    }
    opening_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_become_packets),
        cmocka_unit_test(it_tells_what_a_packet_is_made_of),
        cmocka_unit_test(nothing_is_put_together_over_a_gap),
        cmocka_unit_test(full_segments_are_not_cut),
        cmocka_unit_test(what_is_kept_is_bounded),
        cmocka_unit_test(the_handshake_fits_the_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
