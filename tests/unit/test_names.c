/* SPDX-License-Identifier: BSD-2-Clause */
/* test_names.c - names for addresses: the first stays, many are found again, the table is bounded. */
#include "capture/names.h"

#include <stdio.h>

#include "unit.h"

static struct dpi_addr address(uint32_t n)
{
    struct dpi_addr a = {.family = 4};
    memcpy(a.b, &n, sizeof(n));
    return a;
}

static void add(struct names *t, uint32_t n, const char *name)
{
    struct dpi_addr a = address(n);
    names_add(t, &a, dpi_text_of(name));
}

static struct dpi_text find(const struct names *t, uint32_t n)
{
    struct dpi_addr a = address(n);
    return names_find(t, &a);
}

static void the_first_name_stays(void **state)
{
    struct names t = {0};
    (void)state;
    assert_null(find(&t, 1).p);
    add(&t, 1, "one");
    add(&t, 1, "uno");
    assert_string_equal(find(&t, 1).p, "one");
    assert_null(find(&t, 2).p);
    struct dpi_addr six = address(1);
    six.family = 6;
    assert_null(names_find(&t, &six).p);
    names_free(&t);
    assert_null(find(&t, 1).p);
}

static void many_are_found_again(void **state)
{
    struct names t = {0};
    char name[16];
    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "host-%u", i);
        add(&t, i * 65536, name);
    }
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "host-%u", i);
        assert_string_equal(find(&t, i * 65536).p, name);
    }
    assert_false(t.full);
    names_free(&t);
}

static void there_is_a_bound(void **state)
{
    struct names t = {0};
    char name[NAMES_NAME_MAX + 2];
    (void)state;
    memset(name, 'x', sizeof(name));
    name[NAMES_NAME_MAX + 1] = '\0';
    add(&t, 1, name);
    add(&t, 2, "");
    assert_int_equal(t.n, 0);
    name[NAMES_NAME_MAX] = '\0';
    for (uint32_t i = 0; i < 100000; i++)
        add(&t, i, name);
    assert_true(t.full);
    assert_in_range(t.n, 10000, 99999);
    names_free(&t);
}

static void moving_keeps_the_first(void **state)
{
    struct names to = {0}, from = {0};
    (void)state;
    add(&to, 1, "old");
    add(&from, 1, "new");
    add(&from, 2, "two");
    names_move(&to, &from);
    assert_string_equal(find(&to, 1).p, "old");
    assert_string_equal(find(&to, 2).p, "two");
    assert_int_equal(from.n, 0);
    names_free(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_name_stays),
        cmocka_unit_test(many_are_found_again),
        cmocka_unit_test(there_is_a_bound),
        cmocka_unit_test(moving_keeps_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
