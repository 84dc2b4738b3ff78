/* SPDX-License-Identifier: BSD-2-Clause */
/* test_unknown_framing.c - messages are found in streams however those were cut into segments, and none where there are
 * none. */
#include "unknown/view.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "unknown_made.h"

enum { FLOWS = 20, ROOM = 1 << 16, MSS = 1448 };

/* What a side sends, and how it was cut. */
struct made {
    struct samples samples;
    uint64_t random;
    uint8_t bytes[ROOM];
    uint32_t n;
    uint32_t number; /* of messages */
};

/* Adds a message; returns its size. */
typedef uint32_t write_fn(struct made *m, uint8_t *out);

/* How many of the n bytes that are left, the first of which begins a message of which there are so many, are a segment. */
typedef uint32_t cut_fn(struct made *m, uint32_t message, uint32_t n);

static uint32_t up_to(struct made *m, uint32_t least, uint32_t most)
{
    return least + made_random(&m->random) % (most - least + 1);
}

/* --- messages ----------------------------------------------------------------------------------------- */

/* a7 51, type, zero, length BE of what is behind the first 6 bytes, number, random bytes. */
static uint32_t put_big(struct made *m, uint8_t *out, uint32_t body)
{
    uint32_t n = 10 + body;
    made_bytes(&m->random, out, n);
    memcpy(out, (uint8_t[]){0xa7, 0x51, (uint8_t)up_to(m, 1, 3), 0, (uint8_t)((n - 6) >> 8), (uint8_t)(n - 6)}, 6);
    return n;
}

static uint32_t small(struct made *m, uint8_t *out)
{
    return put_big(m, out, up_to(m, 0, 30));
}

static uint32_t medium(struct made *m, uint8_t *out)
{
    return put_big(m, out, up_to(m, 0, 400));
}

static uint32_t large(struct made *m, uint8_t *out)
{
    return put_big(m, out, up_to(m, 0, 3) ? up_to(m, 10, 200) : up_to(m, 1000, 3000));
}

/* No magic at all: length LE of the whole, type, random bytes. */
static uint32_t bare(struct made *m, uint8_t *out)
{
    uint32_t n = up_to(m, 5, 300);
    made_bytes(&m->random, out, n);
    memcpy(out, (uint8_t[]){(uint8_t)n, (uint8_t)(n >> 8)}, 2);
    return n;
}

/* 5 bytes, length BE of what is behind it, three zeros, an id LE, random bytes: byte orders are mixed. */
static uint32_t put_mixed(struct made *m, uint8_t *out, uint32_t body)
{
    made_bytes(&m->random, out, 7 + body);
    memcpy(out, (uint8_t[]){0x4d, 0x58, (uint8_t)up_to(m, 1, 4), 1, 0x80, (uint8_t)(body >> 8), (uint8_t)body, 0, 0, 0,
                            (uint8_t)up_to(m, 1, 200), 0, 0, 0}, 14);
    return 7 + body;
}

static uint32_t mixed(struct made *m, uint8_t *out)
{
    return put_mixed(m, out, up_to(m, 0, 9) ? up_to(m, 7, 130) : up_to(m, 260, 400));
}

/* The length may as well be one LE of four bytes behind its first. */
static uint32_t mixed_short(struct made *m, uint8_t *out)
{
    return put_mixed(m, out, up_to(m, 7, 130));
}

/* Two bytes that are always zero above those that vary. */
static uint32_t wide(struct made *m, uint8_t *out)
{
    uint32_t n = up_to(m, 12, 900);
    made_bytes(&m->random, out, n);
    memcpy(out, (uint8_t[]){0, 0, (uint8_t)((n - 4) >> 8), (uint8_t)(n - 4), 0, 0, 0, (uint8_t)up_to(m, 1, 5)}, 8);
    return n;
}

static uint32_t line(struct made *m, uint8_t *out)
{
    static const char *const verbs[] = {"HELO", "PUT", "GET", "NOOP", "QUIT"};
    uint32_t n = (uint32_t)sprintf((char *)out, "%s item-%u", verbs[up_to(m, 0, 4)], up_to(m, 0, 99999));
    for (uint32_t i = up_to(m, 0, 30); i > 0; i--)
        out[n++] = (uint8_t)up_to(m, 'a', 'z');
    memcpy(out + n, "\r\n", 2);
    return n + 2;
}

/* A line of one size or the next: its end is where a number would stand that tells the size. */
static uint32_t answer(struct made *m, uint8_t *out)
{
    return (uint32_t)sprintf((char *)out, "+OK temps: %u\r\n", up_to(m, 0, 9999));
}

static uint32_t noise(struct made *m, uint8_t *out)
{
    uint32_t n = up_to(m, 20, 300);
    made_bytes(&m->random, out, n);
    return n;
}

/* Even numbers and zeros. */
static uint32_t even(struct made *m, uint8_t *out)
{
    uint32_t n = 2 * up_to(m, 10, 60);
    for (uint32_t i = 0; i < n; i++)
        out[i] = (uint8_t)(up_to(m, 0, 2) ? 0 : 2 * up_to(m, 0, 20));
    return n;
}

/* All of one size, with a number whose high byte is constant for long. */
static uint32_t fixed(struct made *m, uint8_t *out)
{
    made_bytes(&m->random, out, 24);
    m->number += 3;
    memcpy(out, (uint8_t[]){0x55, 0xaa, 0, 0, (uint8_t)(m->number >> 8), (uint8_t)m->number}, 6);
    return 24;
}

/* A type has a size, and for most of them one is the other's number and ten. */
static uint32_t typed(struct made *m, uint8_t *out)
{
    static const uint32_t sizes[] = {10, 14, 18, 22, 30, 57};
    uint32_t type = up_to(m, 0, 5);
    made_bytes(&m->random, out, sizes[type]);
    out[0] = (uint8_t)(type * 4);
    out[1] = 0;
    return sizes[type];
}

static uint32_t object(struct made *m, uint8_t *out)
{
    return (uint32_t)sprintf((char *)out, "{\"id\":%u,\"method\":\"%s\",\"params\":[%u]}", up_to(m, 0, 9999),
                             up_to(m, 0, 1) ? "get" : "subscribe", up_to(m, 0, 99999999));
}

static uint32_t prose(struct made *m, uint8_t *out)
{
    uint32_t n = up_to(m, 40, 300);
    for (uint32_t i = 0; i < n; i++)
        out[i] = (uint8_t)(up_to(m, 0, 5) ? up_to(m, 'a', 'z') : ' ');
    return n;
}

/* --- segments ----------------------------------------------------------------------------------------- */

static uint32_t whole(struct made *m, uint32_t message, uint32_t n)
{
    (void)m;
    (void)n;
    return message;
}

static uint32_t twos(struct made *m, uint32_t message, uint32_t n)
{
    (void)m;
    (void)message;
    return n < 2 ? n : 2;
}

static uint32_t full(struct made *m, uint32_t message, uint32_t n)
{
    (void)m;
    (void)message;
    return n < MSS ? n : MSS;
}

/* Messages are written one by one, and are larger than a packet may be. */
static uint32_t full_or_whole(struct made *m, uint32_t message, uint32_t n)
{
    (void)m;
    (void)n;
    return message < MSS ? message : MSS;
}

static uint32_t anywhere(struct made *m, uint32_t message, uint32_t n)
{
    (void)message;
    uint32_t size = up_to(m, 1, 60);
    return n < size ? n : size;
}

static uint32_t halves(struct made *m, uint32_t message, uint32_t n)
{
    (void)n;
    return up_to(m, 0, 1) || message < 2 ? message : message / 2;
}

/* --- flows -------------------------------------------------------------------------------------------- */

static void send_all(struct made *m, struct sample *f, const uint32_t *end, cut_fn *cut)
{
    for (uint32_t at = 0, size; at < m->n; at += size) {
        while (*end <= at)
            end++;
        size = cut(m, *end - at, m->n - at);
        sample_add(f, 0, INT64_C(1700000000000000000) + at, m->bytes + at, size, size);
    }
}

static struct view make(struct made *m, write_fn *write, cut_fn *cut, uint32_t messages)
{
    struct view v;
    *m = (struct made){.random = 31};
    for (unsigned i = 0; i < FLOWS; i++) {
        uint32_t end[64];
        m->n = 0;
        for (uint32_t k = 0; k < messages; k++) {
            m->n += write(m, m->bytes + m->n);
            end[k] = m->n;
        }
        send_all(m, made_flow(&m->samples, 6, 7000), end, cut);
    }
    view_make(&v, (const struct sample *const *)m->samples.v, m->samples.n, 0);
    return v;
}

/* --- what is found ------------------------------------------------------------------------------------ */

static cut_fn *const cuts[] = {whole, twos, full, full_or_whole, anywhere, halves};
static const uint32_t numbers[] = {1, 13, 40}; /* of messages in a stream */

enum { CUTS = sizeof(cuts) / sizeof(cuts[0]), NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

/* Calls fn with what is made of the messages, however they are cut. */
static void each_cut(write_fn *write, void (*fn)(const struct view *v, uint32_t messages, const void *ctx),
                     const void *ctx)
{
    static struct made m;
    for (unsigned i = 0; i < CUTS; i++)
        for (unsigned k = 0; k < NUMBERS; k++) {
            struct view v = make(&m, write, cuts[i], numbers[k]);
            fn(&v, numbers[k], ctx);
            view_free(&v);
            samples_free(&m.samples);
        }
}

static void is_framing(const struct view *v, uint32_t messages, const void *expected)
{
    const struct framing *f = &v->framing, *wanted = expected;
    assert_int_equal(f->kind, FRAMING_LENGTH);
    assert_int_equal(f->skip, 0);
    assert_int_equal(f->form.width, wanted->form.width);
    assert_int_equal(f->form.little, wanted->form.little);
    assert_int_equal(f->at, wanted->at);
    assert_int_equal(f->add, wanted->add);
    assert_int_equal(f->whole, f->streams);
    assert_true(v->m.n <= FLOWS * messages);
    if (f->streams == FLOWS)
        assert_int_equal(v->m.n, FLOWS * messages);
}

static void by_length_in_big_endian(void **state)
{
    static const struct framing expected = {.form = {2, false}, .at = 4, .add = 6};
    (void)state;
    each_cut(small, is_framing, &expected);
    each_cut(medium, is_framing, &expected);
    each_cut(large, is_framing, &expected);
}

static void by_length_that_is_wide(void **state)
{
    static const struct framing expected = {.form = {4, false}, .at = 0, .add = 4};
    (void)state;
    each_cut(wide, is_framing, &expected);
}

static void by_length_alone(void **state)
{
    static const struct framing expected = {.form = {2, true}, .at = 0, .add = 0};
    (void)state;
    each_cut(bare, is_framing, &expected);
}

static void by_length_beside_zeros(void **state)
{
    static const struct framing expected = {.form = {2, false}, .at = 5, .add = 7};
    (void)state;
    each_cut(mixed, is_framing, &expected);
    each_cut(mixed_short, is_framing, &expected);
}

static void is_lines(const struct view *v, uint32_t messages, const void *ctx)
{
    (void)ctx;
    assert_int_equal(v->framing.kind, FRAMING_DELIMITER);
    assert_string_equal(v->framing.delimiter->name, "CRLF");
    for (size_t i = 0; i < v->m.n; i++)
        assert_memory_equal(v->m.v[i].bytes + v->m.v[i].kept - 2, "\r\n", 2);
    if (v->framing.lines)
        assert_int_equal(v->m.n, FLOWS * messages);
}

static void by_line(void **state)
{
    (void)state;
    each_cut(line, is_lines, NULL);
}

static void line_end_is_no_length(void **state)
{
    static struct made m;
    (void)state;
    for (uint32_t messages = 2; messages < 40; messages++) {
        struct view v = make(&m, answer, whole, messages);
        is_lines(&v, messages, NULL);
        view_free(&v);
        samples_free(&m.samples);
    }
}

/* Who said nothing speaks neither for lines nor against them. */
static void silent_streams(void **state)
{
    static struct made m;
    (void)state;
    struct view v = make(&m, line, twos, 13);
    struct framing without = v.framing;
    view_free(&v);
    for (unsigned i = 0; i < 3 * FLOWS; i++)
        made_flow(&m.samples, 6, 7000);
    view_make(&v, (const struct sample *const *)m.samples.v, m.samples.n, 0);
    assert_int_equal(v.framing.kind, without.kind);
    assert_int_equal(v.framing.streams, without.streams);
    assert_int_equal(v.framing.starts, without.starts);
    view_free(&v);
    samples_free(&m.samples);
}

static void is_nothing(const struct view *v, uint32_t messages, const void *ctx)
{
    (void)messages;
    (void)ctx;
    assert_int_equal(v->framing.kind, FRAMING_NONE);
}

static void none(void **state)
{
    (void)state;
    each_cut(noise, is_nothing, NULL);
    each_cut(even, is_nothing, NULL);
    each_cut(fixed, is_nothing, NULL);
    each_cut(typed, is_nothing, NULL);
    each_cut(object, is_nothing, NULL);
    each_cut(prose, is_nothing, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_length_in_big_endian),
        cmocka_unit_test(by_length_that_is_wide),
        cmocka_unit_test(by_length_alone),
        cmocka_unit_test(by_length_beside_zeros),
        cmocka_unit_test(by_line),
        cmocka_unit_test(line_end_is_no_length),
        cmocka_unit_test(silent_streams),
        cmocka_unit_test(none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
