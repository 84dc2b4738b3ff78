/* SPDX-License-Identifier: BSD-2-Clause */
/* test_stream.c - TCP streams: cases with names, and thousands of random connections against a model. */
#include "reasm/stream.h"

#include "decode/decode.h"
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- cases: what comes out as text, the sides as < and >, gaps as [N] ---------------------------------- */

struct text {
    char p[1024];
    size_t n;
    int side;
};

static void write_piece(void *ctx, const struct stream_piece *p)
{
    struct text *t = ctx;
    if (t->side != (int)p->side)
        t->n += (size_t)snprintf(t->p + t->n, sizeof(t->p) - t->n, "%c", "><"[p->side]);
    t->side = (int)p->side;
    t->n += p->gap ? (size_t)snprintf(t->p + t->n, sizeof(t->p) - t->n, "[%u]", (unsigned)p->n)
                   : (size_t)snprintf(t->p + t->n, sizeof(t->p) - t->n, "%.*s", (int)p->n, (const char *)p->data);
}

/* A segment of a case: side, flags, seq and ack from 0 (the SYNs), bytes; cap: how many of them, or ALL. */
enum { ALL = -1, A = TCP_ACK, S = TCP_SYN, F = TCP_FIN, R = TCP_RST };
struct row {
    unsigned side;
    uint8_t flags;
    uint32_t seq, ack;
    const char *bytes;
    int cap;
};

static const uint32_t isn[2] = {UINT32_MAX - 4, 77};

static void push(struct stream *s, const struct row *r)
{
    uint32_t len = (uint32_t)strlen(r->bytes);
    struct stream_segment seg = {
        .seq = r->seq + isn[r->side], .ack = r->ack + isn[!r->side], .flags = r->flags, .len = len,
        .cap = r->cap == ALL ? len : (uint32_t)r->cap, .data = (const uint8_t *)r->bytes,
    };
    stream_push(s, r->side, &seg);
}

static struct stream_counts play(const struct row *rows, size_t n, const char *expected)
{
    struct text t = {.side = -1};
    struct stream *s = stream_new(&(struct stream_options){STREAM_DEFAULTS, .history = 16}, write_piece, &t);
    for (size_t i = 0; i < n; i++)
        push(s, &rows[i]);
    stream_finish(s);
    struct stream_counts counts = *stream_counts(s, 0);
    stream_free(s);
    assert_string_equal(t.p, expected);
    return counts;
}

#define PLAY(expected, ...) \
    play((const struct row[]){__VA_ARGS__}, sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row), expected)
#define SYNS {0, S, 0, 0, "", ALL}, {1, S | A, 0, 1, "", ALL}

static void gives_turns(void **state)
{
    (void)state;
    PLAY(">GET <200 >BYE", SYNS, {0, A, 1, 1, "GET ", ALL}, {1, A, 1, 5, "200 ", ALL}, {0, A | F, 5, 5, "BYE", ALL});
}

static void puts_segments_in_order(void **state)
{
    (void)state;
    struct stream_counts c = PLAY(">abcdef", SYNS, {0, A, 5, 1, "ef", ALL}, {0, A, 3, 1, "cd", ALL},
                                  {0, A, 1, 1, "ab", ALL});
    assert_int_equal(c.out_of_order, 2);
    PLAY(">abcd", {0, A, 3, 1, "cd", ALL}, {0, S, 0, 0, "", ALL}, {0, A, 1, 1, "ab", ALL});
}

static void keeps_first_bytes(void **state)
{
    (void)state;
    struct stream_counts c = PLAY(">abcdefgh", SYNS, {0, A, 1, 1, "abcd", ALL}, {0, A, 1, 1, "XXXX", ALL},
                                  {0, A, 3, 1, "XXef", ALL}, {0, A, 7, 1, "gh", ALL});
    assert_int_equal(c.retransmits, 1);
    assert_int_equal(c.overlap_bytes, 2);
    assert_int_equal(c.other_bytes, 4 + 2);
    c = PLAY(">abcdefgh", SYNS, {0, A, 3, 1, "cd", ALL}, {0, A, 6, 1, "f", ALL}, {0, A, 1, 1, "abXXeXgh", ALL});
    assert_int_equal(c.other_bytes, 2 + 1);
}

static void compares_what_comes_again(void **state)
{
    (void)state;
    struct stream_counts c = PLAY(">abcd", SYNS, {0, A, 1, 1, "abcd", ALL}, {0, A, 1, 1, "abcd", ALL},
                                  {0, A, 4, 1, "X", ALL}); /* the last one is a keep-alive */
    assert_int_equal(c.other_bytes, 0);
    c = PLAY(">ab[2]ef", SYNS, {0, A, 1, 1, "abcd", 2}, {0, A, 5, 1, "ef", ALL}, {0, A, 1, 1, "abXXeX", ALL});
    assert_int_equal(c.other_bytes, 1); /* what was not captured is no other */
    c = PLAY(">abcdefghijklmnopqrst", SYNS, {0, A, 1, 1, "abcdefghijklmnopqrst", ALL},
             {0, A, 1, 1, "XXXXXXXXXXXXXXXXXXXX", ALL});
    assert_int_equal(c.other_bytes, 16); /* all that is kept */
}

static void says_what_is_missing(void **state)
{
    (void)state;
    struct stream_counts c = PLAY(">ab[2]ef", SYNS, {0, A, 1, 1, "ab", ALL}, {0, A, 5, 1, "ef", ALL});
    assert_int_equal(c.gap_bytes, 2);
    PLAY(">ab[4]g", SYNS, {0, A, 1, 1, "abcdef", 2}, {0, A, 7, 1, "g", ALL});
    PLAY(">[6]", SYNS, {0, A, 1, 1, "abcdef", 0});
    PLAY(">[3]d", {0, A, 1, 1, "", ALL}, {0, A, 4, 1, "d", ALL});
}

/* The answer was captured before the request. */
static void waits_for_what_is_acknowledged(void **state)
{
    (void)state;
    PLAY(">GET <200 ", SYNS, {1, A, 1, 5, "200 ", ALL}, {0, A, 1, 1, "GET ", ALL});
    PLAY(">GET <200 ", {1, A, 1, 5, "200 ", ALL}, {0, A, 1, 1, "GET ", ALL});
    PLAY("<200 ", SYNS, {1, A, 1, 5, "200 ", ALL});
}

static void starts_in_the_middle(void **state)
{
    (void)state;
    PLAY(">abcdef", {0, A, 103, 1, "cd", ALL}, {0, A, 101, 1, "ab", ALL}, {0, A, 105, 1, "ef", ALL});
    PLAY("<xy>ab", {1, A, 1, 101, "xy", ALL}, {0, A, 101, 3, "ab", ALL});
    PLAY(">ab", {0, A, 100, 1, "", ALL}, {0, A, 101, 1, "ab", ALL}); /* a keep-alive first */
}

static void ignores_what_is_no_stream(void **state)
{
    (void)state;
    PLAY(">abcd", SYNS, {0, A, 1, 1, "ab", ALL}, {0, A, 2, 1, "b", ALL}, {0, A, 2, 1, "", ALL}, {0, R, 3, 0, "no", ALL},
         {0, A, 3, 1, "cd", ALL});
}

static void takes_data_in_a_syn(void **state)
{
    (void)state;
    PLAY(">abcd", {0, S, 0, 0, "ab", ALL}, {1, S | A, 0, 3, "", ALL}, {0, A, 3, 1, "cd", ALL});
}

static void begins_again_with_another_syn(void **state)
{
    (void)state;
    PLAY(">ab<x>[1]def<y", SYNS, {0, A, 1, 1, "ab", ALL}, {0, A, 4, 1, "d", ALL}, {1, A, 1, 1, "x", ALL},
         {0, S, 9000, 0, "", ALL}, {1, S | A, 500, 9001, "", ALL}, {0, A, 9001, 501, "ef", ALL},
         {1, A, 501, 9003, "y", ALL});
}

/* The server forgot that it had answered. */
static void keeps_what_is_answered_anew(void **state)
{
    (void)state;
    PLAY(">ab<x>cd", SYNS, {0, A, 1, 1, "ab", ALL}, {1, S | A, 700, 1, "", ALL}, {0, A, 1, 701, "ab", ALL},
         {1, A, 701, 3, "x", ALL}, {0, A, 3, 702, "cd", ALL});
}

static void believes_no_jump_alone(void **state)
{
    (void)state;
    struct stream_counts c = PLAY(">abcd", SYNS, {0, A, 1, 1, "ab", ALL}, {0, A, 1u << 31, 1, "no", ALL},
                                  {0, A, 1u << 29, 1, "no", ALL}, {0, A, 3, 1, "cd", ALL});
    assert_int_equal(c.unbelieved, 2);
    PLAY(">ab[99999998]lost", SYNS, {0, A, 1, 1, "ab", ALL}, {0, A, 99999999, 1, "..", ALL},
         {0, A, 100000001, 1, "lost", ALL});
}

/* A hole that the other side has acknowledged is given up after a while, one that it has not is waited for. */
static void gives_up_holes_with_patience(void **state)
{
    struct text t = {.side = -1};
    struct stream *s = stream_new(&stream_defaults, write_piece, &t);
    static const struct row begin[] = {SYNS, {0, A, 3, 1, "cd", ALL}};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        push(s, &begin[i]);
    for (unsigned i = 0; i < 100; i++)
        push(s, &(struct row){1, A, 1, 1, "", ALL});
    assert_string_equal(t.p, "");
    for (unsigned i = 0; i < 16; i++)
        push(s, &(struct row){1, A, 1, 5, "", ALL});
    assert_string_equal(t.p, "");
    push(s, &(struct row){1, A, 1, 5, "", ALL});
    assert_string_equal(t.p, ">[2]cd");
    stream_free(s);
}

static void count_bytes(void *ctx, const struct stream_piece *p)
{
    *(uint64_t *)ctx += p->n;
}

/* A hole at the start, and more behind it than may wait, in the worst order. */
static void is_bounded(void **state)
{
    static const struct stream_options small = {.queue_bytes = 4096, .queue_pieces = 16, .patience = 16};
    uint64_t given = 0;
    struct stream *s = stream_new(&small, count_bytes, &given);
    (void)state;
    push(s, &(struct row){0, S, 0, 0, "", ALL});
    for (uint32_t i = 100000; i > 2; i -= 2)
        push(s, &(struct row){0, A, i, 1, "x", ALL});
    assert_in_range(given, 99900, 100000);
    stream_free(s);
}

/* --- the model ---------------------------------------------------------------------------------------- */

enum { STREAM_MAX = 2048, SEGMENTS_MAX = 512, MISSING = 256, UNSEEN = 257 };

struct model_segment {
    unsigned side;
    uint8_t flags;
    uint32_t at, len, cap, ack; /* bytes of the side from at on; bytes of the other side that it acknowledges */
    bool forged;                /* its bytes are wrong */
    int64_t when;
};

struct model {
    uint64_t seed;
    uint32_t isn[2];
    uint32_t length[2];
    uint8_t byte[2][STREAM_MAX];
    uint16_t first[2][STREAM_MAX]; /* what was pushed first of each byte, MISSING when it was not captured */
    int64_t time[2][STREAM_MAX];   /* and the number of the segment that had it */
    int64_t pushed;
    uint32_t needs[2][STREAM_MAX]; /* bytes of the other side that come before */
    struct model_segment v[SEGMENTS_MAX];
    size_t n;
    bool in_order;    /* nothing was moved */
    bool lossless;
    uint32_t out[2];  /* bytes given out */
    uint32_t from[2]; /* where the first of them stands */
    bool begun[2];
    size_t turn;      /* in_order: the segment that is given out */
};

static uint32_t pick(struct model *m, uint32_t n)
{
    return (uint32_t)(unit_random(&m->seed) >> 33) % n;
}

static void add(struct model *m, unsigned side, uint8_t flags, uint32_t at, uint32_t len, uint32_t ack)
{
    if (m->n < SEGMENTS_MAX)
        m->v[m->n++] = (struct model_segment){.side = side, .flags = flags, .at = at, .len = len, .cap = len,
                                              .ack = ack};
}

/* Both sides talk, each segment acknowledging all of the other side before it. */
static void talk(struct model *m, bool syn)
{
    if (syn) {
        add(m, 0, TCP_SYN, 0, 0, 0);
        add(m, 1, TCP_SYN | TCP_ACK, 0, 0, 0);
    }
    for (unsigned turns = pick(m, 12); turns; turns--) {
        unsigned side = pick(m, 2);
        for (unsigned segments = 1 + pick(m, 5); segments; segments--) {
            uint32_t len = 1 + pick(m, 40), at = m->length[side];
            if (at + len > STREAM_MAX || m->n >= SEGMENTS_MAX / 4)
                return;
            for (uint32_t i = 0; i < len; i++) {
                m->byte[side][at + i] = (uint8_t)pick(m, 256);
                m->needs[side][at + i] = m->length[!side];
            }
            add(m, side, TCP_ACK, at, len, m->length[!side]);
            m->length[side] += len;
        }
        if (pick(m, 3) == 0)
            add(m, !side, TCP_ACK, m->length[!side], 0, m->length[side]);
    }
}

/* Sends some bytes again: other cuts, wrong bytes. What is pushed first wins, so it may be the wrong ones. */
static void repeat(struct model *m, unsigned times)
{
    size_t n = m->n;
    for (; times && n; times--) {
        struct model_segment s = m->v[pick(m, (uint32_t)n)];
        if (s.flags & TCP_SYN || !s.len)
            continue;
        s.at += pick(m, s.len);
        s.len = 1 + pick(m, m->length[s.side] - s.at < 60 ? m->length[s.side] - s.at : 60);
        while (m->needs[s.side][s.at + s.len - 1] != m->needs[s.side][s.at])
            s.len--; /* one that spans turns of both sides tells no order */
        s.ack = m->needs[s.side][s.at];
        s.cap = pick(m, 4) ? s.len : pick(m, s.len);
        s.forged = pick(m, 2);
        s.when = -1;
        if (m->n < SEGMENTS_MAX)
            m->v[m->n++] = s;
    }
}

static int by_when(const void *a, const void *b)
{
    const struct model_segment *x = a, *y = b;
    return x->when < y->when ? -1 : x->when > y->when;
}

/* Moves every segment by up to distance places; those that came last in the list go anywhere behind. */
static void move(struct model *m, uint32_t distance)
{
    int64_t last = 0;
    for (size_t i = 0; i < m->n; i++) {
        bool again = m->v[i].when < 0;
        if (!again)
            last = (int64_t)i;
        if (m->v[i].flags == TCP_SYN)
            continue; /* what comes before it is another case */
        m->v[i].when = (int64_t)(again ? pick(m, (uint32_t)last + 1) : i) * 1000 + pick(m, distance * 1000 + 1);
        m->v[i].when = m->v[i].when * SEGMENTS_MAX + (int64_t)i; /* a total order */
    }
    qsort(m->v, m->n, sizeof(m->v[0]), by_when);
}

static void lose(struct model *m, uint32_t one_in)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->v[i].flags & TCP_SYN || pick(m, one_in))
            m->v[kept++] = m->v[i];
    m->n = kept;
}

/* in_order: the next bytes of the segment whose turn it is. */
static void check_turn(struct model *m, unsigned side, uint32_t at)
{
    while (m->turn < m->n && (m->v[m->turn].side != side || at < m->v[m->turn].at ||
                              at >= m->v[m->turn].at + m->v[m->turn].len))
        m->turn++;
    if (m->turn == m->n)
        fail_msg("byte %u of side %u out of turn", at, side);
}

static void check_piece(void *ctx, const struct stream_piece *p)
{
    struct model *m = ctx;
    for (uint64_t i = 0; i < p->n; i++) {
        uint32_t at = m->from[p->side] + m->out[p->side]++;
        if (at >= m->length[p->side])
            fail_msg("side %u is too long", p->side);
        unsigned want = m->first[p->side][at], got = p->gap ? MISSING : p->data[i];
        if (want != got && !(want == UNSEEN && got == MISSING))
            fail_msg("byte %u of side %u: %u, not %u", at, p->side, got, want);
        if (!p->gap && p->time_ns != m->time[p->side][at])
            fail_msg("byte %u of side %u has another segment's time", at, p->side);
        if (m->lossless && m->out[!p->side] < m->needs[p->side][at])
            fail_msg("byte %u of side %u before byte %u of the other", at, p->side, m->out[!p->side]);
        if (m->in_order)
            check_turn(m, p->side, at);
    }
}

static void push_model(struct model *m, struct stream *s, const struct model_segment *v)
{
    uint8_t bytes[128];
    bool syn = v->flags & TCP_SYN;
    m->pushed++;
    for (uint32_t i = 0; i < v->len; i++) {
        bytes[i] = (uint8_t)(m->byte[v->side][v->at + i] ^ (v->forged ? 0xff : 0));
        uint16_t *first = &m->first[v->side][v->at + i];
        if (*first != UNSEEN)
            continue;
        *first = i < v->cap ? bytes[i] : MISSING;
        m->time[v->side][v->at + i] = m->pushed;
    }
    struct stream_segment seg = {
        .seq = m->isn[v->side] + v->at + !syn, .ack = m->isn[!v->side] + v->ack + 1, .flags = v->flags, .len = v->len,
        .cap = v->cap, .data = bytes, .time_ns = m->pushed,
    };
    stream_push(s, v->side, &seg);
}

/* The last byte of the side that was pushed, and one. */
static uint32_t end_of(const struct model *m, unsigned side)
{
    uint32_t n = m->length[side];
    while (n && m->first[side][n - 1] == UNSEEN)
        n--;
    return n;
}

/* Nothing is moved so far that it is given up. */
static const struct stream_options patient = {.queue_bytes = 1 << 20, .queue_pieces = 1000, .patience = 100};

static void run_model(uint64_t seed, bool syn, uint32_t distance, uint32_t loss, unsigned repeats)
{
    struct model *m = calloc(1, sizeof(*m));
    m->seed = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (unsigned side = 0; side < 2; side++) {
        m->isn[side] = pick(m, 2) ? UINT32_MAX - pick(m, STREAM_MAX) : pick(m, UINT32_MAX);
        for (size_t i = 0; i < STREAM_MAX; i++)
            m->first[side][i] = UNSEEN;
    }
    talk(m, syn);
    m->in_order = !distance && !repeats && !loss;
    m->lossless = !loss;
    repeat(m, repeats);
    move(m, distance);
    if (loss)
        lose(m, loss);
    struct stream *s = stream_new(&patient, check_piece, m);
    for (size_t i = 0; i < m->n; i++)
        push_model(m, s, &m->v[i]);
    stream_finish(s);
    for (unsigned side = 0; side < 2; side++)
        if (m->out[side] != end_of(m, side))
            fail_msg("seed %lu: side %u has %u bytes, not %u", (unsigned long)seed, side, m->out[side], end_of(m, side));
    stream_free(s);
    free(m);
}

enum { RUNS = 10000 };

static void model_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        run_model(seed, seed % 2, 0, 0, 0);
}

static void model_out_of_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        run_model(seed, true, 1 + (uint32_t)seed % 7, 0, 0);
}

static void model_repeated(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        run_model(seed, true, (uint32_t)seed % 7, 0, (unsigned)seed % 40);
}

/* Without SYNs the first segments of a side are put right, too. */
static void model_mid_stream(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        run_model(seed, false, (uint32_t)seed % 3, 0, 0);
}

static void model_lost(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        run_model(seed, true, (uint32_t)seed % 5, 2 + (uint32_t)seed % 20, (unsigned)seed % 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_turns),
        cmocka_unit_test(puts_segments_in_order),
        cmocka_unit_test(keeps_first_bytes),
        cmocka_unit_test(compares_what_comes_again),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(waits_for_what_is_acknowledged),
        cmocka_unit_test(starts_in_the_middle),
        cmocka_unit_test(ignores_what_is_no_stream),
        cmocka_unit_test(takes_data_in_a_syn),
        cmocka_unit_test(begins_again_with_another_syn),
        cmocka_unit_test(keeps_what_is_answered_anew),
        cmocka_unit_test(believes_no_jump_alone),
        cmocka_unit_test(gives_up_holes_with_patience),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(model_in_order),
        cmocka_unit_test(model_out_of_order),
        cmocka_unit_test(model_repeated),
        cmocka_unit_test(model_mid_stream),
        cmocka_unit_test(model_lost),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
