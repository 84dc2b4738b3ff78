/* SPDX-License-Identifier: BSD-2-Clause */
/* test_firsts.c - which bytes of a flow are kept for signatures. */
#include "flow/firsts.h"

#include "unit.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ledger ledger;
static struct flow *flow;
static struct firsts *firsts;

static void begin(uint8_t transport, unsigned messages, unsigned head, bool reassembly)
{
    ledger = (struct ledger){0};
    flow = xcalloc(1, sizeof(*flow));
    flow->key.transport = transport;
    firsts = firsts_new(&(struct firsts_options){messages, head}, &ledger, reassembly);
}

static void end(void)
{
    firsts_drop(flow);
    firsts_free(firsts);
    free(flow);
}

static void packet(unsigned side, uint32_t seq, uint32_t ack, const char *text, uint32_t len, bool is_copy)
{
    struct decoded d = {.payload = (const uint8_t *)text, .payload_cap = (uint32_t)strlen(text), .payload_len = len,
                        .has_tcp = flow->key.transport == IPPROTO_NUM_TCP, .tcp_flags = TCP_ACK,
                        .tcp_seq = seq, .tcp_ack = ack, .transport = flow->key.transport};
    firsts_packet(firsts, flow, side, &d, is_copy);
}

static void datagram(unsigned side, const char *text)
{
    packet(side, 0, 0, text, (uint32_t)strlen(text), false);
}

/* "ab|cd~": messages with | between; ~ behind one that is cut. */
static void expect(unsigned side, const char *expected)
{
    char text[256] = "";
    unsigned n;
    const struct first_message *m = firsts_of(flow, side, &n);
    for (unsigned i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s%s", i ? "|" : "", m[i].n_head,
                 (const char *)m[i].head, m[i].cut ? "~" : "");
    assert_string_equal(text, expected);
}

static void keeps_the_first_datagrams(void **state)
{
    (void)state;
    begin(IPPROTO_NUM_UDP, 2, 4, true);
    datagram(0, "abcdef");
    datagram(1, "x");
    packet(0, 0, 0, "copy", 4, true);
    packet(0, 0, 0, "cu", 9, false);
    datagram(0, "third");
    expect(0, "abcd|cu~");
    expect(1, "x");
    unsigned n;
    const struct first_message *m = firsts_of(flow, 0, &n);
    assert_int_equal(m[0].len, 6);
    assert_int_equal(first_message_at(&m[0], -1), 'f');
    assert_int_equal(first_message_at(&m[0], -6), 'a');
    assert_int_equal(first_message_at(&m[0], -7), -1);
    assert_int_equal(first_message_at(&m[0], 4), -1); /* not kept */
    assert_int_equal(first_message_at(&m[1], -1), -1);
    end();
}

static void tcp_is_put_in_order_and_in_turns(void **state)
{
    (void)state;
    begin(IPPROTO_NUM_TCP, 2, 16, true);
    flow->side[0].syn = flow->side[1].syn_ack = true;
    flow->side[0].isn = 99;
    flow->side[1].isn = 499;
    packet(0, 103, 500, "def", 3, false);
    packet(0, 100, 500, "abc", 3, false);
    packet(0, 100, 500, "abc", 3, false);
    packet(1, 500, 106, "ok", 2, false);
    packet(0, 106, 502, "again", 5, false);
    packet(1, 502, 111, "bye", 3, false);
    packet(0, 111, 505, "more", 4, false);
    firsts_end(firsts, flow);
    expect(0, "abcdef|again");
    expect(1, "ok|bye");
    end();
}

static void a_gap_ends_it(void **state)
{
    (void)state;
    begin(IPPROTO_NUM_TCP, 2, 16, true);
    flow->side[0].syn = true;
    flow->side[0].isn = 99;
    packet(0, 100, 500, "abc", 3, false);
    packet(0, 110, 500, "lost before me", 14, false);
    firsts_end(firsts, flow);
    expect(0, "abc~");
    end();
}

static void without_reassembly_as_it_comes(void **state)
{
    (void)state;
    begin(IPPROTO_NUM_TCP, 1, 16, false);
    packet(0, 103, 500, "def", 3, false);
    packet(0, 100, 500, "abc", 3, false);
    packet(1, 500, 106, "ok", 2, false);
    packet(0, 106, 502, "again", 5, false);
    expect(0, "defabc");
    expect(1, "ok");
    end();
}

static void tails_and_lengths_are_bounded(void **state)
{
    unsigned n;
    char piece[1001];
    (void)state;
    begin(IPPROTO_NUM_TCP, 1, 8, false);
    memset(piece, 'x', 1000);
    piece[999] = 'y';
    piece[1000] = '\0';
    for (uint32_t i = 0; i < FIRST_LENGTH_MAX / 1000 + 2; i++) {
        packet(0, 100 + 1000 * i, 500, piece, 1000, false);
        assert_true(ledger.used < 4096);
    }
    const struct first_message *m = firsts_of(flow, 0, &n);
    assert_int_equal(n, 1);
    assert_true(m->cut);
    assert_int_equal(m->n_head, 8);
    end();
    begin(IPPROTO_NUM_TCP, 1, 8, false);
    packet(0, 100, 500, piece, 1000, false);
    packet(0, 1100, 500, "z", 1, false);
    m = firsts_of(flow, 0, &n);
    assert_int_equal(m->len, 1001);
    assert_int_equal(first_message_at(m, -1), 'z');
    assert_int_equal(first_message_at(m, -2), 'y');
    assert_int_equal(first_message_at(m, -FIRST_TAIL_MAX), 'x');
    assert_int_equal(first_message_at(m, -FIRST_TAIL_MAX - 1), -1);
    end();
}

static void a_part_takes_a_copy_and_the_ledger_is_even(void **state)
{
    (void)state;
    begin(IPPROTO_NUM_UDP, 2, 16, true);
    datagram(0, "first");
    assert_true(ledger.used > 0);
    struct flow *part = xmemdup(flow, sizeof(*flow));
    firsts_slice(flow, part);
    datagram(0, "second");
    expect(0, "first|second");
    firsts_end(firsts, flow);
    assert_int_equal(ledger.used, 0);
    struct flow *whole = flow;
    flow = part;
    expect(0, "first");
    firsts_drop(flow);
    free(flow);
    flow = whole;
    end();
}

static void nothing_is_kept_of_others(void **state)
{
    unsigned n;
    (void)state;
    begin(IPPROTO_NUM_ICMP, 2, 16, true);
    datagram(0, "echo");
    assert_null(firsts_of(flow, 0, &n));
    assert_int_equal(ledger.used, 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_first_datagrams),      cmocka_unit_test(tcp_is_put_in_order_and_in_turns),
        cmocka_unit_test(a_gap_ends_it),                  cmocka_unit_test(without_reassembly_as_it_comes),
        cmocka_unit_test(tails_and_lengths_are_bounded),  cmocka_unit_test(nothing_is_kept_of_others),
        cmocka_unit_test(a_part_takes_a_copy_and_the_ledger_is_even),
    };
    return cmocka_run_group_tests_name("firsts", tests, NULL, NULL);
}
