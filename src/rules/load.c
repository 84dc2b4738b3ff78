/* SPDX-License-Identifier: BSD-2-Clause */
/* load.c - the format of rule files: which keys stand where, and what their values are. A reader takes the whole of
 * the value whose first event is l->e, and leaves the event behind it there. What is wrong is told and passed over,
 * so that everything else in the file is read, too. */
#include "rules/load.h"

#include "rules/events.h"
#include "rules/values.h"
#include "util/nearest.h"
#include "util/prefix.h"
#include "util/utf8.h"

#include <string.h>

enum { NAME_MAX_BYTES = 128, ENTRIES_MAX = 1 << 25 };

struct loader {
    struct rules *r;
    struct events *events;
    struct rules_problems *problems;
    struct event e;
    uint32_t file;
    bool shipped;
    bool full; /* there are too many values, which was told */
};

struct key {
    const char *name;
    void (*read)(struct loader *l, void *into);
};

struct keys {
    const struct key *v;
    size_t n;
    const char *where; /* they stand, for messages */
};

#define FAIL(l, ...) rules_error((l)->problems, &(l)->e.at, __VA_ARGS__)

/* --- any YAML ----------------------------------------------------------------------------------------- */

static void next(struct loader *l)
{
    events_next(l->events, &l->e);
}

static bool opens(const struct loader *l)
{
    return l->e.type == EVENT_LIST || l->e.type == EVENT_MAP;
}

static bool closes(const struct loader *l)
{
    return l->e.type == EVENT_LIST_END || l->e.type == EVENT_MAP_END;
}

static void skip(struct loader *l)
{
    unsigned depth = 0;
    do {
        depth += opens(l);
        depth -= closes(l);
        if (l->e.type == EVENT_END)
            return;
        next(l);
    } while (depth > 0);
}

static const char *type_word(const struct event *e)
{
    return e->type == EVENT_LIST ? "a list" : e->type == EVENT_MAP ? "a mapping" : "a text";
}

/* Tells that the value is of another type, and passes over it. */
static void wrong_type(struct loader *l, const char *what, const char *expected)
{
    if (l->e.type != EVENT_END && !l->e.faulty)
        FAIL(l, "%s is %s: expected %s", what, type_word(&l->e), expected);
    skip(l);
}

static bool is_null(const struct event *e)
{
    return e->type == EVENT_TEXT && e->plain &&
           (e->n == 0 || strcmp(e->text, "~") == 0 || strcmp(e->text, "null") == 0);
}

static const char *key_at(size_t i, void *keys)
{
    const struct keys *k = keys;
    return i < k->n ? k->v[i].name : NULL;
}

static void unknown_key(struct loader *l, const struct keys *keys)
{
    const char *meant = nearest(l->e.text, l->e.n, key_at, (void *)keys);
    FAIL(l, "no key '%.40s' in %s%s%s%s", l->e.text, keys->where, meant ? "; did you mean " : "", meant ? meant : "",
         meant ? "?" : "");
}

/* One key and its value. lines: where each key stood first, 0: not yet. */
static void read_member(struct loader *l, const struct keys *keys, unsigned *lines, void *into)
{
    size_t i = 0;
    if (l->e.type != EVENT_TEXT) {
        wrong_type(l, "a key", "a text");
        skip(l);
        return;
    }
    while (i < keys->n && strcmp(keys->v[i].name, l->e.text) != 0)
        i++;
    bool known = i < keys->n && !l->e.faulty;
    if (i == keys->n && !l->e.faulty)
        unknown_key(l, keys);
    else if (known && lines[i])
        FAIL(l, "the key '%s' stands twice in %s, first in line %u", keys->v[i].name, keys->where, lines[i]);
    bool take = known && !lines[i];
    if (take)
        lines[i] = l->e.at.line;
    next(l);
    if (take)
        keys->v[i].read(l, into);
    else
        skip(l);
}

/* lines: as many as keys, zeroed. False when it is none or does not come to its end, so that what is missing in it
 * is not to be told. */
static bool read_mapping(struct loader *l, const struct keys *keys, unsigned *lines, void *into)
{
    if (l->e.type != EVENT_MAP) {
        wrong_type(l, keys->where, "a mapping");
        return false;
    }
    next(l);
    while (l->e.type != EVENT_MAP_END && l->e.type != EVENT_END)
        read_member(l, keys, lines, into);
    bool whole = l->e.type == EVENT_MAP_END;
    next(l);
    return whole;
}

/* Calls item for each; it takes a whole value as a reader does. */
static void read_list(struct loader *l, const char *what, const char *expected,
                      void (*item)(struct loader *l, void *into), void *into)
{
    if (l->e.type != EVENT_LIST) {
        if (is_null(&l->e) && !l->e.faulty)
            FAIL(l, "%s is empty: expected %s", what, expected);
        else
            wrong_type(l, what, expected);
        if (is_null(&l->e))
            skip(l);
        return;
    }
    struct rules_place at = l->e.at;
    next(l);
    if (l->e.type == EVENT_LIST_END)
        rules_error(l->problems, &at, "%s is an empty list: expected %s", what, expected);
    while (l->e.type != EVENT_LIST_END && l->e.type != EVENT_END)
        item(l, into);
    next(l);
}

/* A text into the arena; NULL when it is none, which is told. The event is taken. */
static const char *read_text(struct loader *l, const char *what, const char *expected, size_t max)
{
    const char *text = NULL;
    if (l->e.type != EVENT_TEXT) {
        wrong_type(l, what, expected);
        return NULL;
    }
    if (l->e.faulty)
        ;
    else if (l->e.n == 0 || is_null(&l->e))
        FAIL(l, "%s is empty: expected %s", what, expected);
    else if (l->e.n > max)
        FAIL(l, "%s has more than %zu bytes", what, max);
    else
        text = arena_text(&l->r->arena, l->e.text, l->e.n);
    next(l);
    return text;
}

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
        wrong_type(l, "a value in the list", "a text");
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
    next(l);
}

static void read_values(struct loader *l, enum condition c)
{
    read_list(l, condition_keys[c], lists[c], read_value, &c);
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
    if (read_mapping(l, &keys, lines, NULL) && !last_rule(l)->conditions)
        rules_error(l->problems, &at, "an entry of match without a condition: expected hosts, addresses, ports, "
                                      "protocols, ja3, ja4 or certificates");
    end_rule(l);
}

static void read_match(struct loader *l, void *unused)
{
    (void)unused;
    read_list(l, "match", "a list of mappings, such as - {addresses: [192.0.2.0/24], ports: [tcp/443]}",
              read_match_entry, NULL);
}

/* --- applications ------------------------------------------------------------------------------------- */

static struct application *last_application(struct loader *l)
{
    return &l->r->applications[l->r->n_applications - 1];
}

static void read_id(struct loader *l, void *unused)
{
    char why[VALUE_WHY_MAX];
    struct rules_place at = l->e.at;
    (void)unused;
    const char *id = read_text(l, "id", "a short word such as netflix or corp.erp", EVENTS_TEXT_MAX);
    if (id && !value_id(id, why))
        rules_error(l->problems, &at, "%s", why);
    last_application(l)->id = id;
    if (id) {
        last_application(l)->line = at.line;
        last_application(l)->column = at.column;
    }
}

static bool is_printable(const char *text)
{
    uint32_t cp;
    for (size_t n = strlen(text), len; n > 0; text += len, n -= len)
        if ((len = utf8_decode(text, n, &cp)) == 0 || utf8_unsafe(cp))
            return false;
    return true;
}

static void read_name(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    (void)unused;
    const char *name = read_text(l, "name", "what records show, such as Netflix", NAME_MAX_BYTES);
    if (name && !is_printable(name))
        rules_error(l->problems, &at, "name has characters that are not printable");
    last_application(l)->name = name;
}

static const char *category_at(size_t i, void *unused)
{
    (void)unused;
    return rules_category_ids[i];
}

static void read_category(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    uint8_t i = 0;
    (void)unused;
    const char *id = read_text(l, "category", "one such as video; dpitool-rules(5) lists them", EVENTS_TEXT_MAX);
    while (id && rules_category_ids[i] && strcmp(rules_category_ids[i], id) != 0)
        i++;
    last_application(l)->category = i;
    if (!id || rules_category_ids[i])
        return;
    last_application(l)->category = 0;
    const char *meant = nearest(id, strlen(id), category_at, NULL);
    rules_error(l->problems, &at, "no category '%.40s'%s%s%s; dpitool-rules(5) lists them", id,
                meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

static void read_source(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    (void)unused;
    const char *source = read_text(l, "source", "the operator's own page, such as https://www.example.com/ips",
                                   EVENTS_TEXT_MAX);
    if (source && ((strncmp(source, "https://", 8) != 0 && strncmp(source, "http://", 7) != 0) ||
                   !is_printable(source) || strchr(source, ' ')))
        rules_error(l->problems, &at, "'%.60s' is no source: expected a URL that begins with https:// or http://",
                    source);
    last_application(l)->source = source;
}

static void read_catch_all(struct loader *l, void *unused)
{
    (void)unused;
    if (l->e.type != EVENT_TEXT) {
        wrong_type(l, "catch-all", "true or false");
        return;
    }
    bool yes = strcmp(l->e.text, "true") == 0, sound = l->e.plain && (yes || strcmp(l->e.text, "false") == 0);
    if (!sound && !l->e.faulty)
        FAIL(l, "catch-all is '%.40s': expected true or false", l->e.text);
    last_application(l)->catch_all = yes;
    next(l);
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
    if (!read_mapping(l, &keys, lines, NULL))
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
    read_list(l, "applications", "a list of mappings that begin with - id:", read_application, NULL);
}

/* --- tests -------------------------------------------------------------------------------------------- */

static struct rule_test *last_test(struct loader *l)
{
    return &l->r->tests[l->r->n_tests - 1];
}

static void read_test_name(struct loader *l, void *unused)
{
    (void)unused;
    last_test(l)->name = read_text(l, "name", "a host such as www.example.com", 253);
}

static void read_test_address(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    struct prefix p;
    (void)unused;
    const char *text = read_text(l, "address", "an address such as 192.0.2.1", EVENTS_TEXT_MAX);
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
    const char *text = read_text(l, "port", "one such as tcp/443", EVENTS_TEXT_MAX);
    if (!text)
        return;
    if (!value_ports(text, &transport, &first, &last, why))
        rules_error(l->problems, &at, "%s", why);
    else if (first != last)
        rules_error(l->problems, &at, "'%.60s' is a range: expected one port such as tcp/443", text);
    last_test(l)->transport = transport;
    last_test(l)->port = first;
}

static void read_test_application(struct loader *l, void *unused)
{
    (void)unused;
    if (is_null(&l->e))
        next(l);
    else
        last_test(l)->application = read_text(l, "application", "an id, or ~ when none may match", EVENTS_TEXT_MAX);
}

enum { TEST_NAME, TEST_ADDRESS, TEST_PORT, TEST_APPLICATION, TEST_KEYS };

static void read_test(struct loader *l, void *unused)
{
    static const struct key v[TEST_KEYS] = {
        [TEST_NAME] = {"name", read_test_name},
        [TEST_ADDRESS] = {"address", read_test_address},
        [TEST_PORT] = {"port", read_test_port},
        [TEST_APPLICATION] = {"application", read_test_application},
    };
    static const struct keys keys = {v, TEST_KEYS, "a test"};
    unsigned lines[TEST_KEYS] = {0};
    (void)unused;
    struct rules_place at = l->e.at;
    struct rule_test *t = model_add_test(l->r);
    *t = (struct rule_test){.file = l->file, .line = at.line, .column = at.column};
    if (!read_mapping(l, &keys, lines, NULL))
        return;
    if (!lines[TEST_NAME] && !lines[TEST_ADDRESS] && !lines[TEST_PORT])
        rules_error(l->problems, &at, "a test without name, address and port: there is nothing to look up");
    if (!lines[TEST_APPLICATION])
        rules_error(l->problems, &at, "a test without application: expected an id, or ~ when none may match");
}

static void read_tests(struct loader *l, void *unused)
{
    (void)unused;
    read_list(l, "tests", "a list such as - {name: www.example.com, application: example}", read_test, NULL);
}

/* --- the file ----------------------------------------------------------------------------------------- */

static void read_version(struct loader *l, void *unused)
{
    struct rules_place at = l->e.at;
    (void)unused;
    const char *version = read_text(l, "version", "1", EVENTS_TEXT_MAX);
    if (version && strcmp(version, "1") != 0)
        rules_error(l->problems, &at, "version is '%.40s': expected 1", version);
}

enum { FILE_VERSION, FILE_APPLICATIONS, FILE_TESTS, FILE_KEYS };

static void read_document(struct loader *l)
{
    static const struct key v[FILE_KEYS] = {
        [FILE_VERSION] = {"version", read_version},
        [FILE_APPLICATIONS] = {"applications", read_applications},
        [FILE_TESTS] = {"tests", read_tests},
    };
    static const struct keys keys = {v, FILE_KEYS, "a rule file"};
    unsigned lines[FILE_KEYS] = {0};
    struct rules_place at = l->e.at;
    if (l->e.type == EVENT_END && !events_failed(l->events))
        rules_error(l->problems, &(struct rules_place){at.file, 1, 1}, "nothing in it: expected version: 1");
    bool whole = read_mapping(l, &keys, lines, NULL);
    if (whole && !lines[FILE_VERSION])
        rules_error(l->problems, &at, "no version: expected version: 1");
    if (whole && !lines[FILE_APPLICATIONS] && !lines[FILE_TESTS])
        rules_error(l->problems, &at, "neither applications nor tests");
    while (l->e.type != EVENT_END) /* to tell what is wrong behind it */
        next(l);
}

void load_file(struct rules *r, struct source *s, const char *name, bool shipped, struct rules_problems *problems)
{
    uint32_t file = model_add_file(r, name);
    struct loader l = {.r = r, .problems = problems, .file = file, .shipped = shipped};
    l.events = events_new(s, r->files[file], problems);
    next(&l);
    read_document(&l);
    events_free(l.events);
}
