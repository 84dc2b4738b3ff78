/* SPDX-License-Identifier: BSD-2-Clause */
/* test_holes.c - what is missing of a stream, against a map of every byte. */
#include "flow/holes.h"

#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void nothing_is_missing_of_nothing(void **state)
{
    (void)state;
    assert_int_equal(holes_bytes(NULL), 0);
    assert_int_equal(holes_fill(NULL, 1, 100), 0);
}

static void parts_are_filled(void **state)
{
    (void)state;
    struct holes *h = NULL;
    holes_add(&h, 0xfffffff0u, 16); /* over the end of the numbers */
    assert_int_equal(holes_bytes(h), 32);
    assert_int_equal(holes_fill(h, 0xfffffff8u, 8), 16); /* the middle: two are left */
    assert_int_equal(holes_bytes(h), 16);
    assert_int_equal(holes_fill(h, 0xfffffff8u, 8), 0);
    assert_int_equal(holes_fill(h, 0xffffff00u, 0xfffffff4u), 4);
    assert_int_equal(holes_fill(h, 12, 400), 4);
    assert_int_equal(holes_bytes(h), 8);
    assert_int_equal(holes_fill(h, 0xffffff00u, 400), 8);
    assert_int_equal(holes_bytes(h), 0);
    free(h);
}

static void the_oldest_is_given_up_but_counted(void **state)
{
    (void)state;
    struct holes *h = NULL;
    for (uint32_t i = 0; i < 1000; i++)
        holes_add(&h, i * 10, i * 10 + 1);
    assert_int_equal(holes_bytes(h), 1000);
    assert_int_equal(holes_fill(h, 0, 1), 0);
    assert_int_equal(holes_fill(h, 9990, 9991), 1);
    assert_int_equal(holes_bytes(h), 999);
    free(h);
}

/* Random ranges, few enough holes that none is given up. */
static void agrees_with_a_map(void **state)
{
    enum { BYTES = 400, BASE = 0xffffff00u, ROUNDS = 2000 };
    (void)state;
    uint64_t rng = 1;
    for (int round = 0; round < ROUNDS; round++) {
        struct holes *h = NULL;
        bool missing[BYTES] = {false};
        uint32_t end = 0, left = 0;
        for (int i = 0; i < 4; i++) {
            uint32_t from = end + (uint32_t)unit_random(&rng) % 50, to = from + 1 + (uint32_t)unit_random(&rng) % 40;
            holes_add(&h, BASE + from, BASE + to);
            memset(missing + from, true, to - from);
            left += to - from;
            end = to;
        }
        for (int i = 0; i < 8; i++) {
            uint32_t from = (uint32_t)unit_random(&rng) % end, to = from + 1 + (uint32_t)unit_random(&rng) % 60, filled = 0;
            for (uint32_t at = from; at < to && at < BYTES; at++)
                filled += missing[at];
            memset(missing + from, false, (to < BYTES ? to : BYTES) - from);
            left -= filled;
            assert_int_equal(holes_fill(h, BASE + from, BASE + to), filled);
            assert_int_equal(holes_bytes(h), left);
        }
        free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_missing_of_nothing),
        cmocka_unit_test(parts_are_filled),
        cmocka_unit_test(the_oldest_is_given_up_but_counted),
        cmocka_unit_test(agrees_with_a_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
