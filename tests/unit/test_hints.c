/* SPDX-License-Identifier: BSD-2-Clause */
/* test_hints.c - which name an address is given: against a naive search of all that was ever told; bounds; the file. */
#include "names/hint_file.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct siphash_key key = {{1, 2}};

#define SECOND INT64_C(1000000000)

static struct dpi_addr v4(unsigned last)
{
    return (struct dpi_addr){.family = 4, .b = {192, 0, 2, (uint8_t)last}};
}

static struct hint hint(unsigned client, unsigned addr, const char *name, int64_t at, uint32_t ttl, uint64_t packet)
{
    return (struct hint){.client = v4(client), .addr = v4(addr), .name = dpi_text_of(name), .learned = at * SECOND,
                         .expires = hint_expiry(at * SECOND, ttl), .packet = packet};
}

static void add(struct hints *h, unsigned client, unsigned addr, const char *name, int64_t at, uint32_t ttl)
{
    struct hint one = hint(client, addr, name, at, ttl, (uint64_t)at);
    hints_add(h, &one);
}

static const char *ask(const struct hints *h, unsigned client, unsigned addr, int64_t at)
{
    static char name[64];
    struct hint found;
    struct dpi_addr from = v4(client), to = v4(addr);
    if (!hints_find(h, &from, &to, at * SECOND, &found))
        return "none";
    snprintf(name, sizeof(name), "%.*s", (int)found.name.n, found.name.p);
    return name;
}

static void own_answer_first(void **state)
{
    (void)state;
    struct hints *h = hints_new(&key, 1 << 20);
    assert_string_equal(ask(h, 1, 9, 0), "none");
    add(h, 1, 9, "a.example", 10, 300);
    add(h, 1, 9, "b.example", 20, 300);
    add(h, 2, 9, "c.example", 30, 300);
    assert_string_equal(ask(h, 1, 9, 40), "b.example");
    assert_string_equal(ask(h, 2, 9, 40), "c.example");
    assert_string_equal(ask(h, 3, 9, 40), "none"); /* they do not agree */
    assert_string_equal(ask(h, 1, 8, 40), "none");
    assert_string_equal(ask(h, 1, 9, 19), "none"); /* nobody knew yet */
    hints_free(h);
}

static void all_must_agree(void **state)
{
    (void)state;
    struct hints *h = hints_new(&key, 1 << 20);
    add(h, 1, 9, "a.example", 10, 300);
    add(h, 2, 9, "A.EXAMPLE", 20, 300);
    assert_string_equal(ask(h, 3, 9, 40), "A.EXAMPLE");
    add(h, 2, 9, "b.example", 30, 60);
    assert_string_equal(ask(h, 3, 9, 40), "none");
    assert_string_equal(ask(h, 3, 9, 91), "A.EXAMPLE"); /* b.example is over */
    assert_string_equal(ask(h, 2, 9, 91), "A.EXAMPLE");
    hints_free(h);
}

static void lives_as_long_as_bounds_say(void **state)
{
    (void)state;
    assert_int_equal(hint_expiry(0, 0), 60 * SECOND);
    assert_int_equal(hint_expiry(0, 300), 300 * SECOND);
    assert_int_equal(hint_expiry(0, UINT32_MAX), 1800 * SECOND);
    assert_int_equal(hint_expiry(INT64_MAX - 5, 300), INT64_MAX);
    struct hints *h = hints_new(&key, 1 << 20);
    add(h, 1, 9, "a.example", 10, 0);
    assert_string_equal(ask(h, 1, 9, 70), "a.example");
    assert_string_equal(ask(h, 1, 9, 71), "none");
    hints_free(h);
}

/* --- against a naive search --------------------------------------------------------------------------- */

enum { TOLD = 3000, CLIENTS = 4, ADDRESSES = 6, NAMES = 4 };

static const char *naive(const struct hint *v, unsigned n, unsigned client, unsigned addr, int64_t at)
{
    struct dpi_addr from = v4(client), to = v4(addr);
    const struct hint *own = NULL;
    const char *agreed = NULL;
    bool differ = false;
    for (unsigned i = 0; i < n; i++) {
        bool live = v[i].learned <= at * SECOND && at * SECOND <= v[i].expires;
        if (memcmp(&v[i].addr, &to, sizeof(to)) != 0)
            continue;
        if (memcmp(&v[i].client, &from, sizeof(from)) == 0)
            own = &v[i];
        if (!live)
            continue;
        differ |= agreed && strcmp(agreed, v[i].name.p) != 0;
        agreed = v[i].name.p;
    }
    if (own && at * SECOND <= own->expires)
        return own->name.p;
    return agreed && !differ ? agreed : "none";
}

static void as_a_naive_search(void **state)
{
    (void)state;
    static const char *const names[NAMES] = {"a.example", "b.example", "c.example", "d.example"};
    static struct hint v[TOLD];
    struct hints *h = hints_new(&key, 1 << 20);
    uint64_t random = 3;
    for (unsigned n = 0; n < TOLD; n++) {
        unsigned r = (unsigned)(unit_random(&random) >> 32);
        v[n] = hint(r % CLIENTS, r / 4 % ADDRESSES, names[r / 24 % NAMES], 40 * (int64_t)n, r / 96 % 400, n + 1);
        hints_add(h, &v[n]);
        r = (unsigned)(unit_random(&random) >> 32);
        int64_t at = 40 * (int64_t)n + r / 100 % 40;
        assert_string_equal(ask(h, r % (CLIENTS + 2), r / 8 % ADDRESSES, at),
                            naive(v, n + 1, r % (CLIENTS + 2), r / 8 % ADDRESSES, at));
    }
    hints_free(h);
}

static void the_oldest_goes(void **state)
{
    (void)state;
    enum { MAX = 100000 };
    struct hints *h = hints_new(&key, MAX);
    for (unsigned i = 0; i < 5000; i++) {
        add(h, i % 250, i / 250, "some.example", 10 + i / 1000, 1800);
        assert_in_range(hints_bytes(h), 1, MAX);
    }
    assert_true(hints_dropped(h) > 4000);
    assert_string_equal(ask(h, 0, 0, 20), "none");
    assert_string_equal(ask(h, 249, 19, 20), "some.example");
    hints_free(h);
}

/* --- the file ----------------------------------------------------------------------------------------- */

static void write_file(char path[static 32], const char *text)
{
    snprintf(path, 32, "%s", "/tmp/test_hints.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void comes_back_from_a_file(void **state)
{
    (void)state;
    char *text, *again, path[32];
    size_t n;
    struct dpi_err err;
    struct hints *h = hints_new(&key, 1 << 20);
    add(h, 1, 9, "b\\\xff \n.example", 10, 300);
    add(h, 2, 9, "a.example", 20, 300);
    FILE *out = open_memstream(&text, &n);
    hint_file_save(h, out);
    fclose(out);
    hints_free(h);
    assert_non_null(strstr(text, "1970-01-01T00:00:10.000000000Z 1970-01-01T00:05:10.000000000Z 192.0.2.1 192.0.2.9 "
                                 "b\\x5c\\xff\\x20\\x0a.example\n"));
    write_file(path, text);
    h = hints_new(&key, 1 << 20);
    assert_int_equal(hint_file_load(h, path, &err), DPI_OK);
    assert_string_equal(ask(h, 2, 9, 30), "a.example");
    out = open_memstream(&again, &n);
    hint_file_save(h, out);
    fclose(out);
    assert_string_equal(text, again);
    unlink(path);
    hints_free(h);
    free(text);
    free(again);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
#define TITLE "dpitool dns-hints 1\n"
#define TIMES "1970-01-01T00:00:10Z 1970-01-01T00:05:10Z "
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"some text\n", "its first line"},
        {TITLE "x y 192.0.2.1 192.0.2.2 a\n", "line 2: does not begin with two times"},
        {TITLE TIMES "192.0.2.1 192.0.2.9 a\n" TIMES "192.0.2.1/24 192.0.2.9 a\n", "line 3: has no two addresses"},
        {TITLE TIMES "192.0.2.1 192.0.2.9 \n", "line 2: has no name"},
        {TITLE TIMES "192.0.2.1 192.0.2.9 a\\x4\n", "line 2: has no name"},
        {TITLE TIMES "192.0.2.1 192.0.2.9 a", "line 2: is no line"},
    };
    struct dpi_err err;
    char path[32];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct hints *h = hints_new(&key, 1 << 20);
        write_file(path, wrong[i].text);
        assert_int_equal(hint_file_load(h, path, &err), DPI_INPUT);
        assert_non_null(strstr(err.msg, wrong[i].says));
        unlink(path);
        hints_free(h);
    }
}

static void what_is_over_goes(void **state)
{
    (void)state;
    for (unsigned keep = 0; keep < 2; keep++) {
        struct hints *h = hints_new(&key, 1 << 20);
        if (keep)
            hints_keep_over(h);
        add(h, 1, 1, "a", 0, HINT_LIFE_MIN);
        uint64_t one = hints_bytes(h);
        add(h, 1, 2, "b", HINT_LIFE_MIN, HINT_LIFE_MIN);
        assert_int_equal(hints_bytes(h), 2 * one); /* at its last second it lives */
        add(h, 1, 3, "c", HINT_LIFE_MIN + 1, HINT_LIFE_MIN);
        assert_int_equal(hints_bytes(h), (2 + keep) * one);
        assert_string_equal(ask(h, 1, 1, HINT_LIFE_MIN), keep ? "a" : "none");
        assert_string_equal(ask(h, 1, 2, HINT_LIFE_MIN + 1), "b");
        assert_int_equal(hints_dropped(h), 0);
        hints_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_answer_first),
        cmocka_unit_test(all_must_agree),
        cmocka_unit_test(lives_as_long_as_bounds_say),
        cmocka_unit_test(as_a_naive_search),
        cmocka_unit_test(the_oldest_goes),
        cmocka_unit_test(what_is_over_goes),
        cmocka_unit_test(comes_back_from_a_file),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
