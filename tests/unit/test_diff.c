/* SPDX-License-Identifier: BSD-2-Clause */
/* test_diff.c - matching of flows, and what counts as a change. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "diff/diff.h"
#include "util/buf.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* One flow: identity, second of the first packet (-1: none), protocol, bytes. */
struct flow {
    const char *id;
    int second;
    const char *protocol;
    unsigned bytes;
};

static void make_results(struct results *r, const struct flow *v, size_t n, const char *name)
{
    static const struct results_options how;
    struct buf text = {0}, *b = &text;
    struct dpi_err err;
    for (size_t i = 0; i < n; i++) {
        char line[256], seen[64] = "";
        if (v[i].second >= 0)
            snprintf(seen, sizeof(seen), "\"first_seen\":\"2026-11-21T00:00:%02d.000000000Z\",", v[i].second);
        int length = snprintf(line, sizeof(line), "{\"community_id\":\"%s\",%s\"protocol\":\"%s\",\"bytes_total\":%u}\n",
                              v[i].id, seen, v[i].protocol, v[i].bytes);
        buf_add(b, line, (size_t)length);
    }
    assert_int_equal(results_read(r, source_memory(b->p, b->n), name, &how, &err), DPI_OK);
    buf_free(b);
}

struct expected {
    uint64_t same, changed, gone, added;
};

static void assert_diff(const struct flow *old, size_t n_old, const struct flow *new, size_t n_new,
                        const struct diff_options *o, struct expected e)
{
    struct results a, b;
    struct diff d;
    struct dpi_err err;
    make_results(&a, old, n_old, "a");
    make_results(&b, new, n_new, "b");
    assert_int_equal(diff_make(&d, &a, &b, o, &err), DPI_OK);
    assert_int_equal(d.same, e.same);
    assert_int_equal(d.flows[DIFF_CHANGED], e.changed);
    assert_int_equal(d.flows[DIFF_GONE], e.gone);
    assert_int_equal(d.flows[DIFF_ADDED], e.added);
    assert_int_equal(diff_differs(&d), e.changed + e.gone + e.added > 0);
    diff_free(&d);
    results_free(&a);
    results_free(&b);
}

static const struct diff_options all;

static void matches_by_identity_and_time(void **state)
{
    static const struct flow old[] = {{"a", 1, "TLS", 5}, {"a", 2, "TLS", 6}, {"a", 3, "TLS", 7}, {"b", 1, "DNS", 1}};
    static const struct flow mixed[] = {{"b", 1, "DNS", 1}, {"a", 3, "TLS", 7}, {"a", 1, "TLS", 5}, {"a", 2, "TLS", 6}};
    static const struct flow middle_gone[] = {{"a", 3, "TLS", 7}, {"b", 1, "DNS", 1}, {"a", 1, "TLS", 5}};
    static const struct flow later[] = {{"a", 1, "TLS", 5}, {"a", 4, "TLS", 6}, {"a", 3, "TLS", 7}, {"c", 1, "DNS", 1}};
    (void)state;
    assert_diff(old, LEN(old), mixed, LEN(mixed), &all, (struct expected){4, 0, 0, 0});
    assert_diff(old, LEN(old), middle_gone, LEN(middle_gone), &all, (struct expected){3, 0, 1, 0});
    assert_diff(middle_gone, LEN(middle_gone), old, LEN(old), &all, (struct expected){3, 0, 0, 1});
    assert_diff(old, LEN(old), later, LEN(later), &all, (struct expected){2, 1, 1, 1});
    assert_diff(old, LEN(old), old, 0, &all, (struct expected){0, 0, 4, 0});
    assert_diff(old, 0, old, 0, &all, (struct expected){0, 0, 0, 0});
}

static void matches_without_time(void **state)
{
    static const struct flow old[] = {{"a", -1, "TLS", 5}, {"a", -1, "TLS", 5}, {"a", -1, "TLS", 9}};
    static const struct flow new[] = {{"a", -1, "TLS", 9}, {"a", -1, "DNS", 5}, {"a", -1, "TLS", 5}};
    (void)state;
    assert_diff(old, LEN(old), new, LEN(new), &all, (struct expected){2, 1, 0, 0});
}

static void compares_what_is_asked_for(void **state)
{
    static const struct flow old[] = {{"a", 1, "TLS", 1000}}, new[] = {{"a", 1, "TLS", 1040}};
    struct diff_options o = {0};
    struct tolerance t;
    struct dpi_err err;
    static const struct {
        const char *tolerance;
        bool equal;
    } rows[] = {{"5%", true}, {"3%", false}, {"bytes_total=40", true}, {"bytes_total=39", false},
                {"bytes_total=4%", true}, {"packets_total=4%", false}, {"3.9%", true}, {"3.8%", false}};
    (void)state;
    assert_int_equal(dpi_columns_parse(&o.fields, "protocol", &err), DPI_OK);
    assert_diff(old, 1, new, 1, &o, (struct expected){1, 0, 0, 0});
    dpi_columns_free(&o.fields);
    assert_int_equal(dpi_columns_parse(&o.ignore, "bytes_total", &err), DPI_OK);
    assert_diff(old, 1, new, 1, &o, (struct expected){1, 0, 0, 0});
    dpi_columns_free(&o.ignore);
    for (size_t i = 0; i < LEN(rows); i++) {
        memset(&t, 0, sizeof(t));
        o.tolerance = &t;
        assert_int_equal(tolerance_add(&t, rows[i].tolerance, &err), DPI_OK);
        assert_diff(old, 1, new, 1, &o, (struct expected){rows[i].equal, !rows[i].equal, 0, 0});
    }
}

static void refuses_tolerances(void **state)
{
    static const char *const wrong[] = {"", "5", "101%", "-5%", "5%%", "x=5%", "hostname=5%", "bytes_total=", "bytes_total=x",
                                        "first_seen=5%", "duration=5x", ".%"};
    struct tolerance t = {0};
    struct dpi_err err;
    (void)state;
    for (size_t i = 0; i < LEN(wrong); i++) {
        assert_int_equal(tolerance_add(&t, wrong[i], &err), DPI_USAGE);
        assert_memory_equal(err.msg, "--tolerance: ", 13);
    }
}

static void tells_who_is_there_twice(void **state)
{
    static const struct flow twice[] = {{"a", 1, "TLS", 5}, {"b", 1, "TLS", 5}, {"a", 1, "TLS", 5}};
    static const struct flow reused[] = {{"a", 1, "TLS", 5}, {"a", 1, "DNS", 5}};
    struct results r;
    struct diff d;
    struct dpi_err err;
    (void)state;
    make_results(&r, twice, LEN(twice), "x");
    assert_int_equal(diff_make(&d, &r, &r, &all, &err), DPI_INPUT);
    assert_string_equal(err.msg, "x:3: the flow of line 1 is there twice");
    diff_free(&d);
    results_free(&r);
    assert_diff(reused, LEN(reused), reused, LEN(reused), &all, (struct expected){2, 0, 0, 0});
}

static void counts_labels(void **state)
{
    static const struct flow old[] = {{"a", 1, "TLS", 1}, {"b", 1, "TLS", 1}, {"c", 1, "DNS", 1}};
    static const struct flow new[] = {{"a", 1, "QUIC", 1}, {"b", 1, "QUIC", 1}, {"c", 1, "HTTP", 1}};
    struct results a, b;
    struct diff d;
    struct dpi_err err;
    (void)state;
    make_results(&a, old, LEN(old), "a");
    make_results(&b, new, LEN(new), "b");
    assert_int_equal(diff_make(&d, &a, &b, &all, &err), DPI_OK);
    assert_int_equal(d.n_relabelled, 2);
    assert_string_equal(d.relabelled[0].from, "TLS");
    assert_string_equal(d.relabelled[0].to, "QUIC");
    assert_int_equal(d.relabelled[0].flows, 2);
    assert_int_equal(d.changed[DPI_FIELD_protocol], 3);
    diff_free(&d);
    results_free(&a);
    results_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_by_identity_and_time), cmocka_unit_test(matches_without_time),
        cmocka_unit_test(compares_what_is_asked_for),   cmocka_unit_test(refuses_tolerances),
        cmocka_unit_test(tells_who_is_there_twice),     cmocka_unit_test(counts_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
