/* SPDX-License-Identifier: BSD-2-Clause */
/* test_contained.c - the tracker's side with a worker that was taken over: these tests write to the shared memory what
 * such a one would. */
#include "detect/channel.h"
#include "detect/detect.h"

#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { UDP = 17, N = DETECT_BATCH_MSGS, PATIENCE = 120 /* seconds */ };

static struct detector *start(enum detector_test test)
{
    struct detector *d;
    struct dpi_err err;
    struct detector_options opt = {.contain = true, .test = test, .test_at = 1};
    assert_int_equal(detector_new(&d, &opt, &err), DPI_OK);
    return d;
}

/* The memory that the detector shares: the only mapping of that size. */
static struct channel *shared_memory(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    void *found = NULL;
    assert_non_null(maps);
    while (!found && fgets(line, sizeof(line), maps)) {
        void *from, *to;
        char rights[5];
        if (sscanf(line, "%p-%p %4s", &from, &to, rights) == 3 && rights[3] == 's' &&
            (size_t)((char *)to - (char *)from) / 4096 == (sizeof(struct channel) + 4095) / 4096)
            found = from;
    }
    fclose(maps);
    assert_non_null(found);
    return found;
}

static void say(struct detector *d, enum detect_op op, uint32_t slot)
{
    struct detect_batch *b = detector_batch(d);
    b->msg[b->n++] = (struct detect_msg){.slot = slot, .op = (uint8_t)op, .transport = UDP};
}

static void say_many(struct detector *d, enum detect_op op, uint32_t from)
{
    for (uint32_t i = 0; i < N; i++)
        say(d, op, from + i);
    detector_submit(d);
}

static void wait_a_moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* The reply of that batch, when the worker has written it. */
static struct detect_reply *reply_to(struct channel *ch, uint64_t number)
{
    while (atomic_load(&ch->done) < number)
        wait_a_moment();
    return channel_reply(ch, number);
}

/* It answers for all flows that are open, and is silent of all that end. */
static void answers_for_others(void **state)
{
    struct detector *d = start(DETECTOR_NO_TEST);
    struct channel *ch = shared_memory();
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        say_many(d, DETECT_OPEN, i * N);
        assert_int_equal(detector_collect(d)->n, 0);
    }
    say_many(d, DETECT_END, N);
    struct detect_reply *r = reply_to(ch, 3);
    assert_int_equal(r->n, N);
    for (uint32_t i = 0; i < N; i++)
        r->verdict[i] = (struct detect_verdict){.slot = i, .attrs_cut = 0xff, .name_cut = 2};
    const struct detect_reply *got = detector_collect(d);
    assert_int_equal(got->n, DETECT_BATCH_VERDICTS);
    for (uint32_t i = 0; i < 2 * N; i++) {
        assert_int_equal(got->verdict[i].slot, i);
        assert_int_equal(got->verdict[i].fault, i >= N);
    }
    detector_free(d);
}

static void says_nonsense(void **state)
{
    static const struct detect_verdict nonsense[] = {
        {.slot = 1}, {.slot = UINT32_MAX}, {.by = DETECT_BYS}, {.app_by = 0xff}, {.attrs_len = DETECT_ATTRS_MAX + 1},
        {.attrs = UINT32_MAX, .attrs_len = 1}, {.attrs = sizeof(((struct detect_reply *)NULL)->bytes), .attrs_len = 1},
    };
    struct detector *d = start(DETECTOR_NO_TEST);
    struct channel *ch = shared_memory();
    (void)state;
    say(d, DETECT_OPEN, 0);
    detector_submit(d);
    struct detect_reply *r = reply_to(ch, 1);
    memcpy(r->verdict, nonsense, sizeof(nonsense));
    r->n = r->n_steps = UINT32_MAX;
    for (size_t i = sizeof(nonsense) / sizeof(nonsense[0]); i < DETECT_BATCH_VERDICTS; i++)
        r->verdict[i] = nonsense[0];
    for (size_t i = 0; i < DETECT_BATCH_STEPS; i++)
        r->step[i] = (struct detect_step){.by = DETECT_BYS};
    const struct detect_reply *got = detector_collect(d);
    assert_int_equal(got->n, 0);
    assert_int_equal(got->n_steps, 0);
    detector_free(d);
}

/* Copies of it that nobody asked for end with the detector. */
static void leaves_copies(void **state)
{
    struct detector *d = start(DETECTOR_NO_TEST);
    struct channel *ch = shared_memory();
    (void)state;
    say(d, DETECT_OPEN, 0);
    detector_submit(d);
    detector_collect(d);
    pid_t group = getpgid(atomic_load(&ch->sleeper));
    assert_true(group > 0 && group != getpgrp());
    pid_t copy = fork();
    if (copy == 0) {
        alarm(PATIENCE);
        for (;;)
            pause();
    }
    assert_int_equal(setpgid(copy, group), 0);
    detector_free(d);
    assert_int_equal(kill(-group, 0), -1);
    assert_int_equal(errno, ESRCH);
}

/* In a process of its own: says without end that the worker is at another message, for some time at one that there is
 * (which is then left out, and all is well), and shortly at ones that there are not. */
static pid_t pretend(struct channel *ch)
{
    static const channel_at said[] = {1 << 16 | 2, 9 << 16 | 1, 1 << 16 | 2, 1 << 16 | 0xffff, 1 << 16 | 1, UINT64_MAX};
    madvise(ch, sizeof(*ch), MADV_DOFORK); /* else no process but the worker gets it */
    pid_t pid = fork();
    if (pid == 0)
        alarm(PATIENCE);
    for (unsigned i = 0; pid == 0; i++) {
        atomic_store(&ch->at, said[i % (sizeof(said) / sizeof(said[0]))]);
        nanosleep(&(struct timespec){.tv_nsec = i % 2 ? 2000000 : 17000000}, NULL);
    }
    return pid;
}

static void pretends_to_move(void **state)
{
    struct detector *d = start(DETECTOR_HANG);
    struct channel *ch = shared_memory();
    (void)state;
    alarm(PATIENCE);
    pid_t other = pretend(ch);
    say(d, DETECT_OPEN, 0);
    say(d, DETECT_PACKET, 0);
    detector_submit(d);
    detector_collect(d);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    alarm(0);
    assert_true(detector_faults(d).hangs > 0);
    detector_free(d);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_for_others),
        cmocka_unit_test(says_nonsense),
        cmocka_unit_test(leaves_copies),
        cmocka_unit_test(pretends_to_move),
    };
    return cmocka_run_group_tests_name("contained", tests, NULL, NULL);
}
