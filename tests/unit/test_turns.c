/* SPDX-License-Identifier: BSD-2-Clause */
/* test_turns.c - two sides are kept on one processor, unless another process takes it from them. */
#include "detect/turns.h"

#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A look comes every tenth of a second. */
static void wait_for_a_look(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 110 * 1000 * 1000}, NULL);
}

static cpu_set_t own_processors(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    return set;
}

static void assert_anywhere(const struct turns *t)
{
    cpu_set_t now = own_processors();
    assert_int_equal(t->processor, TURNS_ANYWHERE);
    assert_true(CPU_EQUAL(&now, &t->allowed));
}

static void assert_kept_to(int processor)
{
    cpu_set_t now = own_processors();
    assert_int_equal(CPU_COUNT(&now), 1);
    assert_true(CPU_ISSET((size_t)processor, &now));
}

static void keeps_to_where_it_is_and_goes_back(void **state)
{
    (void)state;
    struct turns t;
    turns_begin(&t);
    assert_anywhere(&t);
    int at = turns_processor(&t, getpid());
    assert_int_not_equal(at, TURNS_ANYWHERE);
    assert_kept_to(at);
    assert_int_equal(turns_processor(&t, getpid()), at); /* until the next look nothing changes */
    turns_end(&t);
    assert_anywhere(&t);
}

static void the_other_side_follows(void **state)
{
    (void)state;
    struct turns t;
    turns_begin(&t);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET((size_t)i, &t.allowed)) {
            turns_keep_to(&t, i);
            assert_kept_to(i);
        }
    turns_keep_to(&t, TURNS_ANYWHERE);
    assert_anywhere(&t);
    turns_keep_to(&t, CPU_SETSIZE); /* there is none of that number */
    assert_anywhere(&t);
}

/* Both sleep, so the processor is not theirs; then it is tried again. */
static void lets_go_of_a_processor_that_is_not_theirs(void **state)
{
    (void)state;
    struct turns t;
    turns_begin(&t);
    assert_int_not_equal(turns_processor(&t, getpid()), TURNS_ANYWHERE);
    wait_for_a_look();
    assert_int_equal(turns_processor(&t, getpid()), TURNS_ANYWHERE);
    assert_anywhere(&t);
    wait_for_a_look();
    assert_int_not_equal(turns_processor(&t, getpid()), TURNS_ANYWHERE);
    turns_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_to_where_it_is_and_goes_back),
        cmocka_unit_test(the_other_side_follows),
        cmocka_unit_test(lets_go_of_a_processor_that_is_not_theirs),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
