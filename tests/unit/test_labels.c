/* SPDX-License-Identifier: BSD-2-Clause */
/* test_labels.c - the table of labels against itself and against the library at hand, and the rule
 * that splits a label. */
#include "ndpi/labels.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *name;
    enum label_kind kind;
    const char *implied;
} rows[] = {
#define L(name, kind, implied) {name, LABEL_##kind, implied},
#include "ndpi/labels.def"
#undef L
};

static struct detector *detector;
static const struct labels *labels;

static int start(void **state)
{
    struct dpi_err err;
    struct detector_options opt = {.guess = true};
    (void)state;
    if (detector_new(&detector, &opt, &err) != DPI_OK)
        return -1;
    labels = detector_labels(detector);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    detector_free(detector);
    return 0;
}

/* The names that came from the other process are those of this one. */
static void names_cross_to_another_process(void **state)
{
    struct dpi_err err;
    struct detector *other;
    struct label_info here, there;
    size_t i = 0;
    (void)state;
    assert_int_equal(detector_new(&other, &(struct detector_options){.guess = true, .contain = true}, &err), DPI_OK);
    for (; label_at(labels, i, &here); i++) {
        assert_true(label_at(detector_labels(other), i, &there));
        assert_string_equal(here.name, there.name);
        assert_string_equal(here.category, there.category);
        assert_int_equal(here.kind, there.kind);
    }
    assert_true(i > 100 && !label_at(detector_labels(other), i, &there));
    assert_string_equal(label_version(labels), label_version(detector_labels(other)));
    detector_free(other);
}

static void packed_names_that_are_cut_are_none(void **state)
{
    static char bytes[1 << 16];
    size_t n = labels_pack(labels, bytes, sizeof(bytes));
    (void)state;
    assert_true(n > 1000);
    assert_int_equal(labels_pack(labels, bytes + n, n - 1), 0);
    assert_null(labels_unpack(bytes, 3));
    for (size_t k = 12; k < n; k += 97) { /* texts behind the end are empty */
        struct labels *l = labels_unpack(bytes, k);
        labels_free(l);
    }
}

static size_t row_of(const char *name)
{
    size_t i = 0;
    while (i < N(rows) && strcmp(rows[i].name, name) != 0)
        i++;
    return i;
}

static void table_is_sorted_and_names_are_single(void **state)
{
    (void)state;
    for (size_t i = 1; i < N(rows); i++)
        if (strcmp(rows[i - 1].name, rows[i].name) >= 0)
            fail_msg("labels.def: %s stands before %s", rows[i - 1].name, rows[i].name);
}

static void general_names_are_applications(void **state)
{
    static const char *const general[] = {
#define G(name) name,
#include "ndpi/labels_general.def"
#undef G
    };
    (void)state;
    for (size_t i = 0; i < N(general); i++) {
        size_t k = 0;
        while (k < N(rows) && strcmp(rows[k].name, general[i]) != 0)
            k++;
        if (k == N(rows) || rows[k].kind == LABEL_PROTOCOL)
            fail_msg("%s is no application", general[i]);
        assert_true(i == 0 || strcmp(general[i - 1], general[i]) < 0);
        assert_true(label_is_general(general[i]));
    }
    assert_false(label_is_general("NetFlix"));
}

static void only_applications_imply_and_only_protocols_are_implied(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        if (!rows[i].implied[0])
            continue;
        size_t implied = row_of(rows[i].implied);
        assert_int_equal(rows[i].kind, LABEL_APPLICATION);
        assert_true(implied < N(rows));
        assert_int_equal(rows[implied].kind, LABEL_PROTOCOL);
    }
}

static void every_name_of_the_library_is_listed(void **state)
{
    struct label_info info;
    size_t i;
    (void)state;
    for (i = 0; label_at(labels, i, &info); i++) {
        if (!info.listed)
            fail_msg("labels.def lacks %s of nDPI %s", info.name, label_version(labels));
        assert_int_equal(info.id, i);
        assert_int_equal(info.kind, rows[row_of(info.name)].kind);
        assert_non_null(info.category);
    }
    assert_true(i >= 282); /* so many has 4.2 */
    label_at(labels, 0, &info);
    assert_string_equal(info.name, "Unknown");
}

/* The number of a name in the library at hand; UINT16_MAX when this version has none. */
static uint16_t id_of(const char *name)
{
    struct label_info info;
    for (size_t i = 0; name && label_at(labels, i, &info); i++)
        if (strcmp(info.name, name) == 0)
            return info.id;
    return name ? UINT16_MAX : 0;
}

enum {
    NONE = DETECT_BY_NONE,
    DPI = DETECT_BY_DPI,
    CACHE = DETECT_BY_DPI_CACHE,
    IP = DETECT_BY_IP,
    PORT = DETECT_BY_PORT,
};

static const struct split {
    const char *master, *app;
    uint8_t by, app_by;
    const char *protocol, *application;
    uint8_t protocol_by, application_by;
} splits[] = {
    {NULL, NULL, NONE, NONE, "Unknown", NULL, NONE, NONE},
    {NULL, "DNS", DPI, DPI, "DNS", NULL, DPI, NONE},
    {NULL, "HTTP", PORT, PORT, "HTTP", NULL, PORT, NONE},
    {"TLS", "NetFlix", DPI, DPI, "TLS", "NetFlix", DPI, DPI},
    {"TLS", "AmazonAWS", DPI, IP, "TLS", "AmazonAWS", DPI, IP},
    {"TLS", "Google", PORT, IP, "TLS", "Google", PORT, IP},
    {"DNS", "Google", DPI, DPI, "DNS", "Google", DPI, DPI},
    {"HTTP", "Facebook", DPI, DPI, "HTTP", "Facebook", DPI, DPI},
    {"QUIC", "YouTube", DPI, DPI, "QUIC", "YouTube", DPI, DPI},
    {"STUN", "WhatsAppCall", DPI, DPI, "STUN", "WhatsAppCall", DPI, DPI},
    {"TLS", "Telegram", DPI, DPI, "TLS", "Telegram", DPI, DPI},
    {NULL, "Telegram", DPI, DPI, "Telegram", "Telegram", DPI, DPI},
    {NULL, "Telegram", IP, IP, "Unknown", "Telegram", NONE, IP},
    {NULL, "Viber", PORT, PORT, "Viber", "Viber", PORT, PORT},
    {NULL, "Google", IP, IP, "Unknown", "Google", NONE, IP},
    {NULL, "WireGuard", IP, IP, "WireGuard", NULL, IP, NONE},
    {NULL, "WhatsAppCall", DPI, DPI, "STUN", "WhatsAppCall", DPI, DPI},
    {NULL, "WhatsAppCall", IP, IP, "Unknown", "WhatsAppCall", NONE, IP},
    {NULL, "BitTorrent", CACHE, CACHE, "BitTorrent", NULL, CACHE, NONE},
    {"HTTP", "OCSP", DPI, DPI, "OCSP", NULL, DPI, NONE},
    {"TLS", "DoH_DoT", DPI, DPI, "DoH_DoT", NULL, DPI, NONE},
    {"TLS", "TLS", DPI, DPI, "TLS", NULL, DPI, NONE},
    {"TLS", NULL, DPI, NONE, "TLS", NULL, DPI, NONE},
    {"Telegram", "STUN", DPI, DPI, "STUN", "Telegram", DPI, DPI},
    {"Google", "GMail", DPI, DPI, "Unknown", "GMail", NONE, DPI},
};

/* The name that a part of the label gives. */
static const char *name_of_part(const struct split *s, enum label_part part)
{
    if (part == LABEL_IMPLIED)
        return s->protocol;
    return part == LABEL_MASTER ? s->master : part == LABEL_APP ? (s->app ? s->app : s->master) : NULL;
}

static void tells_the_part_of_a_name(const struct split *s, const struct label_names *names)
{
    const char *protocol = name_of_part(s, names->protocol_part);
    const char *application = name_of_part(s, names->application_part);
    assert_string_equal(protocol ? protocol : "Unknown", s->protocol);
    assert_int_equal(!application, !s->application);
    if (application)
        assert_string_equal(application, s->application);
}

static void splits_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(splits); i++) {
        const struct split *s = &splits[i];
        struct label_names names;
        struct detect_verdict v = {
            .master = id_of(s->master), .app = id_of(s->app), .by = s->by, .app_by = s->app_by};
        if (v.master == UINT16_MAX || v.app == UINT16_MAX) { /* a later version may have renamed it */
            assert_int_not_equal(strncmp(label_version(labels), "4.2", 3), 0);
            continue;
        }
        label_split(labels, &v, &names);
        assert_string_equal(names.protocol, s->protocol);
        assert_int_equal(names.protocol_by, s->protocol_by);
        assert_int_equal(names.application_by, s->application_by);
        assert_int_equal(!names.application, !s->application);
        if (s->application)
            assert_string_equal(names.application, s->application);
        tells_the_part_of_a_name(s, &names);
    }
}

static void spells_labels_as_ndpi_does(void **state)
{
    static const struct {
        const char *master, *app, *label;
    } cases[] = {
        {NULL, NULL, "Unknown"}, {NULL, "DNS", "DNS"}, {"TLS", "Google", "TLS.Google"},
        {"TLS", "TLS", "TLS"},   {"TLS", NULL, "TLS"},
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        char out[LABEL_MAX];
        struct detect_verdict v = {.master = id_of(cases[i].master), .app = id_of(cases[i].app)};
        assert_int_equal(label_ndpi(labels, &v, out), strlen(cases[i].label));
        assert_string_equal(out, cases[i].label);
    }
}

/* A verdict may come from another process: numbers that no table has are Unknown. */
static void survives_numbers_out_of_range(void **state)
{
    char out[LABEL_MAX];
    struct label_names names;
    struct detect_verdict v = {.master = 65534, .app = 65535, .category = 65535, .confidence = 255};
    (void)state;
    label_split(labels, &v, &names);
    assert_string_equal(names.protocol, "Unknown");
    assert_non_null(names.category);
    assert_non_null(names.confidence);
    assert_string_equal((label_ndpi(labels, &v, out), out), "Unknown");
}

static void names_categories_and_confidences(void **state)
{
    struct label_names names;
    struct detect_verdict v = {.app = id_of("DNS"), .by = DPI, .app_by = DPI};
    (void)state;
    label_split(labels, &v, &names);
    assert_string_equal(names.category, "Unspecified");
    assert_string_equal(names.confidence, "Unknown");
    v.confidence = 1;
    label_split(labels, &v, &names);
    assert_string_equal(names.confidence, "Match by port");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_sorted_and_names_are_single),
        cmocka_unit_test(names_cross_to_another_process),
        cmocka_unit_test(packed_names_that_are_cut_are_none),
        cmocka_unit_test(general_names_are_applications),
        cmocka_unit_test(only_applications_imply_and_only_protocols_are_implied),
        cmocka_unit_test(every_name_of_the_library_is_listed),
        cmocka_unit_test(splits_labels),
        cmocka_unit_test(spells_labels_as_ndpi_does),
        cmocka_unit_test(survives_numbers_out_of_range),
        cmocka_unit_test(names_categories_and_confidences),
    };
    return cmocka_run_group_tests_name("labels", tests, start, stop);
}
