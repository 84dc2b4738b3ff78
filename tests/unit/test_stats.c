/* SPDX-License-Identifier: BSD-2-Clause */
/* test_stats.c - rankings: exact below their cap, bounded and reproducible above it. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/stats.h"
#include "record/tally.h"

static void add(struct tally *t, const char *name, uint64_t bytes)
{
    tally_add(t, dpi_text_of(name), 1, bytes);
}

static void ranks_exactly_below_the_cap(void **state)
{
    struct tally *t = tally_new(4);
    (void)state;
    assert_int_equal(tally_report(t).n, 0);
    add(t, "b", 10);
    add(t, "a", 10);
    add(t, "c", 5);
    add(t, "c", 6);
    struct dpi_tally r = tally_report(t);
    assert_int_equal(r.n, 3);
    assert_true(r.complete);
    assert_memory_equal(r.rows[0].name.p, "c", 1);
    assert_int_equal(r.rows[0].bytes, 11);
    assert_int_equal(r.rows[0].flows, 2);
    assert_int_equal(r.rows[0].packets, 2);
    assert_memory_equal(r.rows[1].name.p, "a", 1); /* ties: by name */
    assert_memory_equal(r.rows[2].name.p, "b", 1);
    tally_free(t);
}

static void gives_up_the_lightest(void **state)
{
    struct tally *t = tally_new(2);
    (void)state;
    add(t, "heavy", 100);
    add(t, "light", 3);
    add(t, "new", 5);
    struct dpi_tally r = tally_report(t);
    assert_false(r.complete);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.rows[0].bytes, 100);
    assert_int_equal(r.rows[0].error, 0);
    assert_memory_equal(r.rows[1].name.p, "new", 3);
    assert_int_equal(r.rows[1].bytes, 8);
    assert_int_equal(r.rows[1].error, 3);
    assert_int_equal(r.rows[1].flows, 1);
    tally_free(t);
}

enum { NAMES = 2000, CAP = 200, ROUNDS = 60000 };

/* Names whose weight falls with their number, as it does in captures. */
static unsigned skewed(uint64_t *seed)
{
    unsigned a = (unsigned)(unit_random(seed) % NAMES), b = (unsigned)(unit_random(seed) % NAMES);
    return a * b / NAMES * a / NAMES;
}

static struct tally *fill(uint64_t exact[static NAMES])
{
    struct tally *t = tally_new(CAP);
    uint64_t seed = 42;
    for (int i = 0; i < ROUNDS; i++) {
        char name[16];
        unsigned k = skewed(&seed);
        uint64_t bytes = unit_random(&seed) % 1000;
        int n = snprintf(name, sizeof(name), "host%u", k);
        exact[k] += bytes;
        tally_add(t, (struct dpi_text){name, (size_t)n}, 1, bytes);
    }
    return t;
}

/* The promise of space-saving: what is heavier than the lightest row is in, and no count is too low or too
 * high by more than its error. */
static void keeps_its_bounds_above_the_cap(void **state)
{
    uint64_t exact[NAMES] = {0};
    bool in[NAMES] = {false};
    struct tally *t = fill(exact);
    struct dpi_tally r = tally_report(t);
    (void)state;
    assert_int_equal(r.n, CAP);
    for (size_t i = 0; i < r.n; i++) {
        char name[16] = "";
        memcpy(name, r.rows[i].name.p, r.rows[i].name.n);
        unsigned k = (unsigned)atoi(name + strlen("host"));
        in[k] = true;
        assert_true(r.rows[i].bytes >= exact[k]);
        assert_true(r.rows[i].bytes - r.rows[i].error <= exact[k]);
        assert_true(i == 0 || r.rows[i - 1].bytes >= r.rows[i].bytes);
    }
    for (unsigned k = 0; k < NAMES; k++)
        assert_true(in[k] || exact[k] <= r.rows[CAP - 1].bytes);
    tally_free(t);
}

/* Each tally has a hash key of its own. */
static void does_not_depend_on_the_hash(void **state)
{
    uint64_t exact[NAMES] = {0};
    struct tally *a = fill(exact), *b = fill(exact);
    struct dpi_tally ra = tally_report(a), rb = tally_report(b);
    (void)state;
    assert_int_equal(ra.n, rb.n);
    for (size_t i = 0; i < ra.n; i++) {
        assert_true(dpi_text_eq(ra.rows[i].name, rb.rows[i].name));
        assert_int_equal(ra.rows[i].bytes, rb.rows[i].bytes);
        assert_int_equal(ra.rows[i].flows, rb.rows[i].flows);
        assert_int_equal(ra.rows[i].error, rb.rows[i].error);
    }
    tally_free(a);
    tally_free(b);
}

static void bounds_names(void **state)
{
    struct tally *t = tally_new(4);
    size_t n = 1 << 16;
    char *name = malloc(n);
    (void)state;
    memset(name, 'x', n);
    tally_add(t, (struct dpi_text){name, n}, 1, 1);
    tally_add(t, (struct dpi_text){name, n - 1}, 1, 1);
    struct dpi_tally r = tally_report(t);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.rows[0].name.n, TALLY_NAME_MAX);
    free(name);
    tally_free(t);
}

static struct dpi_record record(const char *protocol, const char *by, uint8_t src, uint8_t dst)
{
    struct dpi_record r = {
        .src = {4, {10, 0, 0, src}}, .dst = {4, {10, 0, 0, dst}},
        .dir = {{.packets = 1, .bytes = 40}, {.packets = 2, .bytes = 60}},
        .protocol = dpi_text_of(protocol), .classified_by = dpi_text_of(by), .category = dpi_text_of("Web"),
    };
    return r;
}

static void counts_what_records_say(void **state)
{
    struct dpi_attr host = {DPI_FIELD_hostname, {.kind = DPI_TEXT, .text = {"h", 1}}};
    struct dpi_record rows[] = {
        record("TLS", "dpi", 1, 2),
        record("Unknown", "none", 1, 3),
        record("SSH", "port", 1, 1),
        record("Unknown", "ip", 4, 5),
    };
    struct dpi_run run = {0};
    struct stats *s = stats_new();
    (void)state;
    rows[0].attrs = &host;
    rows[0].n_attrs = 1;
    rows[0].application = dpi_text_of("Netflix");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        stats_record(s, &rows[i]);
    stats_report(s, &run);
    assert_int_equal(run.flows_unknown, 2);
    assert_int_equal(run.flows_guessed, 2);
    assert_int_equal(run.protocols.n, 3);
    assert_memory_equal(run.protocols.rows[0].name.p, "Unknown", 7);
    assert_int_equal(run.protocols.rows[0].bytes, 200);
    assert_int_equal(run.protocols.rows[0].packets, 6);
    assert_int_equal(run.applications.n, 1);
    assert_int_equal(run.categories.rows[0].flows, 4);
    assert_int_equal(run.hostnames.n, 1);
    assert_int_equal(run.addresses.n, 5);
    assert_memory_equal(run.addresses.rows[0].name.p, "10.0.0.1", 8);
    assert_int_equal(run.addresses.rows[0].flows, 3); /* a flow with itself counts once */
    stats_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_exactly_below_the_cap),    cmocka_unit_test(gives_up_the_lightest),
        cmocka_unit_test(keeps_its_bounds_above_the_cap), cmocka_unit_test(does_not_depend_on_the_hash),
        cmocka_unit_test(bounds_names),                   cmocka_unit_test(counts_what_records_say),
    };
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
