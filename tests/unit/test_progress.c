/* SPDX-License-Identifier: BSD-2-Clause */
/* test_progress.c - what the progress line says. */
#include "cli/progress.h"

#include "unit.h"

#include <string.h>

#define SECOND INT64_C(1000000000)
#define GB UINT64_C(1000000000)

static const struct {
    struct progress_state s;
    unsigned width;
    const char *text;
} rows[] = {
    {{0, 0, 0, 0}, 77, "0 B, 0 packets"},
    {{999, 0, 3, 0}, 77, "999 B, 3 packets"},
    {{1000, 0, 3, 0}, 77, "1.0 kB, 3 packets"},
    {{999499, 0, 3, 0}, 77, "999 kB, 3 packets"},
    {{999600, 0, 3, 0}, 77, "1.0 MB, 3 packets"},
    {{9960000, 0, 3, 0}, 77, "10 MB, 3 packets"},
    {{2 * GB, 0, 7, 4 * SECOND}, 77, "2.0 GB, 500 MB/s, 7 packets"},
    {{GB, 4 * GB, 12345678, 2 * SECOND}, 77, "25 % of 4.0 GB, 0:06 left, 500 MB/s, 12345678 packets"},
    {{GB, 4 * GB, 12345678, 2 * SECOND}, 41, "25 % of 4.0 GB, 0:06 left, 500 MB/s"},
    {{GB, 4 * GB, 12345678, 2 * SECOND}, 30, "25 % of 4.0 GB, 0:06 left"},
    {{GB, 4 * GB, 12345678, 2 * SECOND}, 24, "25 % of 4.0 GB, 500 MB/s"},
    {{GB, 4 * GB, 12345678, 2 * SECOND}, 3, ""},
    {{GB, 4 * GB, 1, SECOND / 10}, 77, "25 % of 4.0 GB, 1 packets"}, /* too early for a rate */
    {{GB, 100 * GB, 1, 100 * SECOND}, 77, "1 % of 100 GB, 2:45:00 left, 10 MB/s, 1 packets"},
    {{1, 100 * GB, 1, SECOND}, 77, "0 % of 100 GB, 1 B/s, 1 packets"}, /* in three thousand years */
    {{GB - 1, GB, 1, SECOND}, 77, "99 % of 1.0 GB, 0:00 left, 1.0 GB/s, 1 packets"},
    {{GB, GB, 1, SECOND}, 77, "100 % of 1.0 GB, 0:00 left, 1.0 GB/s, 1 packets"},
    {{2 * GB, GB, 1, SECOND}, 77, "100 % of 1.0 GB, 0:00 left, 2.0 GB/s, 1 packets"}, /* it grew */
    {{UINT64_MAX, UINT64_MAX, UINT64_MAX, SECOND}, 77,
     "100 % of 18 EB, 0:00 left, 18 EB/s, 18446744073709551615 packets"},
};

static void says_how_far(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[160];
        progress_text(line, sizeof(line), &rows[i].s, rows[i].width);
        assert_string_equal(line, rows[i].text);
        assert_true(strlen(line) <= rows[i].width);
    }
}

static void keeps_to_the_buffer(void **state)
{
    (void)state;
    char line[16];
    progress_text(line, sizeof(line), &(struct progress_state){GB, 4 * GB, 1, 2 * SECOND}, 77);
    assert_string_equal(line, "25 % of 4.0 GB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_how_far),
        cmocka_unit_test(keeps_to_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
