/* SPDX-License-Identifier: BSD-2-Clause */
/* test_fields.c - the table of fields, lists of columns, and copies of records. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "dpitool/record.h"
#include "record/value_of.h"

static void every_field_is_whole(void **state)
{
    struct dpi_record zero = {0};
    (void)state;
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++) {
        const struct dpi_field *f = &dpi_fields[i];
        assert_true(f->name[0] && f->doc[0] && f->unit && f->width > 0);
        assert_int_not_equal(f->kind, DPI_ABSENT);
        assert_ptr_equal(dpi_field_find(f->name, strlen(f->name)), f);
        struct dpi_value v = dpi_field_get(f, &zero);
        assert_true(v.kind == f->kind || v.kind == DPI_ABSENT);
        if (f->always && f->kind != DPI_TEXT && f->kind != DPI_ADDR)
            assert_int_equal(v.kind, f->kind);
    }
}

static void finds_whole_names_only(void **state)
{
    (void)state;
    assert_null(dpi_field_find("hostnam", 7));
    assert_null(dpi_field_find("hostnames", 9));
    assert_null(dpi_field_find("", 0));
    assert_ptr_equal(dpi_field_find("hostname,x", 8), &dpi_fields[DPI_FIELD_hostname]);
}

static void lists_columns(void **state)
{
    struct dpi_columns all, shown, some;
    struct dpi_err err;
    (void)state;
    dpi_columns_all(&all);
    dpi_columns_default(&shown);
    assert_int_equal(all.n, DPI_FIELD_COUNT);
    assert_true(shown.n > 5 && shown.n < 20);
    assert_int_equal(dpi_columns_parse(&some, "dst_ip, flow_id ,hostname", &err), DPI_OK);
    assert_int_equal(some.n, 3);
    assert_ptr_equal(some.v[0], &dpi_fields[DPI_FIELD_dst_ip]);
    assert_ptr_equal(some.v[1], &dpi_fields[DPI_FIELD_flow_id]);
    assert_ptr_equal(some.v[2], &dpi_fields[DPI_FIELD_hostname]);
    dpi_columns_free(&all);
    dpi_columns_free(&shown);
    dpi_columns_free(&some);
}

static void refuses_wrong_lists(void **state)
{
    static const struct {
        const char *list, *said;
    } rows[] = {
        {"src_ip,hostnam", "no field 'hostnam'; did you mean hostname?"},
        {"SRC_IP", "no field 'SRC_IP'"},
        {"xyzzy", "dpitool fields lists them all"},
        {"src_ip,dst_ip,src_ip", "field 'src_ip' is in the list twice"},
        {"", "empty name"},
        {"src_ip,", "empty name"},
        {",src_ip", "empty name"},
        {"src_ip, ,dst_ip", "empty name"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct dpi_columns c;
        struct dpi_err err;
        assert_int_equal(dpi_columns_parse(&c, rows[i].list, &err), DPI_USAGE);
        if (!strstr(err.msg, rows[i].said))
            fail_msg("'%s': %s", rows[i].list, err.msg);
        assert_null(c.v);
    }
}

static void spans_have_bounds(void **state)
{
    (void)state;
    assert_int_equal(dpi_ns_between(5, 12), 7);
    assert_int_equal(dpi_ns_between(INT64_MIN, 1), INT64_MAX);
    assert_int_equal(dpi_ns_between(1, INT64_MIN), INT64_MIN);
}

static struct dpi_text heap_text(const char *s, size_t n)
{
    char *p = malloc(n ? n : 1);
    if (n)
        memcpy(p, s, n);
    return (struct dpi_text){p, n};
}

/* The copy stands on its own: what it was made from is gone before it is looked at. */
static void copies_own_everything(void **state)
{
    struct dpi_text flags[] = {heap_text("cut", 3), heap_text("", 0)}, names[] = {heap_text("a\0b", 3)};
    struct dpi_attr attrs[] = {
        {DPI_FIELD_hostname, {.kind = DPI_TEXT, .text = heap_text("host", 4)}},
        {DPI_FIELD_tls_server_names, {.kind = DPI_LIST, .list = {names, 1}}},
        {DPI_FIELD_http_status, {.kind = DPI_U64, .u64 = 404}},
    };
    uint8_t mac[6] = {1, 2, 3, 4, 5, 6};
    struct dpi_record r = {.flow_id = 7, .flags = flags, .n_flags = 2, .attrs = attrs, .n_attrs = 3};
    (void)state;
    r.protocol = heap_text("TLS", 3);
    r.category = heap_text("", 0);
    r.dir[1].mac = mac;
    struct dpi_record *copy = dpi_record_dup(&r);
    const struct dpi_text texts[] = {flags[0], flags[1], names[0], attrs[0].value.text, r.protocol, r.category};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free((char *)texts[i].p);
    memset(flags, 0xff, sizeof(flags));
    memset(names, 0xff, sizeof(names));
    memset(attrs, 0xff, sizeof(attrs));
    memset(mac, 0xff, sizeof(mac));

    assert_int_equal(copy->flow_id, 7);
    assert_memory_equal(copy->protocol.p, "TLS", 3);
    assert_non_null(copy->category.p);
    assert_null(copy->application.p);
    assert_null(copy->dir[0].mac);
    assert_int_equal(copy->dir[1].mac[5], 6);
    assert_memory_equal(copy->flags[0].p, "cut", 3);
    assert_non_null(copy->flags[1].p);
    assert_int_equal(copy->flags[1].n, 0);
    struct dpi_value list = dpi_record_attr(copy, DPI_FIELD_tls_server_names);
    assert_int_equal(list.kind, DPI_LIST);
    assert_memory_equal(list.list.v[0].p, "a\0b", 3);
    assert_memory_equal(dpi_record_attr(copy, DPI_FIELD_hostname).text.p, "host", 4);
    assert_int_equal(dpi_record_attr(copy, DPI_FIELD_http_status).u64, 404);
    assert_int_equal(dpi_record_attr(copy, DPI_FIELD_ja3).kind, DPI_ABSENT);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_whole), cmocka_unit_test(finds_whole_names_only),
        cmocka_unit_test(lists_columns),        cmocka_unit_test(refuses_wrong_lists),
        cmocka_unit_test(spans_have_bounds),    cmocka_unit_test(copies_own_everything),
    };
    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
