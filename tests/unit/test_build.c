/* SPDX-License-Identifier: BSD-2-Clause */
/* test_build.c - attributes of a record, from entries as a worker that was taken over may have written them. Other
 * parts of records are in the golden files. */
#include "record/build.h"

#include "detect/attrs.h"
#include "dpitool/record.h"

#include "unit.h"

#include <string.h>

static struct detector *detector;
static struct record_builder *builder;

static int start(void **state)
{
    struct dpi_err err;
    (void)state;
    if (detector_new(&detector, &(struct detector_options){.guess = true}, &err) != DPI_OK)
        return -1;
    builder = record_builder_new(detector_labels(detector), 0, false);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    record_builder_free(builder);
    detector_free(detector);
    return 0;
}

static const struct dpi_record *record_of(const struct attrs_writer *w)
{
    static const struct capture_iface iface = {.capture = "-", .link_type = 1};
    struct flow f = {.id = 1, .key = {.transport = 17}, .iface = &iface, .attrs = w->p};
    f.verdict.attrs_len = (uint32_t)w->n;
    return record_build(builder, &(struct record_parts){.flow = &f});
}

static struct dpi_value value(const struct dpi_record *r, enum dpi_field_id field)
{
    return dpi_field_get(&dpi_fields[field], r);
}

static void text(struct attrs_writer *w, enum dpi_field_id field, const char *t)
{
    attrs_text(w, field, t, strlen(t));
}

static void check_list(const struct dpi_record *r, enum dpi_field_id field, const char *const *want, size_t n)
{
    struct dpi_value v = value(r, field);
    assert_int_equal(v.kind, DPI_LIST);
    assert_int_equal(v.list.n, n);
    for (size_t i = 0; i < n; i++)
        assert_true(dpi_text_eq(v.list.v[i], dpi_text_of(want[i])));
}

static void takes_what_is_sound(void **state)
{
    uint8_t bytes[512];
    struct attrs_writer w = {.p = bytes, .max = sizeof(bytes)};
    (void)state;
    text(&w, DPI_FIELD_hostname, "a.example");
    text(&w, DPI_FIELD_tls_alpn, "h2");
    text(&w, DPI_FIELD_tls_alpn, "h3");
    const struct dpi_record *r = record_of(&w);
    check_list(r, DPI_FIELD_tls_alpn, (const char *const[]){"h2", "h3"}, 2);
    assert_true(dpi_text_eq(value(r, DPI_FIELD_hostname).text, dpi_text_of("a.example")));
}

static void skips_what_has_another_kind(void **state)
{
    uint8_t bytes[512];
    struct attrs_writer w = {.p = bytes, .max = sizeof(bytes)};
    (void)state;
    attrs_u64(&w, DPI_FIELD_hostname, 7);
    text(&w, DPI_FIELD_http_status, "two hundred");
    attrs_u64(&w, DPI_FIELD_tls_alpn, 1);
    text(&w, DPI_FIELD_tls_alpn, "h2");
    attrs_u64(&w, DPI_FIELD_tls_alpn, 2);
    text(&w, DPI_FIELD_tls_alpn, "h3");
    attrs_u64(&w, DPI_FIELD_tls_alpn, UINT64_MAX);
    const struct dpi_record *r = record_of(&w);
    assert_int_equal(value(r, DPI_FIELD_hostname).kind, DPI_ABSENT);
    assert_int_equal(value(r, DPI_FIELD_http_status).kind, DPI_ABSENT);
    check_list(r, DPI_FIELD_tls_alpn, (const char *const[]){"h2", "h3"}, 2);
}

static void skips_what_nobody_extracts(void **state)
{
    uint8_t bytes[512];
    struct attrs_writer w = {.p = bytes, .max = sizeof(bytes)};
    (void)state;
    attrs_u64(&w, DPI_FIELD_flow_id, 99);
    text(&w, DPI_FIELD_protocol, "Harmless");
    text(&w, DPI_FIELD_flags, "one-way");
    const struct dpi_record *r = record_of(&w);
    assert_int_equal(r->n_attrs, record_of(&(struct attrs_writer){.p = bytes})->n_attrs);
    assert_int_equal(value(r, DPI_FIELD_flow_id).u64, 1);
}

/* One for each field, in the order of fields.def. */
static void skips_what_stands_elsewhere(void **state)
{
    uint8_t bytes[512];
    struct attrs_writer w = {.p = bytes, .max = sizeof(bytes)};
    (void)state;
    text(&w, DPI_FIELD_hostname, "a.example");
    text(&w, DPI_FIELD_hostname, "b.example");
    text(&w, DPI_FIELD_tls_alpn, "h2");
    text(&w, DPI_FIELD_hostname, "c.example");
    text(&w, DPI_FIELD_tls_alpn, "h3");
    const struct dpi_record *r = record_of(&w);
    assert_true(dpi_text_eq(value(r, DPI_FIELD_hostname).text, dpi_text_of("a.example")));
    check_list(r, DPI_FIELD_tls_alpn, (const char *const[]){"h2", "h3"}, 2);
    for (size_t i = 1; i < r->n_attrs; i++)
        assert_true(r->attrs[i - 1].field < r->attrs[i].field);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_sound),
        cmocka_unit_test(skips_what_has_another_kind),
        cmocka_unit_test(skips_what_nobody_extracts),
        cmocka_unit_test(skips_what_stands_elsewhere),
    };
    return cmocka_run_group_tests_name("build", tests, start, stop);
}
