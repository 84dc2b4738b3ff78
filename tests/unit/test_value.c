/* SPDX-License-Identifier: BSD-2-Clause */
/* test_value.c - values as text. */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>

#include "dpitool/value.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void writes_numbers(void **state)
{
    static const struct {
        uint64_t v;
        const char *text;
    } rows[] = {{0, "0"}, {9, "9"}, {10, "10"}, {99999, "99999"}, {UINT64_MAX, "18446744073709551615"}};
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[DPI_U64_MAX];
        assert_int_equal(dpi_u64_text(out, rows[i].v), strlen(rows[i].text));
        assert_string_equal(out, rows[i].text);
    }
}

static void writes_times(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000000Z"},
        {1, "1970-01-01T00:00:00.000000001Z"},
        {-1, "1969-12-31T23:59:59.999999999Z"},
        {1795252299123456789, "2026-11-21T09:11:39.123456789Z"},
        {951782400000000000, "2000-02-29T00:00:00.000000000Z"},
        {951868800000000000, "2000-03-01T00:00:00.000000000Z"},
        {4107542399999999999, "2100-02-28T23:59:59.999999999Z"},
        {4107542400000000000, "2100-03-01T00:00:00.000000000Z"},
        {INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
        {INT64_MIN, "1677-09-21T00:12:43.145224192Z"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[DPI_TIME_MAX];
        assert_int_equal(dpi_time_text(out, rows[i].ns), strlen(rows[i].text));
        assert_string_equal(out, rows[i].text);
    }
}

/* Every 9 days and some through all that 64 bits can say, against the C library. */
static void agrees_with_gmtime(void **state)
{
    (void)state;
    for (time_t s = -9223372036; s < 9223372036; s += 777777) {
        char out[DPI_TIME_MAX], expected[DPI_TIME_MAX];
        struct tm tm;
        assert_non_null(gmtime_r(&s, &tm));
        strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000000000Z", &tm);
        dpi_time_text(out, (int64_t)s * 1000000000);
        assert_string_equal(out, expected);
    }
}

static void writes_spans(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "0.000000000"},
        {1, "0.000000001"},
        {-1, "-0.000000001"},
        {1500000000, "1.500000000"},
        {86400000000001, "86400.000000001"},
        {INT64_MAX, "9223372036.854775807"},
        {INT64_MIN, "-9223372036.854775808"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[DPI_SPAN_MAX];
        assert_int_equal(dpi_span_text(out, rows[i].ns), strlen(rows[i].text));
        assert_string_equal(out, rows[i].text);
    }
}

static struct dpi_addr addr(const char *text)
{
    struct dpi_addr a = {.family = strchr(text, ':') ? 6 : 4};
    assert_int_equal(inet_pton(a.family == 6 ? AF_INET6 : AF_INET, text, a.b), 1);
    return a;
}

static void writes_addresses(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"0.0.0.0", "0.0.0.0"},
        {"192.168.100.255", "192.168.100.255"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},      /* RFC 5952, 4.2.3: the first of equal runs */
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},    /* 4.2.2: one group is no run */
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},             /* the longest */
        {"2001:DB8::AbCd", "2001:db8::abcd"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},            /* 5 */
        {"::192.0.2.1", "::c000:201"},
        {"64:ff9b::8.8.8.8", "64:ff9b::808:808"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[DPI_ADDR_MAX];
        struct dpi_addr a = addr(rows[i].in);
        assert_int_equal(dpi_addr_text(out, &a), strlen(rows[i].out));
        assert_string_equal(out, rows[i].out);
    }
    char none[DPI_ADDR_MAX];
    assert_int_equal(dpi_addr_text(none, &(struct dpi_addr){0}), 0);
}

/* Every pattern of zero groups, against the C library; it differs only where IPv4 stands in the low end. */
static void agrees_with_inet_ntop(void **state)
{
    (void)state;
    for (unsigned pattern = 0; pattern < 256; pattern++) {
        struct dpi_addr a = {.family = 6};
        char out[DPI_ADDR_MAX], expected[INET6_ADDRSTRLEN];
        for (int i = 0; i < 8; i++)
            a.b[2 * i + (i & 1)] = pattern >> i & 1 ? (uint8_t)(0x10 + i) : 0;
        dpi_addr_text(out, &a);
        inet_ntop(AF_INET6, a.b, expected, sizeof(expected));
        if (!strchr(expected, '.'))
            assert_string_equal(out, expected);
    }
}

static void writes_scalars_by_kind(void **state)
{
    static const uint8_t mac[6] = {0x00, 0x1a, 0xff, 0x09, 0xa0, 0x01};
    const struct {
        struct dpi_value v;
        const char *text;
    } rows[] = {
        {{.kind = DPI_U64, .u64 = 7}, "7"},
        {{.kind = DPI_TIME, .ns = 0}, "1970-01-01T00:00:00.000000000Z"},
        {{.kind = DPI_SPAN, .ns = 0}, "0.000000000"},
        {{.kind = DPI_ADDR, .addr = addr("10.0.0.1")}, "10.0.0.1"},
        {{.kind = DPI_MAC, .mac = mac}, "00:1a:ff:09:a0:01"},
        {{.kind = DPI_ABSENT}, ""},
        {{.kind = DPI_TEXT, .text = {"x", 1}}, ""},
        {{.kind = DPI_LIST}, ""},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[DPI_SCALAR_MAX];
        assert_int_equal(dpi_scalar_text(out, &rows[i].v), strlen(rows[i].text));
        assert_string_equal(out, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_numbers),       cmocka_unit_test(writes_times),
        cmocka_unit_test(agrees_with_gmtime),   cmocka_unit_test(writes_spans),
        cmocka_unit_test(writes_addresses),     cmocka_unit_test(agrees_with_inet_ntop),
        cmocka_unit_test(writes_scalars_by_kind),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
