/* SPDX-License-Identifier: BSD-2-Clause */
/* test_order.c - segments in the order in which they were sent: by hand, and a model of a conversation that is cut,
 * mixed up, repeated and thinned out at random. */
#include "reasm/order.h"

#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 40, LOG_MAX = 4096 };

struct handed_out {
    struct segment s;
    uint32_t skip;
    bool gap;
    uint8_t payload[256];
};

struct taken {
    unsigned n, n_old; /* segments; those of which nothing was new are not in v */
    struct handed_out v[LOG_MAX];
};

static struct taken *log_of(void **state)
{
    struct taken *t = *state;
    t->n = t->n_old = 0;
    return t;
}

static void take(void *ctx, const struct segment *s, uint32_t skip, bool gap)
{
    struct taken *t = ctx;
    assert_in_range(t->n, 0, LOG_MAX - 1);
    if (s->len && skip == s->len) {
        t->n_old++;
        return;
    }
    assert_in_range(s->len, 0, sizeof(t->v[0].payload));
    struct handed_out *h = &t->v[t->n++];
    *h = (struct handed_out){*s, skip, gap, {0}};
    memcpy(h->payload, s->ip + s->header, s->len);
}

static void push(struct order *o, struct taken *t, unsigned side, uint8_t flags, uint32_t seq, uint32_t ack,
                 const char *payload)
{
    uint8_t *ip = calloc(1, HEADER + strlen(payload)); /* of its very size: reading beyond is seen by the sanitizer */
    memcpy(ip + HEADER, payload, strlen(payload));
    struct segment s = {.ip = ip, .cap = HEADER + (uint32_t)strlen(payload), .header = HEADER,
                        .len = (uint32_t)strlen(payload), .seq = seq, .ack = ack, .flags = flags,
                        .side = (uint8_t)side};
    order_push(o, &s, take, t);
    free(ip);
}

/* The payloads handed out so far, one after the other: "A:hello B:hi". */
static void expect(const struct taken *t, const char *want)
{
    char text[512] = "";
    for (unsigned i = 0; i < t->n; i++) {
        const struct handed_out *h = &t->v[i];
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s%s%c:%.*s", n ? " " : "", h->gap ? "GAP " : "", 'A' + h->s.side,
                 (int)(h->s.len - h->skip), (const char *)h->payload + h->skip);
    }
    assert_string_equal(text, want);
}

static struct order *opened(void)
{
    struct order *o = order_new();
    order_syn_seen(o, 0, 1000);
    order_syn_seen(o, 1, 5000);
    return o;
}

static void in_order_goes_straight_through(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = opened();
    push(o, t, 0, TCP_ACK, 1000, 5000, "GET ");
    push(o, t, 1, TCP_ACK, 5000, 1004, "200");
    expect(t, "A:GET  B:200");
    assert_false(order_changed(o));
    assert_int_equal(order_bytes(o), 0);
    order_free(o);
}

static void a_segment_waits_for_its_own_side(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = opened();
    push(o, t, 0, TCP_ACK, 1003, 5000, "two");
    push(o, t, 0, TCP_ACK, 1000, 5000, "one");
    expect(t, "A:one A:two");
    assert_true(order_changed(o));
    order_free(o);
}

static void an_answer_waits_for_what_it_acknowledges(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = opened();
    push(o, t, 1, TCP_ACK, 5000, 1003, "yes");
    expect(t, "");
    push(o, t, 0, TCP_ACK, 1000, 5000, "ask");
    expect(t, "A:ask B:yes");
    order_free(o);
}

static void what_was_sent_before_is_not_handed_out_again(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = opened();
    push(o, t, 0, TCP_ACK, 1000, 5000, "abcd");
    push(o, t, 0, TCP_ACK, 1000, 5000, "ABCD");
    push(o, t, 0, TCP_ACK, 1002, 5000, "CDef");
    push(o, t, 0, TCP_ACK, 1005, 5000, "F"); /* as a keep-alive */
    expect(t, "A:abcd A:ef");
    assert_int_equal(t->n_old, 2);
    order_free(o);
}

static void the_syn_comes_first(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = order_new();
    push(o, t, 0, TCP_ACK, 1000, 5000, "ask");
    push(o, t, 1, TCP_SYN | TCP_ACK, 4999, 1000, "");
    push(o, t, 0, TCP_SYN, 999, 0, "");
    push(o, t, 1, TCP_ACK, 5000, 1003, "yes");
    expect(t, "A: B: A:ask B:yes");
    assert_int_equal(t->v[0].s.flags, TCP_SYN);
    order_free(o);
}

static void data_waits_for_the_answer_to_the_syn(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = order_new();
    order_syn_seen(o, 0, 1000);
    push(o, t, 0, TCP_ACK, 1000, 5000, "ask");
    expect(t, "");
    push(o, t, 1, TCP_SYN | TCP_ACK, 4999, 1000, "");
    expect(t, "B: A:ask");
    order_free(o);
}

static void without_a_syn_the_lowest_number_begins(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = order_new();
    push(o, t, 0, TCP_ACK, 1003, 5000, "two");
    push(o, t, 0, TCP_ACK, 1000, 5000, "one");
    push(o, t, 1, TCP_ACK, 5000, 1006, "yes");
    order_flush(o, take, t);
    expect(t, "A:one A:two B:yes");
    order_free(o);
}

static void a_gap_is_given_up_when_the_queue_is_full(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = opened();
    for (uint32_t i = 1; i < 40; i++)
        push(o, t, 0, TCP_ACK, 1000 + 2 * i, 5000, "ab");
    assert_in_range(order_bytes(o), 0, 4096);
    assert_int_equal(t->n, 39);
    for (unsigned i = 0; i < t->n; i++)
        assert_int_equal(t->v[i].gap, i == 0);
    order_free(o);
}

static void numbers_far_away_change_nothing(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = opened();
    push(o, t, 0, TCP_ACK, 1000 + (1u << 31), 5000, "far");
    push(o, t, 0, TCP_RST, 77, 0, "");
    push(o, t, 0, TCP_ACK, 1000, 5000 + (1u << 31), "one");
    expect(t, "A:far A: A:one");
    order_free(o);
}

static void one_way_is_not_held_for_ever(void **state)
{
    struct taken *t = log_of(state);
    struct order *o = opened();
    for (uint32_t i = 0; i < 200; i++)
        push(o, t, 0, TCP_ACK, 1000 + i, 5001 + 10 * i, "x"); /* of the other side only the SYN was captured */
    assert_in_range(t->n, 180, 200);
    order_flush(o, take, t);
    assert_int_equal(t->n, 200);
    for (unsigned i = 0; i < t->n; i++)
        assert_int_equal(t->v[i].s.seq, 1000 + i);
    order_free(o);
}

/* --- a model ------------------------------------------------------------------------------------------ */

enum { TURNS = 6, PIECES_MAX = 400, STREAM_MAX = 2000 };

struct piece {
    unsigned side;
    uint32_t seq, ack;
    char text[64];
};

struct conversation {
    uint32_t isn[2];
    char stream[2][STREAM_MAX];
    uint32_t sent[2];
    unsigned n;
    struct piece v[PIECES_MAX];
};

static unsigned up_to(uint64_t *rng, unsigned n)
{
    return (unsigned)(unit_random(rng) >> 8) % n;
}

/* Both sides speak in turns, each turn in pieces that acknowledge all that the other side has said. */
static void converse(struct conversation *c, uint64_t *rng)
{
    memset(c, 0, sizeof(*c));
    for (unsigned side = 0; side < 2; side++)
        c->isn[side] = up_to(rng, 2) ? 0xffffff80u + up_to(rng, 128) : (uint32_t)unit_random(rng);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        unsigned side = turn % 2;
        for (unsigned pieces = 1 + up_to(rng, 5); pieces--;) {
            struct piece *p = &c->v[c->n++];
            *p = (struct piece){.side = side, .seq = c->isn[side] + 1 + c->sent[side],
                                .ack = c->isn[!side] + 1 + c->sent[!side]};
            unsigned len = 1 + up_to(rng, 40);
            for (unsigned i = 0; i < len; i++)
                p->text[i] = c->stream[side][c->sent[side]++] = (char)('a' + up_to(rng, 26));
        }
    }
}

/* Of every three pieces behind each other two may change places. */
static void mix_up(struct conversation *c, uint64_t *rng)
{
    for (unsigned i = 0; i + 3 < c->n; i += 3) {
        unsigned j = i + up_to(rng, 3);
        struct piece p = c->v[i];
        c->v[i] = c->v[j];
        c->v[j] = p;
    }
}

static void repeat_some(struct conversation *c, uint64_t *rng)
{
    for (unsigned i = 0; i + 1 < c->n && c->n < PIECES_MAX; i++) {
        if (up_to(rng, 4))
            continue;
        memmove(&c->v[i + 2], &c->v[i + 1], (c->n - i - 1) * sizeof(c->v[0]));
        c->v[i + 1] = c->v[i];
        for (char *p = c->v[i + 1].text; *p; p++) /* other bytes: the first ones win */
            *p = '!';
        c->n++;
        i++;
    }
}

static void lose_some(struct conversation *c, uint64_t *rng)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < c->n; i++)
        if (up_to(rng, 8))
            c->v[kept++] = c->v[i];
    c->n = kept;
}

static void run_through(struct order *o, struct taken *t, const struct conversation *c)
{
    for (unsigned i = 0; i < c->n; i++)
        push(o, t, c->v[i].side, TCP_ACK, c->v[i].seq, c->v[i].ack, c->v[i].text);
    order_flush(o, take, t);
}

static struct order *opened_for(const struct conversation *c)
{
    struct order *o = order_new();
    for (unsigned side = 0; side < 2; side++)
        order_syn_seen(o, side, c->isn[side] + 1);
    return o;
}

/* What is handed out of each side is the stream, in order, and behind what it acknowledges. */
static void expect_whole(const struct taken *t, const struct conversation *c)
{
    uint32_t seen[2] = {0, 0};
    for (unsigned i = 0; i < t->n; i++) {
        const struct handed_out *h = &t->v[i];
        unsigned side = h->s.side;
        assert_false(h->gap);
        assert_int_equal(h->s.seq + h->skip, c->isn[side] + 1 + seen[side]);
        assert_in_range(h->s.ack - (c->isn[!side] + 1), 0, seen[!side]);
        assert_memory_equal(h->payload + h->skip, c->stream[side] + seen[side], h->s.len - h->skip);
        seen[side] += h->s.len - h->skip;
    }
    assert_int_equal(seen[0], c->sent[0]);
    assert_int_equal(seen[1], c->sent[1]);
}

static void what_is_mixed_up_is_put_right(void **state)
{
    struct conversation c;
    uint64_t rng = 2;
    for (int round = 0; round < 4000; round++) {
        struct taken *t = log_of(state);
        converse(&c, &rng);
        repeat_some(&c, &rng);
        mix_up(&c, &rng);
        /* the first bytes that are captured win: not always those that were sent first */
        for (unsigned i = 0; i < c.n; i++)
            for (char *p = c.v[i].text; *p; p++)
                *p = c.stream[c.v[i].side][c.v[i].seq - c.isn[c.v[i].side] - 1 + (uint32_t)(p - c.v[i].text)];
        struct order *o = opened_for(&c);
        run_through(o, t, &c);
        expect_whole(t, &c);
        order_free(o);
    }
}

/* With losses, every byte that was captured comes out once, in the order of its side, and each jump is a gap. */
static void what_is_lost_is_a_gap(void **state)
{
    struct conversation c;
    uint64_t rng = 3;
    for (int round = 0; round < 4000; round++) {
        struct taken *t = log_of(state);
        uint32_t behind[2] = {0, 0}, bytes = 0, captured = 0;
        converse(&c, &rng);
        lose_some(&c, &rng);
        mix_up(&c, &rng);
        for (unsigned i = 0; i < c.n; i++)
            captured += (uint32_t)strlen(c.v[i].text);
        struct order *o = opened_for(&c);
        run_through(o, t, &c);
        for (unsigned i = 0; i < t->n; i++) {
            const struct handed_out *h = &t->v[i];
            uint32_t at = h->s.seq + h->skip - c.isn[h->s.side] - 1;
            assert_true(at >= behind[h->s.side]);
            assert_int_equal(h->gap, at > behind[h->s.side]);
            assert_memory_equal(h->payload + h->skip, c.stream[h->s.side] + at, h->s.len - h->skip);
            behind[h->s.side] = at + h->s.len - h->skip;
            bytes += h->s.len - h->skip;
        }
        assert_int_equal(bytes, captured);
        order_free(o);
    }
}

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct taken));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_goes_straight_through),
        cmocka_unit_test(a_segment_waits_for_its_own_side),
        cmocka_unit_test(an_answer_waits_for_what_it_acknowledges),
        cmocka_unit_test(what_was_sent_before_is_not_handed_out_again),
        cmocka_unit_test(the_syn_comes_first),
        cmocka_unit_test(data_waits_for_the_answer_to_the_syn),
        cmocka_unit_test(without_a_syn_the_lowest_number_begins),
        cmocka_unit_test(a_gap_is_given_up_when_the_queue_is_full),
        cmocka_unit_test(numbers_far_away_change_nothing),
        cmocka_unit_test(one_way_is_not_held_for_ever),
        cmocka_unit_test(what_is_mixed_up_is_put_right),
        cmocka_unit_test(what_is_lost_is_a_gap),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
