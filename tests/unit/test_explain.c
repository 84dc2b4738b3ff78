/* SPDX-License-Identifier: BSD-2-Clause */
/* test_explain.c - what is put down of a flow's packets and events, which are made here. */
#include "explain/explain.h"

#include "flow/slice.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

struct rig {
    struct explain *x;
    const struct trace *trace;
    struct flow flow;
};

static struct rig rig_new(void)
{
    struct explain_options opt = {.selection = {.by = SELECT_ID, .id = 7}};
    struct rig g = {.x = explain_new(&opt), .flow = {.id = 6, .traced = true, .key = {.transport = IPPROTO_NUM_TCP}}};
    g.trace = explain_trace(g.x);
    assert_false(trace_wants(g.trace, &g.flow));
    g.flow.id = 7;
    assert_true(trace_wants(g.trace, &g.flow));
    return g;
}

static void packet(struct rig *g, uint64_t number, const char *payload)
{
    uint32_t n = (uint32_t)strlen(payload);
    struct packet p = {.number = number};
    struct decoded d = {.payload = (const uint8_t *)payload, .payload_len = n, .payload_cap = n};
    explain_packet(g->x, &g->flow, 0, &p, &d);
}

static void event(struct rig *g, struct trace_event e)
{
    trace_tell(g->trace, &g->flow, &e);
}

static void shown(struct rig *g, uint64_t number, uint32_t payload)
{
    event(g, (struct trace_event){.kind = TRACE_SHOWN, .packet = number, .payload = payload});
}

static void said(struct rig *g, enum detect_state state)
{
    struct detect_step step = {.app = 5, .state = (uint8_t)state};
    event(g, (struct trace_event){.kind = TRACE_SAID, .step = &step});
}

static void tell(struct rig *g, enum trace_kind kind)
{
    event(g, (struct trace_event){.kind = kind});
}

static void expect_fates(const struct explain_result *r, const enum explain_fate *fates, size_t n)
{
    assert_int_equal(r->n_packets, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(r->packets[i]->fate, fates[i]);
}

/* 2 waits for 3, 4 is old, 5 is a copy, 6 makes nDPI sure; 1 to 7 went out before anybody knew. */
static void every_packet_has_its_fate(void **state)
{
    static const enum explain_fate fates[] = {EXPLAIN_SHOWN, EXPLAIN_SHOWN, EXPLAIN_SHOWN, EXPLAIN_OLD,
                                              EXPLAIN_COPY,  EXPLAIN_SHOWN, EXPLAIN_LATE};
    struct rig g = rig_new();
    (void)state;
    tell(&g, TRACE_LOOK);
    packet(&g, 1, "");
    shown(&g, 1, 0);
    packet(&g, 2, "second");
    packet(&g, 3, "first\n");
    shown(&g, 3, 6);
    shown(&g, 2, 6);
    packet(&g, 4, "first\n");
    event(&g, (struct trace_event){.kind = TRACE_OLD, .packet = 4});
    packet(&g, 5, "first\n");
    event(&g, (struct trace_event){.kind = TRACE_COPY, .packet = 5});
    packet(&g, 6, "third");
    shown(&g, 6, 5);
    packet(&g, 7, "fourth");
    shown(&g, 7, 6);
    for (unsigned i = 0; i < 4; i++)
        said(&g, i < 3 ? DETECT_MORE : DETECT_FINAL);
    g.flow.verdict.app = 5;
    tell(&g, TRACE_VERDICT);
    packet(&g, 8, "fifth");
    tell(&g, TRACE_ENDED);
    const struct explain_result *r = explain_finish(g.x);
    expect_fates(r, fates, sizeof(fates) / sizeof(fates[0]));
    assert_int_equal(r->look[0].n_said, 4);
    assert_int_equal(r->look[0].rows[2].packet->number, 2);
    assert_int_equal(r->look[0].rows[2].wait, EXPLAIN_FOR_PACKET);
    assert_int_equal(r->look[0].rows[2].until, 3);
    assert_string_equal(r->look[0].rows[1].begins.text, "first.");
    assert_int_equal(r->late, 2); /* 7 and 8 */
    assert_int_equal(r->last, 8);
    assert_false(r->is_from_before);
    explain_free(g.x);
}

static void what_waited_to_the_end_says_so(void **state)
{
    struct rig g = rig_new();
    (void)state;
    tell(&g, TRACE_LOOK);
    packet(&g, 1, "late");
    g.flow.ended = true;
    tell(&g, TRACE_FLUSH);
    shown(&g, 1, 4);
    said(&g, DETECT_MORE);
    said(&g, DETECT_GAVE_UP);
    tell(&g, TRACE_VERDICT);
    tell(&g, TRACE_ENDED);
    const struct explain_result *r = explain_finish(g.x);
    assert_int_equal(r->look[0].rows[0].wait, EXPLAIN_TO_END);
    assert_true(r->look[0].gave_up);
    assert_int_equal(r->late, 0);
    explain_free(g.x);
}

static void the_second_look_names_its_packets(void **state)
{
    struct rig g = rig_new();
    (void)state;
    tell(&g, TRACE_LOOK);
    for (uint64_t i = 1; i <= 4; i++) {
        packet(&g, i, "piece");
        shown(&g, i, i == 2 ? 0 : 5);
        said(&g, DETECT_MORE);
    }
    tell(&g, TRACE_VERDICT);
    tell(&g, TRACE_LOOK);
    event(&g, (struct trace_event){.kind = TRACE_MADE, .bytes = (const uint8_t *)""});
    event(&g, (struct trace_event){
        .kind = TRACE_MADE, .segments = 2, .payload = 10, .bytes = (const uint8_t *)"piecepiece"});
    event(&g, (struct trace_event){.kind = TRACE_MADE, .segments = 1, .payload = 5, .bytes = (const uint8_t *)"piece"});
    g.flow.verdict.app = 5;
    tell(&g, TRACE_VERDICT);
    event(&g, (struct trace_event){.kind = TRACE_CHOICE, .choice = CHOICE_FIRST_WEAK});
    tell(&g, TRACE_ENDED);
    const struct explain_result *r = explain_finish(g.x);
    const struct explain_row *rows = r->look[1].rows;
    assert_int_equal(r->n_looks, 2);
    assert_true(rows[0].is_handshake);
    assert_int_equal(rows[1].first, 0);
    assert_int_equal(rows[1].last, 2);
    assert_string_equal(rows[1].begins.text, "piecepiece");
    assert_int_equal(rows[2].first, 3);
    assert_int_equal(rows[2].last, 3);
    assert_false(r->is_from_before);
    explain_free(g.x);
}

/* Of a record that goes on behind one whose label is known there is nothing to see. */
static void a_label_may_be_that_of_the_record_before(void **state)
{
    struct flow_slice slice = {0};
    struct rig g = rig_new();
    (void)state;
    g.flow.slice = &slice;
    g.flow.has_verdict = true;
    packet(&g, 1, "more");
    packet(&g, 2, "more");
    tell(&g, TRACE_ENDED);
    const struct explain_result *r = explain_finish(g.x);
    assert_true(r->is_from_before);
    assert_int_equal(r->n_looks, 0);
    assert_int_equal(r->n_packets, 0);
    assert_int_equal(r->late, 2);
    explain_free(g.x);
}

static void what_is_kept_is_bounded(void **state)
{
    struct rig g = rig_new();
    (void)state;
    tell(&g, TRACE_LOOK);
    for (uint64_t i = 1; i <= EXPLAIN_PACKETS_MAX + 100; i++) {
        packet(&g, i, "again");
        shown(&g, i, 5);
        said(&g, DETECT_MORE);
    }
    tell(&g, TRACE_VERDICT);
    tell(&g, TRACE_ENDED);
    const struct explain_result *r = explain_finish(g.x);
    assert_int_equal(r->n_packets, EXPLAIN_PACKETS_MAX);
    assert_int_equal(r->look[0].n, EXPLAIN_PACKETS_MAX);
    assert_int_equal(r->more, 100);
    assert_int_equal(r->late, 0);
    explain_free(g.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_packet_has_its_fate),
        cmocka_unit_test(what_waited_to_the_end_says_so),
        cmocka_unit_test(the_second_look_names_its_packets),
        cmocka_unit_test(a_label_may_be_that_of_the_record_before),
        cmocka_unit_test(what_is_kept_is_bounded),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
