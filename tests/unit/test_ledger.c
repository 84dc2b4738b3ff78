/* SPDX-License-Identifier: BSD-2-Clause */
/* test_ledger.c - declared costs: sums, the limit, and that they cover the structures they stand for. */
#include "flow/ledger.h"

#include "flow/flow.h"
#include "flow/holes.h"
#include "flow/tunnels.h"
#include "unit.h"

static void adds_up(void **state)
{
    (void)state;
    struct ledger l = {.limit = 2 * ledger_cost(LEDGER_flow)};
    ledger_add(&l, LEDGER_flow, 2);
    assert_false(ledger_full(&l));
    ledger_add(&l, LEDGER_attribute_byte, 1);
    assert_true(ledger_full(&l));
    ledger_sub(&l, LEDGER_flow, 1);
    assert_false(ledger_full(&l));
    assert_int_equal(l.used, ledger_cost(LEDGER_flow) + 1);
    assert_int_equal(l.peak, 2 * ledger_cost(LEDGER_flow) + 1);
}

static void without_limit_never_full(void **state)
{
    (void)state;
    struct ledger l = {0};
    ledger_add(&l, LEDGER_undecided, UINT32_MAX);
    assert_false(ledger_full(&l));
}

/* What a flow takes in the table of flows and in the timer queue, when they have just been doubled. */
enum { TABLE_MAX = 43, TIMER_MAX = 32 };

static void costs_cover_the_structures(void **state)
{
    (void)state;
    const size_t malloc_head = 16, table = TABLE_MAX, timer = TIMER_MAX;
    assert_true(ledger_cost(LEDGER_flow) >= sizeof(struct flow) + malloc_head / 2 + table + timer);
    assert_true(ledger_cost(LEDGER_mpls) >= sizeof(struct flow_labels) + malloc_head);
    assert_true(ledger_cost(LEDGER_tunnel_ids) >= sizeof(struct flow_tunnel_ids) + malloc_head);
    assert_true(ledger_cost(LEDGER_holes) >= holes_size() + malloc_head);
    assert_true(ledger_cost(LEDGER_tunnel) >= sizeof(struct tunnel_path) + 24);
}

/* A cost that is far above the structure would end flows for nothing; one that grows must be declared. */
static void costs_are_close_to_the_structures(void **state)
{
    (void)state;
    const size_t around = 8 + TABLE_MAX + TIMER_MAX, slack = 16;
    assert_in_range(ledger_cost(LEDGER_flow), sizeof(struct flow) + around, sizeof(struct flow) + around + slack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up),
        cmocka_unit_test(without_limit_never_full),
        cmocka_unit_test(costs_cover_the_structures),
        cmocka_unit_test(costs_are_close_to_the_structures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
