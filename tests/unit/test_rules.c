/* SPDX-License-Identifier: BSD-2-Clause */
/* test_rules.c - which of two rules wins, for each line of the table in precedence.c; what names of flows are; and
 * ranges as prefixes. */
#include "rules/rules.h"

#include "rules/host.h"
#include "rules/keys.h"
#include "rules_text.h"

#include <stdio.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void load(struct rules *r, const char *file, const char *content, bool shipped)
{
    load_section(r, "applications", file, content, shipped);
}

/* An application of one line. */
#define APP(id, rest) "  - {id: " id ", name: " id ", category: web, " rest "}\n"

struct seen {
    char winner[32], loser[32], why[256];
};

static void note(void *ctx, const struct rules_candidate_info *info)
{
    struct seen *seen = ctx;
    snprintf(info->why ? seen->loser : seen->winner, 32, "%s", info->match.id);
    if (info->why)
        snprintf(seen->why, sizeof(seen->why), "%s", info->why);
}

/* a.b.example from 192.0.2.1 to 198.51.100.1, TCP port 443, with names of all kinds. */
static struct rules_query query(void)
{
    static const struct rules_name names[] = {
        {{"A.b.Example.", 12}, NAME_SNI},
        {{"c.example:443", 13}, NAME_HTTP_HOST},
        {{"certificate.example", 19}, NAME_CERTIFICATE},
        {{"hint.example", 12}, NAME_DNS_HINT},
    };
    return (struct rules_query){
        .names = names, .n_names = N(names), .transport = 6, .protocol = {"TLS", 3},
        .ja3 = {"0123456789abcdef0123456789abcdef", 32},
        .end = {[RULES_CLIENT] = {{4, {192, 0, 2, 1}}, true, 50000},
                [RULES_SERVER] = {{4, {198, 51, 100, 1}}, true, 443}}};
}

static void wins_by_the_table(void **state)
{
    /* yes goes before no, though no stands first, or in a file given later */
    static const struct {
        const char *shipped, *first, *second, *why;
    } rows[] = {
        {NULL, APP("no", "addresses: [192.0.2.1]"), APP("yes", "protocols: [tls]"), "only the client's address says so"},
        {APP("no", "hosts: ['=a.b.example']"), APP("yes", "ports: [tcp/443]"), NULL, "a user's rules go before"},
        {NULL, APP("no", "catch-all: true, hosts: [a.b.example]"), APP("yes", "ports: [tcp/443]"),
         "a catch-all names no specific application"},
        {NULL, APP("no", "hosts: ['=certificate.example']"), APP("yes", "hosts: [b.example]"), "by what tells more"},
        {NULL, APP("no", "hosts: ['=hint.example']"), APP("yes", "hosts: [certificate.example]"), "by what tells more"},
        {NULL, APP("no", "ja3: [0123456789ABCDEF0123456789abcdef]"), APP("yes", "hosts: [hint.example]"),
         "by what tells more"},
        {NULL, APP("no", "addresses: [198.51.100.1]"), APP("yes", "ja3: [0123456789abcdef0123456789abcdef]"),
         "by what tells more"},
        {NULL, APP("no", "ports: [tcp/443]"), APP("yes", "addresses: [198.51.0.0/16]"), "by what tells more"},
        {NULL, APP("no", "protocols: [TLS]"), APP("yes", "ports: [tcp/1-1000]"), "by what tells more"},
        {NULL, APP("no", "hosts: [a.b.example]"), APP("yes", "hosts: ['=c.example']"), "an exact host goes before"},
        {NULL, APP("no", "hosts: ['*.b.ex?mple']"), APP("yes", "hosts: [a.b.example]"), "an exact host goes before"},
        {NULL, APP("no", "hosts: [b.example]"), APP("yes", "hosts: [a.b.example]"), "more specific"},
        {NULL, APP("no", "hosts: ['*.b.*']"), APP("yes", "hosts: ['*.b.e*']"), "more specific"},
        {NULL, APP("no", "addresses: [198.51.100.0/24]"), APP("yes", "addresses: [198.51.100.0/30]"), "more specific"},
        {NULL, APP("yes", "ports: [tcp/1-1000]") APP("no", "ports: [tcp/443]"), NULL, "earlier in the file"},
        {NULL, APP("yes", "match: [{addresses: [198.51.100.0/24], ports: [tcp/443]}]")
         APP("no", "addresses: [198.51.100.0/24]"), NULL, "earlier in the file"},
    };
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        struct rules *r = model_new();
        struct rules_query q = query();
        struct rules_match m;
        struct seen seen = {0};
        char both[1024];
        if (rows[i].shipped)
            load(r, "shipped", rows[i].shipped, true);
        snprintf(both, sizeof(both), "%s%s", rows[i].first, rows[i].second ? rows[i].second : "");
        load(r, "user", both, false);
        model_seal(r);
        assert_true(rules_find(r, &q, &m));
        rules_explain(r, &q, note, &seen);
        if (strcmp(m.id, "yes") != 0 || strcmp(seen.winner, "yes") != 0 || strcmp(seen.loser, "no") != 0 ||
            !strstr(seen.why, rows[i].why))
            fail_msg("row %zu: %s wins, %s loses: %s", i, m.id, seen.loser, seen.why);
        rules_free(r);
    }
}

static void later_files_win(void **state)
{
    struct rules *r = model_new();
    struct rules_query q = query();
    struct rules_match m;
    (void)state;
    load(r, "first", APP("no", "hosts: [a.b.example]"), false);
    load(r, "second", APP("yes", "hosts: [a.b.example]"), false);
    model_seal(r);
    assert_true(rules_find(r, &q, &m));
    assert_string_equal(m.id, "yes");
    assert_string_equal(m.file, "second");
    assert_string_equal(m.by, "sni");
    assert_int_equal(m.line, 3);
    rules_free(r);
}

/* A certificate that many share names nobody. */
static void certificates_must_agree(void **state)
{
    static const struct rules_name names[] = {
        {{"x.one.example", 13}, NAME_CERTIFICATE},
        {{"two.example", 11}, NAME_CERTIFICATE},
    };
    struct rules_query q = {.names = names, .n_names = 1};
    struct rules *r = model_new();
    struct rules_match m;
    struct seen seen = {0};
    (void)state;
    load(r, "file", APP("one", "hosts: [one.example]") APP("two", "hosts: [two.example]"), true);
    model_seal(r);
    assert_true(rules_find(r, &q, &m));
    assert_string_equal(m.by, "certificate");
    q.n_names = 2;
    assert_false(rules_find(r, &q, &m));
    rules_explain(r, &q, note, &seen);
    assert_string_equal(seen.winner, "");
    assert_non_null(strstr(seen.why, "several applications"));
    rules_free(r);
}

static void folds_names_of_flows(void **state)
{
    static const struct {
        const char *name, *folded;
    } rows[] = {
        {"WWW.Example.COM", "www.example.com"}, {"example.com.", "example.com"}, {"example.com:8080", "example.com"},
        {"localhost", "localhost"},  {"*.example.com", "*.example.com"}, {"", ""},         {".", ""},
        {"a..b", ""},                {".a.b", ""},                       {"192.0.2.1", ""}, {"192.0.2.1:80", ""},
        {"2001:db8::1", ""},         {"a b", "a b"},
    };
    char out[HOST_MAX], long_name[HOST_MAX + 2];
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        size_t n = host_of_flow(out, dpi_text_of(rows[i].name));
        assert_int_equal(n, strlen(rows[i].folded));
        assert_memory_equal(out, rows[i].folded, n);
    }
    memset(long_name, 'a', sizeof(long_name));
    assert_int_equal(host_of_flow(out, (struct dpi_text){long_name, HOST_MAX}), HOST_MAX);
    assert_int_equal(host_of_flow(out, (struct dpi_text){long_name, HOST_MAX + 1}), 0);
    assert_int_equal(host_of_flow(out, (struct dpi_text){0}), 0);
}

struct parts {
    unsigned n, next, covered;
};

/* Prefixes come in order and without a gap. */
static void take_part(void *ctx, const uint8_t *number, unsigned bits)
{
    struct parts *p = ctx;
    unsigned first = (unsigned)number[0] << 8 | number[1], size = 1u << (16 - bits);
    assert_int_equal(first, p->next);
    assert_int_equal(first % size, 0);
    p->next = first + size;
    p->covered += size;
    p->n++;
}

static void cuts_ranges_into_prefixes(void **state)
{
    static const struct {
        unsigned first, last, parts;
    } rows[] = {{0, 65535, 1}, {0, 0, 1}, {65535, 65535, 1}, {1, 65534, 30}, {5000, 5010, 3}, {1, 65535, 16}};
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        const uint8_t from[] = {(uint8_t)(rows[i].first >> 8), (uint8_t)rows[i].first};
        const uint8_t to[] = {(uint8_t)(rows[i].last >> 8), (uint8_t)rows[i].last};
        struct parts p = {.next = rows[i].first};
        keys_split(from, to, 16, take_part, &p);
        assert_int_equal(p.covered, rows[i].last - rows[i].first + 1);
        assert_int_equal(p.n, rows[i].parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wins_by_the_table),      cmocka_unit_test(later_files_win),
        cmocka_unit_test(certificates_must_agree), cmocka_unit_test(folds_names_of_flows),
        cmocka_unit_test(cuts_ranges_into_prefixes),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
