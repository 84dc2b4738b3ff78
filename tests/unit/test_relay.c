/* SPDX-License-Identifier: BSD-2-Clause */
/* test_relay.c - items come to the thread and back again once each, in their order, whoever is slow. */
#include "util/relay.h"

#include "unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct seen {
    pthread_t starter;
    unsigned worked, done; /* items */
    unsigned wait_every;   /* so many items the thread sleeps; 0: never */
    bool in_order, beside, deaf;
};

static void work(void *ctx, void *item)
{
    struct seen *s = ctx;
    unsigned *number = item;
    sigset_t held;
    pthread_sigmask(SIG_SETMASK, NULL, &held);
    s->deaf &= sigismember(&held, SIGINT) && sigismember(&held, SIGALRM) && !sigismember(&held, SIGSYS);
    s->in_order &= *number == s->worked++;
    s->beside &= !pthread_equal(pthread_self(), s->starter);
    *number += 1000000;
    if (s->wait_every && s->worked % s->wait_every == 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void done(void *ctx, void *item)
{
    struct seen *s = ctx;
    const unsigned *number = item;
    s->in_order &= *number == 1000000 + s->done++;
    s->beside &= pthread_equal(pthread_self(), s->starter) != 0;
}

static const struct relay_ops ops = {.size = sizeof(unsigned), .work = work, .done = done};

/* So many items, of which the giver waits a moment every so often. */
static void relays(unsigned n, unsigned worker_waits, unsigned giver_waits)
{
    struct seen s = {.starter = pthread_self(), .wait_every = worker_waits, .in_order = true, .beside = true, .deaf = true};
    struct relay *r = relay_new(&ops, &s);
    assert_non_null(r);
    for (unsigned i = 0; i < n; i++) {
        unsigned *item = relay_next(r);
        *item = i;
        relay_put(r);
        if (giver_waits && i % giver_waits == 0)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    relay_finish(r);
    assert_int_equal(s.worked, n);
    assert_int_equal(s.done, n);
    assert_true(s.in_order);
    assert_true(s.beside);
    assert_true(s.deaf);
    relay_free(r);
}

static void any_number(void **state)
{
    (void)state;
    static const unsigned numbers[] = {0, 1, 127, 128, 129, 1023, 1024, 1025, 5000};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        relays(numbers[i], 0, 0);
}

static void slow_thread(void **state)
{
    (void)state;
    relays(3000, 50, 0);
}

static void slow_giver(void **state)
{
    (void)state;
    relays(3000, 0, 50);
}

/* What was put is worked off also when nobody asks for it. */
static void freed_unfinished(void **state)
{
    (void)state;
    struct seen s = {.starter = pthread_self(), .in_order = true, .beside = true, .deaf = true};
    struct relay *r = relay_new(&ops, &s);
    *(unsigned *)relay_next(r) = 0;
    relay_put(r);
    relay_free(r);
    assert_int_equal(s.done, 1);
    relay_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number),
        cmocka_unit_test(slow_thread),
        cmocka_unit_test(slow_giver),
        cmocka_unit_test(freed_unfinished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
