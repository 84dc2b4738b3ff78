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

static void three_quarters_of_the_time_are_enough(void **state)
{
    (void)state;
    assert_true(turns_is_theirs(100000000, 100000000));
    assert_true(turns_is_theirs(75000000, 100000000));
    assert_false(turns_is_theirs(74000000, 100000000));
    assert_false(turns_is_theirs(0, 100000000));
}

static void work_for(clockid_t clock, int64_t ns)
{
    struct timespec t = {0, 0};
    while (t.tv_sec * INT64_C(1000000000) + t.tv_nsec < ns)
        clock_gettime(clock, &t);
}

/* A child works 200 ms, says so and waits; this process works on. */
static void the_work_of_both_counts(void **state)
{
    enum { CHILD_NS = 200 * 1000 * 1000, OWN_NS = 50 * 1000 * 1000 };
    (void)state;
    int done[2], wait[2];
    char byte;
    assert_int_equal(pipe(done), 0);
    assert_int_equal(pipe(wait), 0);
    pid_t child = fork();
    if (child == 0) {
        close(wait[1]);
        work_for(CLOCK_PROCESS_CPUTIME_ID, CHILD_NS);
        (void)!write(done[1], "", 1);
        (void)!read(wait[0], &byte, 1);
        _exit(0);
    }
    assert_int_equal(read(done[0], &byte, 1), 1);
    work_for(CLOCK_THREAD_CPUTIME_ID, OWN_NS);
    struct turns t;
    turns_begin(&t);
    turns_processor(&t, child);
    assert_true(t.worked_ns >= CHILD_NS + OWN_NS);
    turns_end(&t);
    for (int i = 0; i < 2; i++) {
        close(done[i]);
        close(wait[i]);
    }
    waitpid(child, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_to_where_it_is_and_goes_back),
        cmocka_unit_test(the_other_side_follows),
        cmocka_unit_test(lets_go_of_a_processor_that_is_not_theirs),
        cmocka_unit_test(three_quarters_of_the_time_are_enough),
        cmocka_unit_test(the_work_of_both_counts),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
