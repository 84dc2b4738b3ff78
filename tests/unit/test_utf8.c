/* SPDX-License-Identifier: BSD-2-Clause */
/* test_utf8.c - decoding, widths, and what must not reach a terminal. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void decodes(void **state)
{
    static const struct {
        const char *s;
        size_t n, len;
        uint32_t cp;
    } rows[] = {
        {"\0", 1, 1, 0},
        {"A", 1, 1, 'A'},
        {"\x7f", 1, 1, 0x7f},
        {"\xc2\x80", 2, 2, 0x80},
        {"\xdf\xbf", 2, 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 3, 0x800},
        {"\xed\x9f\xbf", 3, 3, 0xd7ff},
        {"\xee\x80\x80", 3, 3, 0xe000},
        {"\xf0\x90\x80\x80", 4, 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
        {"\x80", 1, 0, 0},             /* stray */
        {"\xbf\x41", 2, 0, 0},
        {"\xc0\x80", 2, 0, 0},         /* overlong */
        {"\xc1\xbf", 2, 0, 0},
        {"\xe0\x9f\xbf", 3, 0, 0},
        {"\xf0\x8f\xbf\xbf", 4, 0, 0},
        {"\xed\xa0\x80", 3, 0, 0},     /* surrogates */
        {"\xed\xbf\xbf", 3, 0, 0},
        {"\xf4\x90\x80\x80", 4, 0, 0}, /* beyond U+10FFFF */
        {"\xf5\x80\x80\x80", 4, 0, 0},
        {"\xff", 1, 0, 0},
        {"\xc3", 1, 0, 0},             /* cut */
        {"\xe2\x82", 2, 0, 0},
        {"\xf0\x9f\x98", 3, 0, 0},
        {"\xc3(", 2, 0, 0},
        {"\xe2\x28\xa1", 3, 0, 0},
        {"\xe2\x82(", 3, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        uint32_t cp = 0;
        char *exact = malloc(rows[i].n); /* so that a read beyond the end is seen */
        memcpy(exact, rows[i].s, rows[i].n);
        size_t len = utf8_decode(exact, rows[i].n, &cp);
        if (len != rows[i].len || (len && cp != rows[i].cp))
            fail_msg("row %zu: length %zu, U+%04X", i, len, cp);
        free(exact);
    }
}

static void validates(void **state)
{
    (void)state;
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("a\0b", 3));
    assert_true(utf8_valid("\xd0\xbf\xd1\x80", 4));
    assert_false(utf8_valid("\xd0\xbf\xd1", 3));
    assert_false(utf8_valid("abc\x80", 4));
}

static void knows_widths(void **state)
{
    static const struct {
        uint32_t cp;
        unsigned width;
    } rows[] = {
        {'a', 1},     {'~', 1},     {0xe9, 1},    {0x416, 1},   {0x300, 0},    {0x20dd, 0},   {0x4e2d, 2},
        {0xac00, 2},  {0x1161, 0},  {0xff21, 2},  {0xff71, 1},  {0x1f600, 2},  {0x20000, 2},  {0x3fffd, 2},
        {0x2500, 1},  {0x1100, 2},  {0x378, 1},   {0x10fffd, 0},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        if (utf8_width(rows[i].cp) != rows[i].width)
            fail_msg("U+%04X: %u", rows[i].cp, utf8_width(rows[i].cp));
}

static void knows_what_is_unsafe(void **state)
{
    static const uint32_t unsafe[] = {
        0,      0x07,   0x1b,   0x7f,   0x80,   0x9b,    0x9f,    0xad,    0x34f,    0x61c,    0x180e,  0x200b,
        0x200d, 0x200e, 0x2028, 0x2029, 0x202a, 0x202e,  0x2066,  0x2069,  0xe000,   0xfe0f,   0xfeff,  0xfff9,
        0xfffe, 0xffff, 0xfdd0, 0x3164, 0xd800, 0xe0001, 0xe0041, 0xf0000, 0x10fffd, 0x10ffff, 0x1fffe, 0x115f,
    };
    static const uint32_t safe[] = {' ', 'a', '~', 0xa0, 0xe9, 0x301, 0x5d0, 0x627, 0x4e2d, 0x2026, 0xfffd, 0x1f600};
    (void)state;
    for (size_t i = 0; i < LEN(unsafe); i++)
        if (!utf8_unsafe(unsafe[i]))
            fail_msg("U+%04X must not reach a terminal", unsafe[i]);
    for (size_t i = 0; i < LEN(safe); i++)
        if (utf8_unsafe(safe[i]))
            fail_msg("U+%04X may reach a terminal", safe[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(validates),
        cmocka_unit_test(knows_widths),
        cmocka_unit_test(knows_what_is_unsafe),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
