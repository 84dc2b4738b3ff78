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

/* The draft for all samples as one group of which something is known; the client's messages are all. */
static struct draft draft_with(const struct samples *s, struct profile *p, struct group *g,
                               const struct samples *known, const struct messages *all)
{
    struct draft d;
    *g = (struct group){.n = s->n};
    *p = (struct profile){.id = "U01", .name = "udp1-a7", .group = g, .transport = 17, .inferred = true,
                          .flow = (const struct sample **)s->v, .n_flows = s->n, .side[0].view.m = *all};
    draft_make(&d, p, known);
    return d;
}

static struct draft draft_of(const struct samples *s, struct profile *p, struct group *g, const struct samples *known)
{
    return draft_with(s, p, g, known, &(struct messages){.n = 0});
}

/* The length, and then no more bytes than are needed. */
static void takes_what_is_constant(void **state)
{
    struct samples s = {0};
    struct profile p;
    struct group g;
    (void)state;
    fill(&s, "\xa7\x51" "A", 3, true);
    struct draft d = draft_of(&s, &p, &g, NULL);
    const struct beginning *b = &d.side[0];
    assert_string_equal(d.refused, "");
    assert_true(b->given && !d.side[1].given);
    assert_int_equal(beginning_run(b, 0), 3);
    assert_int_equal(b->bits, 8 + 5 + 5 + 10);
    assert_true(b->length.given);
    assert_string_equal(b->length.type, "u16be");
    assert_int_equal(b->length.at, 3);
    assert_int_equal(b->length.plus, 5);
    assert_int_equal(beginning_reach(b), 5);
    assert_int_equal(b->example.kept, 9);
    samples_free(&s);
}

/* What later messages do not have comes last. */
static void prefers_what_all_messages_have(void **state)
{
    static const uint8_t later[] = "\x11\x22\x83\x84\x85";
    struct message m = {.bytes = later, .kept = 5, .size = 5};
    struct samples s = {0};
    struct profile p;
    struct group g;
    (void)state;
    fill(&s, "\x81\x82\x83\x84\x85", 5, false);
    struct draft d = draft_with(&s, &p, &g, NULL, &(struct messages){&m, 1});
    assert_false(d.side[0].fixed[0] || d.side[0].fixed[1]);
    assert_int_equal(beginning_run(&d.side[0], 2), 3);
    samples_free(&s);
}

/* Of messages of one size a number may be that size: it comes last, too. */
static void leaves_a_size_that_never_changes(void **state)
{
    struct samples s = {0};
    struct profile p;
    struct group g;
    (void)state;
    for (uint8_t i = 0; i < FLOWS; i++) {
        uint8_t bytes[12] = {0x81, 0x82, 0x00, 0x08, 0x83, 0x84};
        bytes[11] = i;
        struct sample *one = samples_add(&s, i + 1u);
        one->transport = 17;
        sample_add(one, 0, i, bytes, sizeof(bytes), sizeof(bytes));
    }
    struct draft d = draft_of(&s, &p, &g, NULL);
    const struct beginning *b = &d.side[0];
    assert_true(b->fixed[0] && b->fixed[1] && b->fixed[4] && !b->fixed[3]);
    samples_free(&s);
}

/* A known flow that begins the same way is told apart by the byte that differs, and only by that. */
static void tells_known_flows_apart(void **state)
{
    static const uint8_t other[] = "\x81\x82\x83\x84\x99\x86";
    struct samples s = {0}, known = {0};
    struct profile p;
    struct group g;
    (void)state;
    fill(&s, "\x81\x82\x83\x84\x85\x86", 6, false);
    struct sample *one = samples_add(&known, 99);
    one->transport = 17;
    sample_add(one, 0, 0, other, 6, 6);
    struct draft d = draft_of(&s, &p, &g, NULL);
    assert_int_equal(beginning_run(&d.side[0], 0), 3);
    d = draft_of(&s, &p, &g, &known);
    assert_int_equal(beginning_run(&d.side[0], 0), 3);
    assert_true(d.side[0].fixed[4] && !d.side[0].fixed[3] && !d.side[0].fixed[5]);
    samples_free(&s);
    samples_free(&known);
}

static void refuses_what_is_weak(void **state)
{
    struct samples s = {0};
    struct profile p;
    struct group g;
    (void)state;
    fill(&s, "\xa7\x51", 2, false);
    struct draft d = draft_of(&s, &p, &g, NULL);
    assert_non_null(strstr(d.refused, "worth 13 bits"));
    s.n = 2;
    d = draft_of(&s, &p, &g, NULL);
    assert_non_null(strstr(d.refused, "only 2 flows"));
    s.n = FLOWS;
    samples_free(&s);
}

static void judges_by_what_was_found(void **state)
{
    static const struct {
        uint64_t hits, flows, known_hits, known;
        const char *refused;
    } rows[] = {{10, 10, 0, 0, ""}, {9, 10, 1, 1000, ""}, {10, 10, 1, 980, "recognises"},
                {5000, 5000, 3, 3, ""}, {8, 9, 0, 10, "do not have it"}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct draft d = {.flows = rows[i].flows, .known = rows[i].known,
                          .side[1] = {.given = true, .hits = rows[i].hits, .known_hits = rows[i].known_hits}};
        assert_false(draft_judge(&d));
        if (rows[i].refused[0] ? !strstr(d.refused, rows[i].refused) : d.refused[0] != '\0')
            fail_msg("row %zu: %s", i, d.refused);
    }
}

/* A side that others have, too, is dropped, and the other one has to be tried alone. */
static void drops_a_side(void **state)
{
    struct draft d = {.flows = 10, .known = 100, .side[0] = {.given = true, .hits = 2, .known_hits = 50},
                      .side[1] = {.given = true, .hits = 8}};
    (void)state;
    assert_true(draft_judge(&d));
    assert_true(!d.side[0].given && d.side[1].given);
    assert_string_equal(d.refused, "");
    draft_reset(&d);
    assert_int_equal(draft_hits(&d) + draft_known_hits(&d) + d.flows, 0);
    d.flows = d.side[1].hits = 10;
    assert_false(draft_judge(&d));
    assert_string_equal(d.refused, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_constant),
        cmocka_unit_test(prefers_what_all_messages_have),
        cmocka_unit_test(leaves_a_size_that_never_changes),
        cmocka_unit_test(tells_known_flows_apart),
        cmocka_unit_test(refuses_what_is_weak),
        cmocka_unit_test(judges_by_what_was_found),
        cmocka_unit_test(drops_a_side),
    };
    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
