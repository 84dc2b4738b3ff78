/* SPDX-License-Identifier: BSD-2-Clause */
/* test_signatures.c - conditions of signatures at their edges, and which of two goes first. */
#include "rules/rules.h"

#include "rules_text.h"

#include <stdio.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void load(struct rules *r, const char *file, const char *content, bool shipped)
{
    load_section(r, "signatures", file, content, shipped);
}

/* A signature of one line. */
#define SIG(id, rest) "  - {id: " id ", protocol: " id ", category: web, transport: udp, " rest "}\n"

static struct rules_payload payload(const struct first_message *client, unsigned n)
{
    return (struct rules_payload){.transport = 17, .port = 7011, .side = {[RULES_CLIENT] = {client, n}}};
}

static void conditions_hold_or_not(void **state)
{
    static const struct {
        const char *condition, *message;
        bool holds;
    } rows[] = {
        {"bytes: [{at: 0, hex: '6162'}]", "ab", true},
        {"bytes: [{at: 0, hex: '6162'}]", "a", false},
        {"bytes: [{at: 1, hex: '62'}, {at: 0, hex: '61'}]", "ab", true},
        {"bytes: [{at: 1, hex: '62'}, {at: 0, hex: '62'}]", "ab", false},
        {"bytes: [{at: 0, hex: '40', mask: 'c0'}]", "z", true},
        {"bytes: [{at: 0, hex: '40', mask: 'c0'}]", " ", false},
        {"bytes: [{at: -2, hex: '7a21'}]", "xyz!", true},
        {"bytes: [{at: -2, hex: '7a21'}]", "xyz!!", false},
        {"bytes: [{at: -2, hex: '7a21'}]", "!", false},
        {"texts: [ab, cd]", "cdx", true},
        {"texts: [ab, cd]", "c", false},
        {"length: {at: 0, type: u8}", "\5abcd", true},
        {"length: {at: 0, type: u8}", "\5abcde", false},
        {"length: {at: 0, type: u8, plus: 2, scale: 4}", "\1abcde", true},
        {"length: {at: 0, type: u8, plus: -40, scale: 4}", "\013abc", true},
        {"length: {at: 1, type: u16le, plus: -253}", "a\1\1x", true},
        {"length: {at: 1, type: u16be, plus: -509}", "a\2\1x", true},
        {"length: {at: -1, type: u8, plus: -114}", "abv", false},
        {"length: {at: -1, type: u8, plus: -115}", "abv", true},
        {"length: {at: 1, type: u24be}", "abc", false},
        {"sizes: [2, 4-5]", "abc", false},
        {"sizes: [2, 4-5]", "abcde", true},
        {"sizes: [2], texts: [b]", "ab", false},
        {"sizes: [2], ports: [1-7010, 7012]", "ab", false},
        {"sizes: [2], ports: [7012, 7011]", "ab", true},
        {"sizes: [2], direction: server", "ab", false},
        {"sizes: [2], direction: both", "ab", false},
        {"sizes: [2], packets: 2", "ab", false},
    };
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        struct rules *r = model_new();
        struct rules_signature_match m;
        char one[512];
        snprintf(one, sizeof(one), SIG("s", "%s"), rows[i].condition);
        load(r, "file", one, false);
        model_seal(r);
        struct first_message message = first_message_of((const uint8_t *)rows[i].message,
                                                        (uint32_t)strlen(rows[i].message));
        struct rules_payload p = payload(&message, 1);
        if (rules_find_signature(r, &p, &m) != rows[i].holds)
            fail_msg("row %zu: %s", i, rows[i].condition);
        p.transport = 6;
        assert_false(rules_find_signature(r, &p, &m));
        rules_free(r);
    }
}

/* What is cut still has its beginning, and nothing else that is known. */
static void a_cut_message_has_no_end(void **state)
{
    static const struct {
        const char *condition;
        bool holds;
    } rows[] = {{"bytes: [{at: 0, hex: '0461'}]", true}, {"bytes: [{at: -1, hex: '63'}]", false},
                {"length: {at: 0, type: u8}", false},    {"sizes: [4]", false}, {"texts: [\"\\x04a\"]", true}};
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        struct rules *r = model_new();
        struct rules_signature_match m;
        char one[512];
        snprintf(one, sizeof(one), SIG("s", "%s"), rows[i].condition);
        load(r, "file", one, false);
        model_seal(r);
        struct first_message message = first_message_of((const uint8_t *)"\4abc", 4);
        struct rules_payload p = payload(&message, 1);
        assert_true(rules_find_signature(r, &p, &m));
        message.cut = true;
        assert_int_equal(rules_find_signature(r, &p, &m), rows[i].holds);
        rules_free(r);
    }
}

static void all_packets_of_all_sides(void **state)
{
    struct rules *r = model_new();
    struct rules_signature_match m;
    struct first_message v[] = {first_message_of((const uint8_t *)"ab", 2), first_message_of((const uint8_t *)"ac", 2),
                                first_message_of((const uint8_t *)"xc", 2)};
    struct rules_payload p = payload(v, 2);
    (void)state;
    load(r, "file", SIG("s", "texts: [a], direction: both, packets: 2"), false);
    model_seal(r);
    struct rules_reach reach = rules_signatures_reach(r);
    assert_int_equal(reach.messages, 2);
    assert_int_equal(reach.head, 1);
    p.side[RULES_SERVER] = (struct rules_first_messages){v, 2};
    assert_true(rules_find_signature(r, &p, &m));
    p.side[RULES_SERVER].v++;
    assert_false(rules_find_signature(r, &p, &m));
    rules_free(r);
}

static void the_right_one_goes_first(void **state)
{
    /* yes goes before no */
    static const struct {
        const char *shipped, *first, *second;
    } rows[] = {
        {NULL, SIG("no", "texts: [abcd]"), SIG("yes", "texts: [a], override: true")},
        {SIG("yes", "texts: [a], override: true"), SIG("no", "texts: [abcd]"), ""},
        {SIG("no", "texts: [abcd]"), SIG("yes", "texts: [a]"), ""},
        {NULL, SIG("no", "texts: [abc]"), SIG("yes", "texts: [abcd]")},
        {NULL, SIG("no", "texts: [abcd, x]"), SIG("yes", "texts: [ab, cd]")},
        {NULL, SIG("no", "bytes: [{at: 0, hex: '61', mask: '7f'}]"), SIG("yes", "bytes: [{at: 0, hex: '61'}]")},
        {NULL, SIG("no", "bytes: [{at: 0, hex: '61'}]"), SIG("yes", "bytes: [{at: 0, hex: '61'}], sizes: [1-100]")},
        {NULL, SIG("yes", "texts: [abcd]"), SIG("no", "texts: [abcd]")},
    };
    struct first_message message = first_message_of((const uint8_t *)"abcd", 4);
    struct rules_payload p = payload(&message, 1);
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        struct rules *r = model_new();
        struct rules_signature_match m;
        char both[1024];
        if (rows[i].shipped)
            load(r, "shipped", rows[i].shipped, true);
        snprintf(both, sizeof(both), "%s%s", rows[i].first, rows[i].second);
        load(r, "user", both, false);
        model_seal(r);
        assert_true(rules_find_signature(r, &p, &m));
        if (strcmp(m.signature.id, "yes") != 0)
            fail_msg("row %zu: %s wins", i, m.signature.id);
        rules_free(r);
    }
}

static void later_files_win(void **state)
{
    struct rules *r = model_new();
    struct rules_signature_match m;
    struct rules_rule rule;
    struct first_message message = first_message_of((const uint8_t *)"abcd", 4);
    struct rules_payload p = payload(&message, 1);
    (void)state;
    load(r, "first", SIG("no", "texts: [abcd]"), false);
    load(r, "second", SIG("yes", "texts: [abcd]"), false);
    model_seal(r);
    assert_true(rules_find_signature(r, &p, &m));
    assert_string_equal(m.signature.file, "second");
    assert_int_equal(rules_count(r), 2);
    rules_rule(r, m.rule, &rule);
    assert_string_equal(rule.id, "yes");
    assert_string_equal(rule.what, "signature");
    rules_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_hold_or_not),   cmocka_unit_test(a_cut_message_has_no_end),
        cmocka_unit_test(all_packets_of_all_sides), cmocka_unit_test(the_right_one_goes_first),
        cmocka_unit_test(later_files_win),
    };
    return cmocka_run_group_tests_name("signatures", tests, NULL, NULL);
}
