/* SPDX-License-Identifier: BSD-2-Clause */
/* test_nearest.c - what was meant. */
#include "unit.h"

#include <string.h>

#include "util/nearest.h"

static const char *word_at(size_t i, void *words)
{
    return ((const char *const *)words)[i];
}

static void finds_what_was_meant(void **state)
{
    static const char *const words[] = {"classify", "fields", "hostname", "src_ip", "dst_ip", "json", "csv", NULL};
    static const struct {
        const char *word, *meant;
    } rows[] = {
        {"clasify", "classify"},  /* missing */
        {"classsify", "classify"}, /* too many */
        {"clasisfy", "classify"}, /* swapped */
        {"klassify", "classify"}, /* wrong */
        {"host", "hostname"},     /* begun */
        {"jsno", "json"},
        {"scv", "csv"},
        {"srcip", "src_ip"},
        {"ip", NULL},
        {"xyzzy", NULL},
        {"h", NULL},
        {"", NULL},
        {"hostname_of_the_server_and_much_more_text_than_any_name_that_there_is", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *meant = nearest(rows[i].word, strlen(rows[i].word), word_at, (void *)words);
        if ((meant == NULL) != (rows[i].meant == NULL) || (meant && strcmp(meant, rows[i].meant) != 0))
            fail_msg("'%s': %s", rows[i].word, meant ? meant : "nothing");
    }
}

static void looks_at_n_bytes_only(void **state)
{
    static const char *const words[] = {"csv", NULL};
    (void)state;
    assert_string_equal(nearest("csw:file", 3, word_at, (void *)words), "csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_meant),
        cmocka_unit_test(looks_at_n_bytes_only),
    };
    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
