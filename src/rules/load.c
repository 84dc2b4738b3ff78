/* SPDX-License-Identifier: BSD-2-Clause */
/* load.c - the format of rule files: which keys stand where, and what their values are. */
#include "rules/load.h"

#include "rules/load_signatures.h"
#include "rules/reading.h"
#include "rules/values.h"
#include "util/prefix.h"

#include <string.h>

enum { ENTRIES_MAX = 1 << 25 };

/* --- conditions --------------------------------------------------------------------------------------- */

static const char *const lists[CONDITIONS] = {
    [CONDITION_hosts] = "a list such as [example.com, \"=www.example.com\", \"*.cdn-?.example.net\"]",
    [CONDITION_certificates] = "a list of SHA-1 fingerprints",
    [CONDITION_ja4] = "a list of JA4 fingerprints",
    [CONDITION_ja3] = "a list of JA3 fingerprints",
    [CONDITION_addresses] = "a list such as [192.0.2.0/24, 192.0.2.1-192.0.2.9]",
    [CONDITION_ports] = "a list such as [tcp/443, udp/5000-5010]",
    [CONDITION_protocols] = "a list such as [TLS, QUIC]",
};

static void read_value(struct loader *l, void *condition)
{
    enum condition c = *(const enum condition *)condition;
    char why[VALUE_WHY_MAX];
    if (l->e.type != EVENT_TEXT) {
        reading_wrong_type(l, "a value in the list", "a text");
        return;
    }
    size_t before = l->r->n_entries;
    if (before >= ENTRIES_MAX && !l->full) {
        FAIL(l, "more than %d hosts, prefixes and ports in all", ENTRIES_MAX);
        l->full = true;
    } else if (!l->full && !l->e.faulty && !value_readers[c](l->r, l->e.text, l->e.n, why)) {
        FAIL(l, "%s", why);
    }
    for (size_t i = before; i < l->r->n_entries; i++) {
        l->r->entries[i].line = l->e.at.line;
        l->r->entries[i].column = (uint16_t)(l->e.at.column < UINT16_MAX ? l->e.at.column : UINT16_MAX);
    }
    reading_next(l);
}

static void read_values(struct loader *l, enum condition c)
{
    reading_list(l, condition_keys[c], lists[c], read_value, &c);
}

static struct rule *last_rule(struct loader *l)
{
    return &l->r->rules[l->r->n_rules - 1];
}

static void begin_rule(struct loader *l)
{
    uint16_t column = (uint16_t)(l->e.at.column < UINT16_MAX ? l->e.at.column : UINT16_MAX);
    struct rule *rule = model_add_rule(l->r, (uint32_t)l->r->n_applications - 1);
    rule->line = l->e.at.line;
    rule->column = column;
}

/* Directly on the application: a rule of its own. */
static void read_alternative(struct loader *l, enum condition c)
{
    begin_rule(l);
    last_rule(l)->conditions = (uint8_t)(1u << c);
    last_rule(l)->strongest = (uint8_t)c;
    read_values(l, c);
}

/* In an entry of match: one more condition of the same rule. */
static void read_condition(struct loader *l, enum condition c)
{
    last_rule(l)->conditions |= (uint8_t)(1u << c);
    read_values(l, c);
}

#define C(name, key)                                                                                                   \
    static void read_alternative_##name(struct loader *l, void *unused)                                                \
    {                                                                                                                  \
        (void)unused;                                                                                                  \
        read_alternative(l, CONDITION_##name);                                                                         \
    }                                                                                                                  \
    static void read_condition_##name(struct loader *l, void *unused)                                                  \
    {                                                                                                                  \
        (void)unused;                                                                                                  \
        read_condition(l, CONDITION_##name);                                                                           \
    }
#include "rules/conditions.def"
#undef C

static enum condition condition_of(enum entry_kind kind)
{
    static const enum condition of[ENTRY_KINDS] = {
        [ENTRY_HOST] = CONDITION_hosts, [ENTRY_GLOB] = CONDITION_hosts, [ENTRY_CERTIFICATE] = CONDITION_certificates,
        [ENTRY_JA4] = CONDITION_ja4, [ENTRY_JA3] = CONDITION_ja3, [ENTRY_ADDRESS] = CONDITION_addresses,
        [ENTRY_PORT] = CONDITION_ports, [ENTRY_PROTOCOL] = CONDITION_protocols,
    };
    return of[kind];
}

static void end_rule(struct loader *l)
{
    struct rule *rule = last_rule(l);
    while (rule->strongest < CONDITIONS && !(rule->conditions & 1u << rule->strongest))
        rule->strongest++;
    for (uint32_t i = rule->first_entry; i < l->r->n_entries; i++)
        l->r->entries[i].scoped = condition_of((enum entry_kind)l->r->entries[i].kind) != rule->strongest;
}

static void read_match_entry(struct loader *l, void *unused)
{
    static const struct key v[] = {
#define C(name, key) {key, read_condition_##name},
#include "rules/conditions.def"
#undef C
    };
    static const struct keys keys = {v, CONDITIONS, "an entry of match"};
    unsigned lines[CONDITIONS] = {0};
    (void)unused;
    struct rules_place at = l->e.at;
    begin_rule(l);
    if (reading_mapping(l, &keys, lines, NULL) && !last_rule(l)->conditions)
        rules_error(l->problems, &at, "an entry of match without a condition: expected hosts, addresses, ports, "
                                      "protocols, ja3, ja4 or certificates");
    end_rule(l);
}

static void read_match(struct loader *l, void *unused)
{
    (void)unused;
    reading_list(l, "match", "a list of mappings, such as - {addresses: [192.0.2.0/24], ports: [tcp/443]}",
              read_match_entry, NULL);
}

/* --- applications ------------------------------------------------------------------------------------- */

static struct application *last_application(struct loader *l)
{
    return &l->r->applications[l->r->n_applications - 1];
}

static void read_id(struct loader *l, void *unused)
{
    struct rules_place at;
    (void)unused;
    const char *id = reading_id(l, &at);
    last_application(l)->id = id;
    if (id) {
        last_application(l)->line = at.line;
        last_application(l)->column = at.column;
    }
}

static void read_name(struct loader *l, void *unused)
{
    (void)unused;
    last_application(l)->name = reading_name(l, "name", "what records show, such as Netflix");
}

static void read_category(struct loader *l, void *unused)
{
    (void)unused;
    last_application(l)->category = reading_category(l);
}

static void read_source(struct loader *l, void *unused)
{
    (void)unused;
    last_application(l)->source = reading_source(l);
}

static void read_catch_all(struct loader *l, void *unused)
{
    (void)unused;
    last_application(l)->catch_all = reading_flag(l, "catch-all");
}

/* The first three are needed, and one of APP_MATCH and those behind it. */
enum { APP_ID, APP_NAME, APP_CATEGORY, APP_SOURCE, APP_CATCH_ALL, APP_MATCH, APP_KEYS = APP_MATCH + 1 + CONDITIONS };

static void read_application(struct loader *l, void *unused)
{
    static const struct key v[APP_KEYS] = {
        [APP_ID] = {"id", read_id},
        [APP_NAME] = {"name", read_name},
        [APP_CATEGORY] = {"category", read_category},
        [APP_SOURCE] = {"source", read_source},
        [APP_CATCH_ALL] = {"catch-all", read_catch_all},
        [APP_MATCH] = {"match", read_match},
#define C(name, key) {key, read_alternative_##name},
#include "rules/conditions.def"
#undef C
    };
    static const struct keys keys = {v, APP_KEYS, "an application"};
    unsigned lines[APP_KEYS] = {0};
    (void)unused;
    struct rules_place at = l->e.at;
    struct application *a = model_add_application(l->r);
    *a = (struct application){.file = l->file, .line = at.line, .column = at.column, .shipped = l->shipped,
                              .first_rule = (uint32_t)l->r->n_rules};
    if (!reading_mapping(l, &keys, lines, NULL))
        return;
    bool has_rule = false;
    for (int i = 0; i < APP_KEYS; i++) {
        if (i <= APP_CATEGORY && !lines[i])
            rules_error(l->problems, &at, "the application has no %s", v[i].name);
        has_rule |= i >= APP_MATCH && lines[i];
    }
    if (!has_rule)
        rules_error(l->problems, &at, "the application has no rule: expected hosts, addresses, ports, protocols, ja3, "
                                      "ja4, certificates or match");
}

static void read_applications(struct loader *l, void *unused)
{
    (void)unused;
    reading_list(l, "applications", "a list of mappings that begin with - id:", read_application, NULL);
}

/* --- tests -------------------------------------------------------------------------------------------- */

static struct rule_test *last_test(struct loader *l)
{
    return &l->r->tests[l->r->n_tests - 1];
}

static void read_test_name(struct loader *l, void *unused)
{
    (void)unused;
    last_test(l)->name = reading_text(l, "name", "a host such as www.example.com", 253);
}

static void read_test_address(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    struct prefix p;
    (void)unused;
    const char *text = reading_text(l, "address", "an address such as 192.0.2.1", EVENTS_TEXT_MAX);
    if (text && (strchr(text, '/') || !prefix_parse(&p, text)))
        rules_error(l->problems, &at, "'%.60s' is no address: expected one such as 192.0.2.1 or 2001:db8::1", text);
    else if (text)
        last_test(l)->addr = p.addr;
}

static void read_test_port(struct loader *l, void *unused)
{
    char why[VALUE_WHY_MAX];
    struct rules_place at = l->e.at;
    uint16_t first, last;
    uint8_t transport;
    (void)unused;
    const char *text = reading_text(l, "port", "one such as tcp/443", EVENTS_TEXT_MAX);
    if (!text)
        return;
    if (!value_ports(text, &transport, &first, &last, why))
        rules_error(l->problems, &at, "%s", why);
    else if (first != last)
        rules_error(l->problems, &at, "'%.60s' is a range: expected one port such as tcp/443", text);
    else if (last_test(l)->transport && last_test(l)->transport != transport)
        rules_error(l->problems, &at, "'%.60s' is no port of the transport", text);
    last_test(l)->transport = transport;
    last_test(l)->port = first;
}

static void read_test_payload(struct loader *l, void *unused)
{
    (void)unused;
    load_payload(l, last_test(l));
}

static void read_test_transport(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    (void)unused;
    uint8_t transport = load_transport(l);
    if (transport && last_test(l)->transport && last_test(l)->transport != transport)
        rules_error(l->problems, &at, "the port is of another transport");
    last_test(l)->transport = transport;
}

static void read_test_direction(struct loader *l, void *unused)
{
    (void)unused;
    last_test(l)->sides = load_direction(l);
}

static void read_test_protocol(struct loader *l, void *unused)
{
    (void)unused;
    if (reading_is_null(&l->e))
        reading_next(l);
    else
        last_test(l)->protocol = reading_text(l, "protocol", "a name, or ~ when no signature may match",
                                              EVENTS_TEXT_MAX);
}

static void read_test_application(struct loader *l, void *unused)
{
    (void)unused;
    if (reading_is_null(&l->e))
        reading_next(l);
    else
        last_test(l)->application = reading_text(l, "application", "an id, or ~ when none may match", EVENTS_TEXT_MAX);
}

enum {
    TEST_NAME, TEST_ADDRESS, TEST_PORT, TEST_APPLICATION, TEST_PAYLOAD, TEST_TRANSPORT, TEST_DIRECTION, TEST_PROTOCOL,
    TEST_KEYS
};

/* What is missing in a test of applications, or of signatures, or does not belong to it. */
static void check_test(struct loader *l, const unsigned *lines, const struct rules_place *at)
{
    if (lines[TEST_PAYLOAD] && (lines[TEST_NAME] || lines[TEST_ADDRESS] || lines[TEST_APPLICATION]))
        rules_error(l->problems, at, "a test with payload asks for a protocol, not for an application: two tests");
    else if (lines[TEST_PAYLOAD] && !lines[TEST_PROTOCOL])
        rules_error(l->problems, at, "a test of payload without protocol: expected a name, or ~ when no signature may "
                                     "match");
    else if (lines[TEST_PAYLOAD] && !lines[TEST_TRANSPORT] && !lines[TEST_PORT])
        rules_error(l->problems, at, "a test of payload without transport: expected tcp or udp");
    if (lines[TEST_PAYLOAD])
        return;
    if (lines[TEST_TRANSPORT] || lines[TEST_DIRECTION] || lines[TEST_PROTOCOL])
        rules_error(l->problems, at, "transport, direction and protocol need payload in a test");
    if (!lines[TEST_NAME] && !lines[TEST_ADDRESS] && !lines[TEST_PORT])
        rules_error(l->problems, at, "a test without name, address, port and payload: there is nothing to look up");
    if (!lines[TEST_APPLICATION])
        rules_error(l->problems, at, "a test without application: expected an id, or ~ when none may match");
}

static void read_test(struct loader *l, void *unused)
{
    static const struct key v[TEST_KEYS] = {
        [TEST_NAME] = {"name", read_test_name},
        [TEST_ADDRESS] = {"address", read_test_address},
        [TEST_PORT] = {"port", read_test_port},
        [TEST_APPLICATION] = {"application", read_test_application},
        [TEST_PAYLOAD] = {"payload", read_test_payload},
        [TEST_TRANSPORT] = {"transport", read_test_transport},
        [TEST_DIRECTION] = {"direction", read_test_direction},
        [TEST_PROTOCOL] = {"protocol", read_test_protocol},
    };
    static const struct keys keys = {v, TEST_KEYS, "a test"};
    unsigned lines[TEST_KEYS] = {0};
    (void)unused;
    struct rules_place at = l->e.at;
    struct rule_test *t = model_add_test(l->r);
    *t = (struct rule_test){.file = l->file, .line = at.line, .column = at.column, .sides = 1};
    if (reading_mapping(l, &keys, lines, NULL))
        check_test(l, lines, &at);
}

static void read_tests(struct loader *l, void *unused)
{
    (void)unused;
    reading_list(l, "tests", "a list such as - {name: www.example.com, application: example}", read_test, NULL);
}

/* --- the file ----------------------------------------------------------------------------------------- */

static void read_version(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    (void)unused;
    const char *version = reading_text(l, "version", "1", EVENTS_TEXT_MAX);
    if (version && strcmp(version, "1") != 0)
        rules_error(l->problems, &at, "version is '%.40s': expected 1", version);
}

enum { FILE_VERSION, FILE_APPLICATIONS, FILE_SIGNATURES, FILE_TESTS, FILE_KEYS };

static void read_document(struct loader *l)
{
    static const struct key v[FILE_KEYS] = {
        [FILE_VERSION] = {"version", read_version},
        [FILE_APPLICATIONS] = {"applications", read_applications},
        [FILE_SIGNATURES] = {"signatures", load_signatures},
        [FILE_TESTS] = {"tests", read_tests},
    };
    static const struct keys keys = {v, FILE_KEYS, "a rule file"};
    unsigned lines[FILE_KEYS] = {0};
    struct rules_place at = l->e.at;
    if (l->e.type == EVENT_END && !events_failed(l->events))
        rules_error(l->problems, &(struct rules_place){at.file, 1, 1}, "nothing in it: expected version: 1");
    bool whole = reading_mapping(l, &keys, lines, NULL);
    if (whole && !lines[FILE_VERSION])
        rules_error(l->problems, &at, "no version: expected version: 1");
    if (whole && !lines[FILE_APPLICATIONS] && !lines[FILE_SIGNATURES] && !lines[FILE_TESTS])
        rules_error(l->problems, &at, "neither applications, signatures nor tests");
    while (l->e.type != EVENT_END) /* to tell what is wrong behind it */
        reading_next(l);
}

void load_file(struct rules *r, struct source *s, const char *name, bool shipped, struct rules_problems *problems)
{
    uint32_t file = model_add_file(r, name);
    struct loader l = {.r = r, .problems = problems, .file = file, .shipped = shipped};
    l.events = events_new(s, r->files[file], problems);
    reading_next(&l);
    read_document(&l);
    events_free(l.events);
}
