/* SPDX-License-Identifier: BSD-2-Clause */
/* test_draft.c - which signature is drafted for a group, and when there is none. */
#include "scaffold/draft.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { FLOWS = 6 };

/* Flows of one message: head, a length of what is behind it when it has one, and a body that differs. */
static void fill(struct samples *s, const char *head, size_t n_head, bool has_length)
{
    for (uint8_t i = 0; i < FLOWS; i++) {
        uint8_t bytes[64];
        uint32_t n = (uint32_t)n_head;
        memcpy(bytes, head, n_head);
        if (has_length) {
            bytes[n++] = 0;
            bytes[n++] = (uint8_t)(4 + i);
        }
        for (unsigned k = 0; k < 4u + i; k++)
            bytes[n++] = (uint8_t)(0x80 + 16 * i + 7 * k);
        struct sample *one = samples_add(s, i + 1u);
        one->transport = 17;
        sample_add(one, 0, i, bytes, n, n);
    }
}

/* A group of all samples; one draft after the other, each of the samples at the time. */
struct one {
    struct samples s;
    struct group g;
    struct profile p;
    struct drafts d;
};

static void make(struct one *o, const char *name, const struct samples *known)
{
    struct profile *p = &o->p;
    o->g.n = o->s.n;
    p->group = &o->g;
    p->transport = 17;
    p->inferred = true;
    p->flow = (const struct sample **)o->s.v;
    p->n_flows = o->s.n;
    snprintf(p->id, sizeof(p->id), "U01");
    snprintf(p->name, sizeof(p->name), "%s", name);
    drafts_free(&o->d);
    drafts_make(&o->d, &p, 1, known ? known : &(struct samples){0});
}

static const struct draft *draft_of(struct one *o, const struct samples *known)
{
    make(o, "udp1-a7", known);
    return &o->d.v[0];
}

static void end(struct one *o)
{
    drafts_free(&o->d);
    samples_free(&o->s);
}

static void expect_bytes(const struct beginning *b, const char *expected)
{
    char text[80];
    size_t n = 0;
    for (struct beginning_bytes run = {0}; beginning_next(b, &run);) {
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u:", n ? " " : "", run.at);
        for (uint32_t i = 0; i < run.n; i++)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%02x", run.value[i]);
    }
    text[n] = '\0';
    assert_string_equal(text, expected);
}

/* The length, and then no more bytes than are needed. */
static void takes_what_is_constant(void **state)
{
    struct one o = {0};
    (void)state;
    fill(&o.s, "\xa7\x51" "A", 3, true);
    const struct draft *d = draft_of(&o, NULL);
    const struct beginning *b = &d->v[0];
    assert_string_equal(d->refused, "");
    assert_true(b->given && !d->v[1].given);
    expect_bytes(b, "0:a75141");
    assert_int_equal(b->bits, 8 + 5 + 5 + 10);
    assert_true(b->length.given);
    assert_string_equal(b->length.type, "u16be");
    assert_int_equal(b->length.at, 3);
    assert_int_equal(b->length.plus, 5);
    assert_int_equal(beginning_reach(b), 5);
    assert_int_equal(b->example.kept, 9);
    end(&o);
}

/* What zeros and small numbers are worth: most protocols have them. */
static void counts_bits_by_how_common_bytes_are(void **state)
{
    static const struct {
        const char *head;
        size_t n;
        unsigned bits;
    } rows[] = {{"\0\0\0\0\0\0\0\0\0\0\0\0", 12, 2 + 11}, {"\0\1\0\1\0\1", 6, 2 + 3 + 2 + 3 + 2 + 3},
                {"\xff\xff\xff\xff", 4, 4 + 3}, {"\2\3\4\x80", 4, 5 + 5 + 5 + 6}, {"\x81\x82", 2, 16}, {"GO", 2, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct one o = {0};
        fill(&o.s, rows[i].head, rows[i].n, false);
        assert_int_equal(draft_of(&o, NULL)->v[0].bits, rows[i].bits);
        end(&o);
    }
}

/* What later messages do not have comes last. */
static void prefers_what_all_messages_have(void **state)
{
    static const uint8_t later[] = "\x11\x22\x83\x84\x85";
    struct message m = {.bytes = later, .kept = 5, .size = 5};
    struct one o = {.p.side[0].view.m = {&m, 1}};
    (void)state;
    fill(&o.s, "\x81\x82\x83\x84\x85", 5, false);
    expect_bytes(&draft_of(&o, NULL)->v[0], "2:838485");
    end(&o);
}

/* What is not needed goes: the byte of what is least sure that is worth most. */
static void leaves_what_is_not_needed(void **state)
{
    struct one o = {0};
    (void)state;
    fill(&o.s, "\0\x81\2\x82\x83", 5, false); /* 2, 8, 5, 8, 8 */
    expect_bytes(&draft_of(&o, NULL)->v[0], "1:81 3:8283");
    end(&o);
}

/* Of messages of one size a number may be that size: it comes last, too. */
static void leaves_a_size_that_never_changes(void **state)
{
    struct one o = {0};
    (void)state;
    for (uint8_t i = 0; i < FLOWS; i++) {
        uint8_t bytes[12] = {0x81, 0x82, 0x00, 0x08, 0x83, 0x84};
        bytes[11] = i;
        struct sample *one = samples_add(&o.s, i + 1u);
        one->transport = 17;
        sample_add(one, 0, i, bytes, sizeof(bytes), sizeof(bytes));
    }
    const struct beginning *b = &draft_of(&o, NULL)->v[0];
    assert_true(b->given && !b->fixed[3]);
    end(&o);
}

/* A time of the profile is no constant. */
static void leaves_times(void **state)
{
    struct field time = {.at = 1, .size = 2, .role = ROLE_TIME};
    struct one o = {.p.side[0].fields = {&time, 1}};
    (void)state;
    fill(&o.s, "\x81\x82\x83\x84\x85", 5, false);
    expect_bytes(&draft_of(&o, NULL)->v[0], "0:81 3:8485");
    end(&o);
}

/* A port adds what is missing, when it is that of all flows and no dynamic one. */
static void takes_the_port_with_few_bytes(void **state)
{
    struct one o = {.p = {.port[0] = {7011, FLOWS}, .all_ports = 1, .n_ports = 1}};
    (void)state;
    fill(&o.s, "\xa7\x82", 2, false);
    const struct draft *d = draft_of(&o, NULL);
    assert_int_equal(d->v[0].port, 7011);
    assert_int_equal(d->v[0].bits, 16 + 12);
    struct sample other = *o.s.v[0];
    other.port[1] = 7012;
    assert_false(draft_matches(d, &other));
    other.port[1] = 7011;
    assert_true(draft_matches(d, &other));
    o.p.port[0].port = 50000;
    assert_non_null(strstr(draft_of(&o, NULL)->refused, "worth 16 bits"));
    o.p.port[0].port = 7011;
    o.p.all_ports = 2;
    assert_non_null(strstr(draft_of(&o, NULL)->refused, "worth 16 bits"));
    end(&o);
}

/* Two kinds of first messages: a signature for each. */
static void tells_kinds_apart(void **state)
{
    struct one o = {0};
    (void)state;
    fill(&o.s, "GET /", 5, false);
    fill(&o.s, "POST ", 5, false);
    const struct draft *d = draft_of(&o, NULL);
    char side[DRAFT_SIDE];
    assert_string_equal(d->refused, "");
    assert_true(d->v[0].given && d->v[1].given);
    expect_bytes(&d->v[0], "0:474554202f");
    expect_bytes(&d->v[1], "0:504f535420");
    draft_side(side, &d->v[0]);
    assert_string_equal(side, "client");
    draft_side(side, &d->v[1]);
    assert_string_equal(side, "client2");
    for (size_t i = 0; i < o.s.n; i++)
        assert_true(draft_matches(d, o.s.v[i]));
    end(&o);
}

/* A known flow that begins the same way is told apart by the byte that differs, and only by that. */
static void tells_known_flows_apart(void **state)
{
    static const uint8_t other[] = "\x81\x82\x83\x84\x99\x86";
    struct samples known = {0};
    struct one o = {0};
    (void)state;
    fill(&o.s, "\x81\x82\x83\x84\x85\x86", 6, false);
    struct sample *one = samples_add(&known, 99);
    one->transport = 17;
    sample_add(one, 0, 0, other, 6, 6);
    expect_bytes(&draft_of(&o, NULL)->v[0], "0:818283");
    expect_bytes(&draft_of(&o, &known)->v[0], "0:818283 4:85");
    end(&o);
    samples_free(&known);
}

/* Two groups with one magic: by the byte that differs between all of them, not by one that differs between some. */
static void tells_groups_apart(void **state)
{
    struct one a = {0}, b = {0};
    struct profile *both[] = {&a.p, &b.p};
    struct drafts d;
    (void)state;
    fill(&a.s, "\x81\x82\x83\x01\x07", 5, false);
    fill(&b.s, "\x81\x82\x83\x02\x07", 5, false);
    make(&a, "udp1", NULL);
    make(&b, "udp2", NULL);
    drafts_make(&d, both, 2, &(struct samples){0});
    expect_bytes(&d.v[0].v[0], "0:81828301");
    expect_bytes(&d.v[1].v[0], "0:81828302");
    drafts_free(&d);
    b.s.v[0]->side[0].bytes[3] = 1; /* now some of them are alike */
    drafts_make(&d, both, 2, &(struct samples){0});
    expect_bytes(&d.v[0].v[0], "0:818283");
    expect_bytes(&d.v[1].v[0], "0:818283");
    d.v[1].v[0].given = false;
    assert_false(drafts_judge(&d));
    assert_ptr_equal(d.v[0].also, &d.v[1]);
    assert_int_equal(d.v[0].also_flows, FLOWS);
    drafts_free(&d);
    end(&a);
    end(&b);
}

static void refuses_what_is_weak(void **state)
{
    struct one o = {0};
    (void)state;
    fill(&o.s, "\xa7\x51", 2, false);
    assert_non_null(strstr(draft_of(&o, NULL)->refused, "worth 13 bits"));
    o.s.n = 2;
    assert_non_null(strstr(draft_of(&o, NULL)->refused, "first messages in 4 flows"));
    o.s.n = FLOWS;
    end(&o);
}

/* --- judging ------------------------------------------------------------------------------------------ */

static void judges_by_what_was_found(void **state)
{
    static const struct {
        uint64_t hits, flows, seen_hits, seen, known_hits, known;
        const char *refused;
    } rows[] = {{10, 10, 10, 10, 0, 0, ""}, {9, 10, 9, 10, 1, 1000, ""}, {10, 10, 10, 10, 1, 980, "recognises"},
                {5000, 5000, 5000, 5000, 3, 3, ""}, {8, 9, 8, 9, 0, 10, "1 of 9 flows of the group do not have it"},
                {8, 30, 8, 8, 0, 0, ""}, {8, 30, 2, 2, 0, 0, "22 of 30"}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct draft one = {.flows = rows[i].flows, .seen = rows[i].seen, .seen_hits = rows[i].seen_hits, .n = 1,
                            .v[0] = {.given = true, .hits = rows[i].hits, .known_hits = rows[i].known_hits}};
        struct drafts d = {&one, 1, rows[i].flows, rows[i].known};
        drafts_judge(&d);
        if (rows[i].refused[0] ? !strstr(one.refused, rows[i].refused) : one.refused[0] != '\0')
            fail_msg("row %zu: %s", i, one.refused);
    }
}

/* A side that others have, too, is dropped, and the other one has to be tried alone. */
static void drops_a_side(void **state)
{
    struct draft one = {.flows = 10, .v[0] = {.given = true, .hits = 2, .known_hits = 50},
                        .v[1] = {.given = true, .hits = 8}, .n = 2};
    struct drafts d = {&one, 1, 10, 100};
    (void)state;
    assert_true(drafts_judge(&d));
    assert_true(!one.v[0].given && one.v[1].given);
    assert_string_equal(one.refused, "");
    drafts_reset(&d);
    assert_int_equal(draft_hits(&one).own + draft_hits(&one).known + one.flows + d.known, 0);
    one.flows = one.v[1].hits = 10;
    assert_false(drafts_judge(&d));
    assert_string_equal(one.refused, "");
}

static void count(struct drafts *d, size_t group, const char *rule, unsigned times)
{
    struct tried_flow f = {.group = group, .unknown = true, .seen = true, .rule = dpi_text_of(rule)};
    while (times--)
        drafts_count(d, &f);
}

/* The larger group keeps a signature that both have, and what is said of the smaller one is true. */
static void says_whose_signature_took_the_flows(void **state)
{
    struct group g = {0};
    struct profile p[2] = {{.id = "U01", .name = "udp1", .group = &g}, {.id = "U02", .name = "udp2", .group = &g}};
    struct draft v[2] = {{.profile = &p[0], .n = 1, .v[0].given = true}, {.profile = &p[1], .n = 1, .v[0].given = true}};
    struct drafts d = {v, 2, 0, 0};
    (void)state;
    count(&d, 0, "a:b.yaml:unknown.01.udp1.client", 10);
    count(&d, 1, "a:b.yaml:unknown.01.udp1.client", 5);
    count(&d, 1, "", 1);
    assert_true(drafts_judge(&d)); /* without the second one */
    assert_string_equal(v[0].refused, "");
    assert_string_equal(v[1].refused, "no signature tells it from U01 udp1: 5 of 6 flows of U02 have that of U01, too; "
                                      "they may be one protocol");
    drafts_reset(&d);
    for (size_t i = 0; i < 2; i++)
        v[i].refused[0] = '\0';
    count(&d, 0, "f:unknown.02.udp2.client", 9); /* the smaller one takes what is the larger one's */
    count(&d, 0, "f:unknown.01.udp1.client", 1);
    count(&d, 1, "f:unknown.02.udp2.client", 5);
    assert_true(drafts_judge(&d));
    assert_string_equal(v[0].refused, "");
    assert_non_null(strstr(v[1].refused, "9 of 10 flows of U01 have that of U02"));
    drafts_reset(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_constant),
        cmocka_unit_test(counts_bits_by_how_common_bytes_are),
        cmocka_unit_test(prefers_what_all_messages_have),
        cmocka_unit_test(leaves_what_is_not_needed),
        cmocka_unit_test(leaves_a_size_that_never_changes),
        cmocka_unit_test(leaves_times),
        cmocka_unit_test(takes_the_port_with_few_bytes),
        cmocka_unit_test(tells_kinds_apart),
        cmocka_unit_test(tells_known_flows_apart),
        cmocka_unit_test(tells_groups_apart),
        cmocka_unit_test(refuses_what_is_weak),
        cmocka_unit_test(judges_by_what_was_found),
        cmocka_unit_test(drops_a_side),
        cmocka_unit_test(says_whose_signature_took_the_flows),
    };
    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
