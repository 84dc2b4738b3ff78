/* SPDX-License-Identifier: BSD-2-Clause */
/* test_status.c - messages of errors keep what went wrong, however long the names in them are. */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "dpitool/status.h"
#include "util/utf8.h"

enum { PATH_BYTES = 100000 };

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static void short_messages_are_whole(void **state)
{
    struct dpi_err err;
    (void)state;
    assert_int_equal(dpi_fail(&err, DPI_INPUT, "%s: byte %d", "a.pcap", 7), DPI_INPUT);
    assert_int_equal(err.code, DPI_INPUT);
    assert_string_equal(err.msg, "a.pcap: byte 7");
    assert_int_equal(dpi_fail_errno(&err, DPI_OUTPUT, ENOENT, "%s", "a.csv"), DPI_OUTPUT);
    assert_int_equal(err.code, DPI_OUTPUT);
    assert_string_equal(err.msg, "a.csv: No such file or directory");
}

static void long_messages_keep_both_ends(void **state)
{
    static char path[PATH_BYTES + 1];
    struct dpi_err err;
    (void)state;
    memset(path, 'x', PATH_BYTES);
    memcpy(path + PATH_BYTES - 5, ".pcap", 5);
    dpi_fail(&err, DPI_INPUT, "cannot open %s: it has a lock", path);
    assert_int_equal(strlen(err.msg), DPI_ERR_MSG_MAX - 1);
    assert_memory_equal(err.msg, "cannot open xxx", 15);
    assert_non_null(strstr(err.msg, "xxx...xxx"));
    assert_true(ends_with(err.msg, "x.pcap: it has a lock"));
}

static void the_reason_is_never_lost(void **state)
{
    (void)state;
    for (size_t n = DPI_ERR_MSG_MAX - 50; n < DPI_ERR_MSG_MAX + 50; n++) {
        char path[DPI_ERR_MSG_MAX + 50] = "";
        struct dpi_err err;
        memset(path, 'x', n);
        path[n - 1] = 'y';
        dpi_fail_errno(&err, DPI_INPUT, ENOENT, "cannot open %s", path);
        assert_true(strlen(err.msg) < DPI_ERR_MSG_MAX);
        assert_true(ends_with(err.msg, "xy: No such file or directory"));
    }
}

static void no_character_is_cut(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 8; shift++) {
        char path[2048];
        struct dpi_err err;
        memset(path, 'x', shift);
        path[shift] = '\0';
        for (size_t i = 0; i < 400; i++)
            strcat(path, "\U0001f600");
        dpi_fail(&err, DPI_INPUT, "%s: cut", path);
        assert_true(utf8_valid(err.msg, strlen(err.msg)));
        assert_true(ends_with(err.msg, "\U0001f600: cut"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_messages_are_whole),
        cmocka_unit_test(long_messages_keep_both_ends),
        cmocka_unit_test(the_reason_is_never_lost),
        cmocka_unit_test(no_character_is_cut),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
