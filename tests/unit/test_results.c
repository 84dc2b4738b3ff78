/* SPDX-License-Identifier: BSD-2-Clause */
/* test_results.c - csv and json read back. */
#include "unit.h"

#include <string.h>

#include "results/decimal.h"
#include "results/results.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static enum dpi_status read_text(struct results *r, const char *text, size_t n, struct dpi_err *err)
{
    static const struct results_options how;
    return results_read(r, source_memory(text, n), "x", &how, err);
}

static void assert_cell(const struct results *r, size_t flow, unsigned column, const char *expected, size_t n)
{
    struct dpi_text t = results_cell(&r->flows[flow], column);
    assert_true(dpi_text_eq(t, (struct dpi_text){expected, n}));
    assert_int_equal(t.p == NULL, expected == NULL);
}

#define CELL(r, flow, column, text) assert_cell(r, flow, DPI_FIELD_##column, text, sizeof(text) - 1)
#define NO_CELL(r, flow, column)    assert_cell(r, flow, DPI_FIELD_##column, NULL, 0)

/* What the csv writer does to texts, and the same in JSON. */
static const char csv[] = "hostname,user,flags,src_port,duration,first_seen\r\n"
                          "\"'=1+1\",\"a\\x00b\\x5cx41\",\"a\\x3bb;\\u{202e};'\",80,0.000000001,2026-11-21T00:00:00.000000000Z\r\n"
                          "\"''\",\"\",,,,\r\n";
static const char json[] = "{\"hostname\":\"=1+1\",\"user\":\"a\\u0000b\\\\x41\",\"flags\":[\"a;b\",\"\\u202e\",\"'\"],"
                           "\"src_port\":80,\"duration\":1e-9,\"first_seen\":\"2026-11-21T00:00:00Z\"}\n"
                           "{\"user\":\"\",\n\"hostname\":\"'\"}";

static void both_formats_say_the_same(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } inputs[] = {{csv, sizeof(csv) - 1}, {json, sizeof(json) - 1}};
    (void)state;
    for (size_t i = 0; i < LEN(inputs); i++) {
        struct results r;
        struct dpi_err err;
        assert_int_equal(read_text(&r, inputs[i].text, inputs[i].n, &err), DPI_OK);
        assert_int_equal(r.n, 2);
        CELL(&r, 0, hostname, "=1+1");
        CELL(&r, 0, user, "a\0b\\x41");
        CELL(&r, 0, flags, "a\\x3bb;\xe2\x80\xae;'");
        CELL(&r, 0, src_port, "80");
        CELL(&r, 0, duration, "0.000000001");
        CELL(&r, 0, first_seen, "2026-11-21T00:00:00.000000000Z");
        CELL(&r, 1, hostname, "'");
        CELL(&r, 1, user, "");
        NO_CELL(&r, 1, flags);
        NO_CELL(&r, 1, src_port);
        results_free(&r);
    }
}

static void reads_every_delimiter(void **state)
{
    static const char *const texts[] = {
        "flow_id,user\r\n1,\"a b\"\r\n", "flow_id;user\n1;\"a b\"\n", "flow_id\tuser\n1\t\"a b\"\n",
        "\xef\xbb\xbf" "flow_id|user\r\n1|\"a b\"\r\n", "flow_id user\n1 \"a b\"\n",
    };
    (void)state;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct results r;
        struct dpi_err err;
        assert_int_equal(read_text(&r, texts[i], strlen(texts[i]), &err), DPI_OK);
        assert_int_equal(r.n, 1);
        CELL(&r, 0, flow_id, "1");
        CELL(&r, 0, user, "a b");
        results_free(&r);
    }
}

static void keeps_exact_bytes_of_json(void **state)
{
    static const char text[] = "{\"hostname\":\"\xef\xbf\xbd\",\"hostname_hex\":\"ff\"}\n";
    struct results r;
    struct dpi_err err;
    char name[RESULTS_NAME_MAX];
    (void)state;
    assert_int_equal(read_text(&r, text, sizeof(text) - 1, &err), DPI_OK);
    assert_cell(&r, 0, DPI_FIELD_COUNT + DPI_FIELD_hostname, "ff", 2);
    assert_string_equal(results_column(name, DPI_FIELD_COUNT + DPI_FIELD_hostname), "hostname_hex");
    results_free(&r);
}

static void refuses_what_is_not_of_dpitool(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"{\"flow_id\":1}\n{\"flow_id\":", "x:2: the results are cut off"},
        {"{\"flow_id\":1,\"flow_id\":1}", "x:1: flow_id is there twice"},
        {"{\"flow_id\":\"1\"}", "x:1: flow_id is a text"},
        {"{\"flow_id\":-1}", "x:1: flow_id is a number, not '-1'"},
        {"{\"hostname\":[\"a\"]}", "x:1: hostname is a list"},
        {"{\"hostname\":null}", "x:1: hostname is null"},
        {"{\"flags\":\"a\"}", "x:1: flags is a text"},
        {"{\"flags\":[1]}", "x:1: flags is a number"},
        {"{\"user\":{}}", "x:1: user is an object"},
        {"{\"usr\":\"\"}", "x:1: 'usr' is no field"},
        {"{\"type\":\"summary\"}", "x:1: its type is summary"},
        {"\n3\n", "x:2: neither JSON nor CSV"},
        {"{\"flow_id\":1}\n7\n", "x:2: a number stands where an object"},
        {"{\"user\":\"\xff\"}", "x:1: no JSON"},
        {"flow_id,flow_id\n1,1\n", "x:1: the column flow_id is there twice"},
        {"flow_id,user\n1\n", "x:2: 1 cells, and the header has 2"},
        {"flow_id,user\n1,\"a\",3\n", "x:2: more cells"},
        {"flow_id,user\n1,\"a\"\n2,\"b\"", "x:3: the results are cut off"},
        {"flow_id,user\n1,\"a\n", "x:2: the results are cut off"},
        {"flow_id,user\n1,\"a\"b\n", "x:2: no CSV"},
        {"flow_id,duration\n1,fast\n", "x:2: duration is a number of seconds, not 'fast'"},
        {"flow_id,first_seen\n1,2026-11-21\n", "x:2: first_seen is a time"},
        {"flow_id,first_seen\n1,yesterday\n", "x:2: first_seen is a time, not 'yesterday'"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct results r;
        struct dpi_err err;
        assert_int_equal(read_text(&r, rows[i].text, strlen(rows[i].text), &err), DPI_INPUT);
        if (strncmp(err.msg, rows[i].message, strlen(rows[i].message)) != 0)
            fail_msg("%s\nis not\n%s", err.msg, rows[i].message);
        results_free(&r);
    }
}

/* A source that damage or an end cuts anywhere is never taken for more than whole flows. */
static void is_cut_anywhere(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(csv); n++) {
        struct results r;
        struct dpi_err err;
        if (read_text(&r, csv, n, &err) == DPI_OK)
            assert_true(n == 0 || csv[n - 1] == '\n' || n == sizeof(csv) - 1);
        results_free(&r);
    }
    for (size_t n = 0; n < sizeof(json); n++) {
        struct results r;
        struct dpi_err err;
        if (read_text(&r, json, n, &err) == DPI_OK)
            assert_true(n == 0 || json[n - 1] == '\n' || json[n - 1] == '}');
        results_free(&r);
    }
}

/* Whatever bytes are others: flows, or one line with the place. */
static void survives_damage(void **state)
{
    static const char bytes[] = "\"\\{}[],:;'x0\n\r\t\xff\0";
    uint64_t random = 5;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[sizeof(csv) + sizeof(json)];
        size_t n = i % 2 ? sizeof(csv) - 1 : sizeof(json) - 1;
        struct results r;
        struct dpi_err err;
        memcpy(text, i % 2 ? csv : json, n);
        for (int j = 0; j <= i % 3; j++)
            text[unit_random(&random) % n] = bytes[unit_random(&random) % sizeof(bytes)];
        if (read_text(&r, text, n, &err) != DPI_OK) {
            assert_int_equal(err.code, DPI_INPUT);
            assert_memory_equal(err.msg, "x:", 2);
            assert_true(err.msg[2] >= '1' && err.msg[2] <= '9');
        }
        results_free(&r);
    }
}

static void knows_all_fields(void **state)
{
    struct results r;
    struct dpi_err err;
    (void)state;
    assert_int_equal(read_text(&r, "{\"flow_id\":1}\n", 14, &err), DPI_OK);
    assert_false(r.all_fields);
    results_free(&r);
    assert_int_equal(read_text(&r, "", 0, &err), DPI_OK);
    assert_true(r.json && r.all_fields && r.n == 0);
    results_free(&r);
}

static void reads_decimals(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t ns;
    } rows[] = {
        {"0", true, 0}, {"12", true, 12000000000}, {"0.5", true, 500000000}, {"5e-05", true, 50000},
        {"3.56865e-04", true, 356865}, {"-1.5", true, -1500000000}, {"1E2", true, 100000000000}, {"1.0e+1", true, 10000000000},
        {"9223372036.854775807", true, INT64_MAX}, {"0.1234567890", true, 123456789}, {"9223372036.854775808", false, 0},
        {"0.0000000001", false, 0}, {"", false, 0}, {".", false, 0}, {"-", false, 0}, {"1e", false, 0}, {"1e99", false, 0},
        {"1.2.3", false, 0}, {"1 ", false, 0}, {"0x1", false, 0}, {"99999999999999999999999", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        int64_t ns = 0;
        assert_int_equal(decimal_parse(rows[i].text, strlen(rows[i].text), &ns), rows[i].good);
        if (rows[i].good)
            assert_true(ns == rows[i].ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats_say_the_same),
        cmocka_unit_test(reads_every_delimiter),
        cmocka_unit_test(keeps_exact_bytes_of_json),
        cmocka_unit_test(refuses_what_is_not_of_dpitool),
        cmocka_unit_test(is_cut_anywhere),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(knows_all_fields),
        cmocka_unit_test(reads_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
