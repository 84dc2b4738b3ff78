/* SPDX-License-Identifier: BSD-2-Clause */
/* test_expr.c - expressions over records: what they mean, and where they are wrong. */
#include "expr/expr.h"

#include "expr/glob.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct dpi_text flags[] = {{"cut", 3}, {"one-way", 7}};
static const uint8_t mac[6] = {0x02, 0, 0x5e, 0x10, 0, 0x0a};
static const struct dpi_attr attrs[] = {
    {DPI_FIELD_hostname, {.kind = DPI_TEXT, .text = {"www.Example.org", 15}}},
    {DPI_FIELD_http_status, {.kind = DPI_U64, .u64 = 404}},
};

/* A TLS flow of 2 MiB and 1.5 s on 2026-11-21. */
static struct dpi_record record(void)
{
    struct dpi_record r = {
        .flow_id = 7,
        .first_ns = INT64_C(1795252299500000000),
        .last_ns = INT64_C(1795252301000000000),
        .transport = {"TCP", 3},
        .src = {4, {10, 1, 2, 3}},
        .dst = {6, {0xfd, 0, 0, 1}},
        .src_port = 50000,
        .dst_port = 443,
        .has_ports = true,
        .protocol = {"TLS", 3},
        .category = {"Web", 3},
        .flags = flags,
        .n_flags = N(flags),
        .attrs = attrs,
        .n_attrs = N(attrs),
    };
    r.dir[0] = (struct dpi_direction){.packets = 10, .bytes = 1 << 20, .mac = mac};
    r.dir[1] = (struct dpi_direction){.packets = 20, .bytes = 1 << 20};
    return r;
}

static void tells_records_apart(void **state)
{
    static const struct {
        const char *text;
        bool match;
    } rows[] = {
        {"protocol == \"TLS\"", true},
        {"protocol == TLS", true},
        {"protocol == 'tls'", false},
        {"protocol ~ tls", true},
        {"protocol != TLS", false},
        {"protocol > 'TLR' and protocol < \"TLT\"", true},
        {"bytes_total == 2M", true},
        {"bytes_total > 2097151 && bytes_total<2097153", true},
        {"bytes_total >= 2048k and bytes_total <= 2048K", true},
        {"bytes_total > 2M", false},
        {"protocol == \"TLS\" and bytes_total > 1000000 and hostname ~ \"*.example.org\"", true},
        {"hostname !~ '*.example.org'", false},
        {"hostname ~ example.org", false},
        {"hostname", true},
        {"ja4", false},
        {"not ja4", true},
        {"!ja4", true},
        {"ja4 != 'x'", false},
        {"ja4 !~ 'x'", false},
        {"ja4 not in (x, y)", false},
        {"http_status in (403, 404)", true},
        {"http_status not in (403, 404)", false},
        {"http_status in 404", true},
        {"dst_port in(80,443,8080)", true},
        {"src_ip == 10.1.2.3", true},
        {"src_ip != 10.1.2.3", false},
        {"src_ip in 10.0.0.0/8", true},
        {"src_ip in (192.168.0.0/16, 10.1.2.3)", true},
        {"src_ip not in fd00::/8", true},
        {"dst_ip in fd00::/8", true},
        {"dst_ip == fd00:1::", true},
        {"src_mac == 02:00:5E:10:00:0a", true},
        {"src_mac == 02:00:5e:10:00:0b", false},
        {"dst_mac != 02:00:5e:10:00:0b", false},
        {"flags == cut", true},
        {"flags != cut", false},
        {"flags != midstream", true},
        {"flags ~ 'ONE-*'", true},
        {"flags !~ 'ONE-*'", false},
        {"flags in (midstream, one-way)", true},
        {"flags not in (midstream, offload)", true},
        {"tunnel != gre", false},
        {"duration == 1.5", true},
        {"duration == 1500ms and duration == 1500000us and duration == 1500000000ns", true},
        {"duration > 1s and duration < 1m and duration < 1h and duration < 1d and duration <= 0.1m", true},
        {"first_seen >= 2026-11-21", true},
        {"first_seen == 2026-11-21T09:11:39.5Z", true},
        {"last_seen < \"2026-11-21 09:11Z\"", false},
        {"flow_id == 7 or flow_id == 8 and flow_id == 9", true},
        {"(flow_id == 7 or flow_id == 8) and flow_id == 9", false},
        {"flow_id == 9 and flow_id == 8 or flow_id == 7", true},
        {"not flow_id == 9 and flow_id == 7", true},
        {"not (flow_id == 7 and flow_id == 9)", true},
        {"not not flow_id == 7", true},
        {"NOT flow_id == 9 AND protocol IN (TLS, QUIC)", true},
        {"((((flow_id == 7))))", true},
        {"hostname == \"www.Example.org\"", true},
        {"hostname == \"www.\\\"Example.org\"", false},
        {"category == 'user' or category == Web", true},
    };
    (void)state;
    struct dpi_record r = record();
    for (size_t i = 0; i < N(rows); i++) {
        struct expr *e;
        struct dpi_err err;
        if (expr_parse(&e, rows[i].text, &err) != DPI_OK)
            fail_msg("%s: %s", rows[i].text, err.msg);
        if (expr_match(e, &r) != rows[i].match)
            fail_msg("%s: is %d", rows[i].text, !rows[i].match);
        expr_free(e);
    }
}

static void says_where_it_is_wrong(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "at character 1: a field, not or ( is expected, and the expression ends"},
        {"  ", "at character 3: a field, not or ( is expected, and the expression ends"},
        {"protcol == TLS", "at character 1: no field 'protcol'; did you mean protocol?"},
        {"hostname == 'ü' and protcol", "at character 21: no field 'protcol'; did you mean protocol?"},
        {"protocol = TLS", "at character 10: = is not known; equal is =="},
        {"protocol == TLS & hostname", "at character 17: and is && or and, or is || or or"},
        {"protocol ==", "at character 12: a value is expected, and the expression ends"},
        {"protocol == 'TLS", "at character 13: the text in quotes does not end"},
        {"protocol == hostname",
         "at character 13: 'hostname' is a field, and fields are compared with values; a text of that name stands in "
         "quotes"},
        {"protocol TLS", "at character 10: and, or, or the end is expected, not 'TLS'"},
        {"protocol not", "at character 13: in, behind a field and not, is expected, and the expression ends"},
        {"protocol in (TLS", "at character 17: a comma or ) is expected, and the expression ends"},
        {"protocol in ()", "at character 14: a value is expected, not ')'"},
        {"bytes_total > many",
         "at character 15: bytes_total is compared with a number such as 443, 64k or 2M, not with 'many'"},
        {"bytes_total > 99999999999999999999",
         "at character 15: bytes_total is compared with a number such as 443, 64k or 2M, not with "
         "'99999999999999999999'"},
        {"bytes_total ~ 1", "at character 13: bytes_total cannot be compared with '~': it is of the kind number"},
        {"src_ip < 10.0.0.1", "at character 8: src_ip cannot be compared with '<': it is of the kind IP address"},
        {"src_ip == 10.0.0.0/8",
         "at character 11: an address is in a network, not equal to it: src_ip in 10.0.0.0/8"},
        {"src_ip == 10.0.0",
         "at character 11: src_ip is compared with an address, or a network such as 10.0.0.0/8, not with '10.0.0'"},
        {"duration > 5x",
         "at character 12: duration is compared with a length of time such as 0.5, 200ms, 90s or 5m, not with '5x'"},
        {"first_seen > yesterday",
         "at character 14: first_seen is compared with a time such as 2026-11-21T09:11:39.5Z or 2026-11-21, not with "
         "'yesterday'"},
        {"(hostname", "at character 1: ( is not closed"},
        {"hostname)", "at character 9: ) closes nothing"},
        {"hostname and", "at character 13: a field, not or ( is expected, and the expression ends"},
        {"hostname and or ja4", "at character 14: a field, not or ( is expected, not 'or'"},
        {"'hostname'", "at character 1: a field, not or ( is expected, not 'hostname'"},
    };
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        struct expr *e;
        struct dpi_err err = {0};
        if (expr_parse(&e, rows[i].text, &err) != DPI_USAGE)
            fail_msg("'%s' is taken", rows[i].text);
        assert_null(e);
        assert_string_equal(err.msg, rows[i].message);
    }
}

/* depth times "(" or "not ", a test, and what closes. */
static enum dpi_status parse_nested(size_t depth, const char *open, struct dpi_err *err)
{
    static char text[1 << 16];
    struct expr *e;
    size_t n = 0;
    for (size_t i = 0; i < depth; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", open);
    n += (size_t)snprintf(text + n, sizeof(text) - n, "hostname");
    for (size_t i = 0; i < depth && open[0] == '('; i++)
        text[n++] = ')';
    text[n] = '\0';
    enum dpi_status st = expr_parse(&e, text, err);
    expr_free(e);
    return st;
}

static void is_bounded(void **state)
{
    struct dpi_err err;
    (void)state;
    assert_int_equal(parse_nested(63, "(", &err), DPI_OK);
    assert_int_equal(parse_nested(64, "(", &err), DPI_USAGE);
    assert_string_equal(err.msg, "at character 64: nested too deep: 63 levels are possible");
    assert_int_equal(parse_nested(64, "not ", &err), DPI_USAGE);
    assert_int_equal(parse_nested(9000, "(", &err), DPI_USAGE);
    assert_string_equal(err.msg, "an expression of 18008 bytes; 16384 are possible");
}

/* The deepest nesting on either side of operators keeps all its results. */
static void keeps_every_result(void **state)
{
    struct dpi_record r = record();
    struct dpi_err err;
    (void)state;
    for (unsigned value = 0; value < 2; value++) {
        char text[4096] = "";
        struct expr *e;
        for (unsigned i = 0; i < 31; i++)
            strcat(text, value ? "hostname and (" : "ja4 or (");
        strcat(text, value ? "hostname" : "ja4");
        for (unsigned i = 0; i < 31; i++)
            strcat(text, ")");
        assert_int_equal(expr_parse(&e, text, &err), DPI_OK);
        assert_int_equal(expr_match(e, &r), value);
        expr_free(e);
    }
}

static void matches_patterns(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool match;
    } rows[] = {
        {"", "", true},          {"", "a", false},         {"*", "", true},           {"*", "anything", true},
        {"a*b", "ab", true},     {"a*b", "axxb", true},    {"a*b", "axxbc", false},   {"*.org", "a.ORG", true},
        {"*.org", ".org", true}, {"*.org", "org", false},  {"?", "x", true},          {"?", "", false},
        {"?", "ü", true},        {"??", "ü", false},       {"a?c", "abc", true},      {"*a*a*a*", "aaa", true},
        {"*a*a*a*", "aa", false}, {"\\*", "*", true},      {"\\*", "x", false},       {"a\\?", "a?", true},
        {"a\\", "a\\", true},    {"*ab", "aab", true},     {"*aab", "aaaab", true},   {"**", "x", true},
    };
    (void)state;
    for (size_t i = 0; i < N(rows); i++)
        if (glob_match(dpi_text_of(rows[i].pattern), dpi_text_of(rows[i].text)) != rows[i].match)
            fail_msg("'%s' and '%s': %d", rows[i].pattern, rows[i].text, !rows[i].match);
}

/* Patterns that take other matchers longer than a life. */
static void matches_in_bounded_time(void **state)
{
    static char text[8192], pattern[2048];
    (void)state;
    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i + 1 < sizeof(pattern); i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[sizeof(pattern) - 1] = 'b';
    assert_false(glob_match((struct dpi_text){pattern, sizeof(pattern)}, (struct dpi_text){text, sizeof(text)}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_records_apart),     cmocka_unit_test(says_where_it_is_wrong),
        cmocka_unit_test(is_bounded),              cmocka_unit_test(keeps_every_result),
        cmocka_unit_test(matches_patterns),        cmocka_unit_test(matches_in_bounded_time),
    };
    return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
