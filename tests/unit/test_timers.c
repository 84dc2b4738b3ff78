/* SPDX-License-Identifier: BSD-2-Clause */
/* test_timers.c - the timer queue against a naive list: random operations, the same answers in the same order. */
#include "flow/timers.h"

#include "unit.h"

#include <stdbool.h>
#include <string.h>

enum { TIMERS = 200, STEPS = 40000 };

struct model {
    struct timer timer[TIMERS];
    bool queued[TIMERS];
};

static struct timer *model_due(struct model *m, int64_t now)
{
    struct timer *best = NULL;
    for (size_t i = 0; i < TIMERS; i++) {
        struct timer *t = &m->timer[i];
        if (!m->queued[i] || t->deadline >= now)
            continue;
        if (!best || t->deadline < best->deadline || (t->deadline == best->deadline && t->id < best->id))
            best = t;
    }
    return best;
}

static void expire_all(struct timers *q, struct model *m, int64_t now)
{
    for (;;) {
        struct timer *expected = model_due(m, now);
        struct timer *due = timers_due(q, now);
        assert_ptr_equal(due, expected);
        if (!due)
            return;
        m->queued[due - m->timer] = false;
    }
}

static void change(struct timers *q, struct model *m, size_t i, uint64_t r, int64_t now)
{
    struct timer *t = &m->timer[i];
    int64_t delta = (int64_t)(r >> 8 & 63);
    if (!m->queued[i]) {
        t->deadline = now + delta;
        timers_add(q, t);
        m->queued[i] = true;
    } else if ((r & 3) == 0) {
        timers_remove(q, t);
        m->queued[i] = false;
    } else if ((r & 3) == 1) {
        timers_lower(q, t, t->deadline - delta);
    } else {
        t->deadline += delta; /* raising is the owner's own business */
    }
}

static void equals_a_naive_list(void **state)
{
    (void)state;
    static struct model m;
    uint64_t random = 42;
    int64_t now = 1000;
    struct timers *q = timers_new();
    for (size_t i = 0; i < TIMERS; i++)
        m.timer[i].id = i * 7919 % TIMERS; /* ids in another order than memory */
    for (size_t step = 0; step < STEPS; step++) {
        uint64_t r = unit_random(&random);
        change(q, &m, (r >> 32) % TIMERS, r, now);
        if (r >> 60 == 0)
            expire_all(q, &m, now += (int64_t)(r >> 16 & 31));
    }
    expire_all(q, &m, INT64_MAX);
    timers_free(q);
}

static void deadline_of_now_is_not_due(void **state)
{
    (void)state;
    struct timers *q = timers_new();
    struct timer t = {.deadline = 5, .id = 1};
    timers_add(q, &t);
    assert_null(timers_due(q, 5));
    assert_ptr_equal(timers_due(q, 6), &t);
    assert_null(timers_due(q, INT64_MAX));
    timers_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_a_naive_list),
        cmocka_unit_test(deadline_of_now_is_not_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
