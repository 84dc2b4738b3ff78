/* SPDX-License-Identifier: BSD-2-Clause */
/* test_attrs.c - the flat form of attributes: what is written is read back, and nothing else is. */
#include "detect/attrs.h"

#include "unit.h"

#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct attrs_writer writer(uint8_t *p, size_t max)
{
    return (struct attrs_writer){.p = p, .max = max};
}

static struct attrs_entry read_one(const uint8_t *p, size_t n, size_t *pos)
{
    struct attrs_entry e = {0};
    assert_true(attrs_next(p, n, pos, &e));
    return e;
}

static void check_text(struct attrs_entry e, enum dpi_field_id field, const char *text)
{
    assert_int_equal(e.field, field);
    assert_int_equal(e.kind, DPI_TEXT);
    assert_int_equal(e.text.n, strlen(text));
    assert_memory_equal(e.text.p, text, e.text.n);
}

static void reads_back_what_was_written(void **state)
{
    (void)state;
    uint8_t b[256];
    struct attrs_writer w = writer(b, sizeof(b));
    attrs_text(&w, DPI_FIELD_hostname, "example.org", 11);
    attrs_text(&w, DPI_FIELD_tls_alpn, "h2", 2);
    attrs_text(&w, DPI_FIELD_tls_alpn, "", 0);
    attrs_text(&w, DPI_FIELD_tls_alpn, NULL, 7);
    attrs_u64(&w, DPI_FIELD_http_status, UINT64_MAX - 1);
    assert_false(w.cut);
    size_t pos = 0;
    check_text(read_one(b, w.n, &pos), DPI_FIELD_hostname, "example.org");
    check_text(read_one(b, w.n, &pos), DPI_FIELD_tls_alpn, "h2");
    check_text(read_one(b, w.n, &pos), DPI_FIELD_tls_alpn, "");
    struct attrs_entry e = read_one(b, w.n, &pos);
    assert_int_equal(e.field, DPI_FIELD_http_status);
    assert_int_equal(e.kind, DPI_U64);
    assert_true(e.u64 == UINT64_MAX - 1);
    assert_false(attrs_next(b, w.n, &pos, &e));
    assert_int_equal(pos, w.n);
}

/* A text of some characters into room for so many of its bytes. */
static void cuts_between_characters(void **state)
{
    static const struct {
        const char *text;
        size_t room, kept;
    } rows[] = {
        {"abcdef", 6, 6},
        {"abcdef", 5, 5},
        {"ab\xc3\xa9", 3, 2},                 /* U+00E9, two bytes */
        {"a\xe2\x82\xac", 3, 1},              /* U+20AC, three bytes */
        {"a\xf0\x9f\x98\x80z", 4, 1},         /* U+1F600, four bytes */
        {"a\xf0\x9f\x98\x80z", 5, 5},
        {"a\x80\x80\x80\x80\x80\x80", 6, 3},  /* no UTF-8: at most three bytes more are given up */
    };
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        uint8_t b[64];
        struct attrs_entry e;
        size_t pos = 0, n = strlen(rows[i].text);
        struct attrs_writer w = writer(b, ATTRS_HEAD + rows[i].room);
        attrs_text(&w, DPI_FIELD_hostname, rows[i].text, n);
        assert_int_equal(w.cut, rows[i].kept < n);
        assert_true(attrs_next(b, w.n, &pos, &e));
        assert_int_equal(e.text.n, rows[i].kept);
    }
}

static void says_what_did_not_fit(void **state)
{
    (void)state;
    for (size_t max = 0; max <= 14; max++) {
        uint8_t b[16];
        struct attrs_writer text = writer(b, max);
        attrs_text(&text, DPI_FIELD_hostname, "x", 1);
        assert_int_equal(text.cut, max < ATTRS_HEAD + 1);
        assert_int_equal(text.n, max < ATTRS_HEAD + 1 ? 0 : ATTRS_HEAD + 1);
        struct attrs_writer number = writer(b, max);
        attrs_u64(&number, DPI_FIELD_http_status, 200);
        assert_int_equal(number.cut, max < ATTRS_HEAD + 8);
        assert_int_equal(number.n, max < ATTRS_HEAD + 8 ? 0 : ATTRS_HEAD + 8);
    }
}

static void cuts_a_text_longer_than_a_length_can_say(void **state)
{
    static uint8_t b[200000];
    static char text[100000];
    (void)state;
    memset(text, 'x', sizeof(text));
    struct attrs_writer w = writer(b, sizeof(b));
    attrs_text(&w, DPI_FIELD_http_url, text, sizeof(text));
    attrs_text(&w, DPI_FIELD_http_method, "GET", 3);
    assert_true(w.cut);
    size_t pos = 0;
    assert_int_equal(read_one(b, w.n, &pos).text.n, UINT16_MAX);
    check_text(read_one(b, w.n, &pos), DPI_FIELD_http_method, "GET");
}

static void rejects_what_is_not_well_formed(void **state)
{
    static const struct {
        size_t at; /* byte that is changed ... */
        uint8_t to;
    } rows[] = {
        {1, 0xff},        /* a field that does not exist */
        {2, DPI_ABSENT},  /* kinds that are never written */
        {2, DPI_LIST},
        {2, DPI_U64},     /* a number of 3 bytes */
        {3, 4},           /* longer than what is there */
        {4, 0xff},
    };
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        uint8_t b[32];
        struct attrs_entry e;
        size_t pos = 0;
        struct attrs_writer w = writer(b, sizeof(b));
        attrs_text(&w, DPI_FIELD_hostname, "abc", 3);
        b[rows[i].at] = rows[i].to;
        assert_false(attrs_next(b, w.n, &pos, &e));
        assert_int_equal(pos, 0);
    }
}

static void stops_at_every_cut_end(void **state)
{
    (void)state;
    uint8_t b[64];
    struct attrs_writer w = writer(b, sizeof(b));
    attrs_u64(&w, DPI_FIELD_http_status, 404);
    size_t first = w.n;
    attrs_text(&w, DPI_FIELD_http_user_agent, "curl", 4);
    for (size_t n = 0; n <= w.n; n++) {
        struct attrs_entry e;
        size_t pos = 0, count = 0;
        while (attrs_next(b, n, &pos, &e))
            count++;
        assert_int_equal(count, (n >= first) + (n >= w.n));
    }
    size_t behind = w.n + 1;
    struct attrs_entry e;
    assert_false(attrs_next(b, w.n, &behind, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_was_written),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(says_what_did_not_fit),
        cmocka_unit_test(cuts_a_text_longer_than_a_length_can_say),
        cmocka_unit_test(rejects_what_is_not_well_formed),
        cmocka_unit_test(stops_at_every_cut_end),
    };
    return cmocka_run_group_tests_name("attrs", tests, NULL, NULL);
}
