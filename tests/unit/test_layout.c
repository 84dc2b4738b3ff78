/* SPDX-License-Identifier: BSD-2-Clause */
/* test_layout.c - columns on screens of all widths. */
#include "unit.h"

#include "writers/layout.h"

enum { N = 5 };

static const struct layout_column wished[N] = {
    {.natural = 4, .usual = 4, .least = 4, .show = 1},
    {.natural = 39, .usual = 25, .least = 15, .show = 1},
    {.natural = 20, .usual = 12, .least = 6, .show = 1},
    {.natural = 10, .usual = 10, .least = 10, .show = 3},
    {.natural = 100, .usual = 30, .least = 16, .show = 2},
};

static void gives_widths(void **state)
{
    static const struct {
        unsigned screen, width[N];
    } rows[] = {
        {0, {4, 39, 20, 10, 100}},    /* no limit */
        {300, {4, 39, 20, 10, 100}},  /* room for all */
        {150, {4, 25, 12, 10, 95}},   /* what is left goes to the right */
        {87, {4, 25, 12, 10, 32}},
        {71, {4, 25, 12, 10, 16}},    /* all at what they ask for at least */
        {70, {4, 25, 12, 0, 26}},     /* the least wanted goes */
        {59, {4, 33, 20, 0, 0}},
        {43, {4, 25, 12, 0, 0}},
        {30, {4, 15, 9, 0, 0}},       /* the widest shrinks */
        {27, {4, 15, 6, 0, 0}},
        {26, {4, 21, 0, 0, 0}},       /* the rightmost goes */
        {3, {4, 0, 0, 0, 0}},         /* the first stays */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct layout_column v[N];
        for (int c = 0; c < N; c++)
            v[c] = wished[c];
        layout(v, N, 1, rows[i].screen);
        for (int c = 0; c < N; c++)
            if (v[c].width != rows[i].width[c])
                fail_msg("screen %u, column %d: %u, not %u", rows[i].screen, c, v[c].width, rows[i].width[c]);
    }
}

/* Whatever the screen: within it, no column wider than natural or narrower than its least. */
static void keeps_within_every_screen(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct layout_column v[N];
        unsigned screen = (unsigned)(1 + unit_random(&seed) % 200), gap = 1 + round % 2, total = 0;
        for (int c = 0; c < N; c++) {
            v[c].natural = (unsigned)(1 + unit_random(&seed) % 60);
            v[c].usual = (unsigned)(1 + unit_random(&seed) % v[c].natural);
            v[c].least = (unsigned)(1 + unit_random(&seed) % v[c].usual);
            v[c].show = (unsigned)(unit_random(&seed) % 4);
        }
        layout(v, N, gap, screen);
        for (int c = 0; c < N; c++) {
            assert_true(v[c].width <= v[c].natural);
            assert_true(v[c].width == 0 || v[c].width >= v[c].least);
            total += v[c].width ? v[c].width + (total ? gap : 0) : 0;
        }
        assert_true(v[0].width > 0 || v[0].show > 1);
        assert_true(total <= screen || total == v[0].least);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_widths),
        cmocka_unit_test(keeps_within_every_screen),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
