/* SPDX-License-Identifier: BSD-2-Clause */
/* test_escape.c - nothing unsafe gets out, and no more columns than asked for. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "util/escape.h"
#include "util/utf8.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void escapes(void **state)
{
    static const struct {
        const char *in;
        size_t n;
        unsigned max;
        const char *out;
        unsigned columns;
    } rows[] = {
        {"", 0, 0, "", 0},
        {"abc", 3, 3, "abc", 3},
        {"abcd", 4, 3, "ab…", 3},
        {"abcd", 4, 1, "…", 1},
        {"a\0b", 3, 0, "a\\x00b", 6},
        {"\033[31mred", 8, 0, "\\x1b[31mred", 11},
        {"\x9b", 1, 0, "\\x9b", 4},
        {"\xc2\x9b", 2, 0, "\\u{009b}", 8},
        {"\xe2\x80\xae", 3, 0, "\\u{202e}", 8},
        {"\xf3\xa0\x80\x81", 4, 0, "\\u{e0001}", 9},
        {"\xf4\x8f\xbf\xbf", 4, 0, "\\u{10ffff}", 10},
        {"a\r\n\tb", 5, 0, "a\\x0d\\x0a\\x09b", 14},
        {"a\\x1b", 5, 0, "a\\x1b", 5},
        {"\033\033", 2, 7, "\\x1b…", 5},         /* an escape is whole or not there */
        {"\033", 1, 3, "…", 1},
        {"名前", 6, 4, "名前", 4},
        {"名前x", 7, 4, "名…", 3},
        {"名前", 6, 3, "名…", 3},
        {"名前", 6, 1, "…", 1},
        {"e\xcc\x81", 3, 1, "e\xcc\x81", 1},     /* a mark takes no column */
        {"\xcc\x81" "e", 3, 0, "\\u{0301}e", 9}, /* but stands on nothing here */
        {"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", 11, 0,
         "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u{0301}", 9},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[256];
        unsigned columns = escape_text(out, sizeof(out), rows[i].in, rows[i].n, rows[i].max);
        if (strcmp(out, rows[i].out) != 0 || columns != rows[i].columns)
            fail_msg("row %zu: '%s' in %u columns, not '%s' in %u", i, out, columns, rows[i].out, rows[i].columns);
    }
}

static unsigned width_of(const char *s)
{
    unsigned columns = 0;
    uint32_t cp;
    for (size_t i = 0, len; s[i]; i += len) {
        len = utf8_decode(s + i, strlen(s + i), &cp);
        assert_int_not_equal(len, 0);
        assert_false(utf8_unsafe(cp));
        columns += utf8_width(cp);
    }
    return columns;
}

/* Whatever goes in: valid, safe, within both limits, and the count of columns is right. */
static void keeps_its_limits(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        static const char *const bits[] = {"a", "\xcc\x81", "名", "\xf0\x9f\x98\x80", "\xe2\x80\xae", "\xff", "\033"};
        char in[64] = "";
        size_t n = 0;
        for (int i = 0; i < 12; i++) {
                const char *bit = bits[unit_random(&seed) % LEN(bits)];
            memcpy(in + n, bit, strlen(bit));
            n += strlen(bit);
        }
        size_t size = 8 + unit_random(&seed) % 40;
        unsigned max = (unsigned)(unit_random(&seed) % 20);
        char *out = malloc(size);
        unsigned columns = escape_text(out, size, in, n, max);
        assert_true(strlen(out) < size);
        assert_int_equal(width_of(out), columns);
        assert_true(max == 0 || columns <= max);
        free(out);
    }
}

static void stops_reading_when_full(void **state)
{
    char out[16];
    size_t n = 1 << 16;
    char *in = malloc(n);
    (void)state;
    memset(in, 'x', n);
    assert_int_equal(escape_text(out, sizeof(out), in, n, 0), 13);
    assert_string_equal(out, "xxxxxxxxxxxx…");
    free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes),
        cmocka_unit_test(keeps_its_limits),
        cmocka_unit_test(stops_reading_when_full),
    };
    return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
