/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/contained_worker.h"

#include "detect/turns.h"
#include "detect/worker.h"
#include "ndpi/labels.h"
#include "ndpi/memory.h"
#include "sandbox/sandbox.h"
#include "util/fds.h"
#include "util/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct working {
    struct channel *ch;
    struct worker_ends ends;
    struct worker *worker;
    struct turns turns;
    pid_t sleeper;
};

/* What nDPI says is not for users, and who took it over must not write to their terminal. */
static void silence_stderr(void)
{
#ifndef __SANITIZE_ADDRESS__ /* which has something to report there */
    dup2(STDOUT_FILENO, STDERR_FILENO);
#endif
}

/* When the program is killed, so is a worker that hangs. A copy does not inherit that. */
static void die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/* Signals are for the tracker's process, which then closes the pipe; descriptors that are not needed are closed, so
 * that no output has another holder. The worker has a process group of its own, which it and its copies cannot leave
 * (sandbox_narrow), so that all of them can be ended. */
static void settle_in(const struct worker_ends *ends)
{
    int kept[] = {ends->submitted, ends->done, ends->wake};
    static const int ignored[] = {SIGINT, SIGHUP, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGALRM, SIG_DFL);
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    int null = open("/dev/null", O_RDWR);
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    dup2(STDOUT_FILENO, STDIN_FILENO); /* in a sandbox standard output is /dev/null already (outfile_guard_stdout) */
    silence_stderr();
    fds_close_others(kept, sizeof(kept) / sizeof(kept[0]));
}

/* Starts the library, and says so. The adapter and its worker live as long as the process. */
static void start_worker(struct working *w, const struct detector_options *opt)
{
    struct channel *ch = w->ch;
    struct ndpi_adapter *adapter;
    xalloc_on_failure(abort); /* the other side says what there is to say */
    ndpi_memory_pack();
    if (ndpi_adapter_new(&adapter, opt, &ch->start) != DPI_OK)
        _exit(EXIT_FAILURE);
    ndpi_memory_pack_done();
    struct labels *labels = labels_new(adapter);
    ch->n_labels = labels_pack(labels, ch->labels, sizeof(ch->labels));
    labels_free(labels);
    w->worker = worker_new(adapter, opt);
    malloc_trim(0); /* what starting has left; the copy at each checkpoint is smaller, too */
    sandbox_narrow();
    die_with_parent(); /* here: to become another user undoes it */
    if (write(w->ends.done, "", 1) != 1)
        _exit(EXIT_FAILURE);
}

static void end_sleeper(struct working *w)
{
    atomic_store(&w->ch->sleeper, 0);
    if (w->sleeper <= 0)
        return;
    kill(w->sleeper, SIGKILL);
    waitpid(w->sleeper, NULL, 0);
    w->sleeper = 0;
}

/* Leaves a copy of this process that sleeps. When it wakes up, because this one is no more, it is the worker and
 * leaves a copy of its own. */
static void make_checkpoint(struct working *w)
{
    end_sleeper(w);
    for (;;) {
        pid_t pid = fork();
        if (pid != 0) {
            w->sleeper = pid > 0 ? pid : 0;
            atomic_store(&w->ch->sleeper, w->sleeper);
            return;
        }
        char byte;
        ssize_t n;
        do {
            n = read(w->ends.wake, &byte, 1);
        } while (n < 0 && errno == EINTR);
        if (n != 1)
            _exit(0);
        die_with_parent();
        w->sleeper = 0;
    }
}

static const struct channel_skip *skip_of(const struct channel *ch, uint32_t slot, channel_at at)
{
    for (uint32_t i = 0; i < ch->n_skips; i++)
        if (ch->skip[i].slot == slot && at >= ch->skip[i].from && at <= ch->skip[i].until)
            return &ch->skip[i];
    return NULL;
}

static void work_off(struct working *w, uint64_t number)
{
    struct channel *ch = w->ch;
    const struct detect_batch b = channel_batch(ch, &ch->place[number % CHANNEL_PLACES]);
    struct detect_reply *r = channel_reply(ch, number);
    r->n = r->used = r->n_steps = 0;
    for (uint32_t i = 0; i < b.n; i++) {
        channel_at at = number << 16 | (i + 1);
        const struct channel_skip *skip = skip_of(ch, b.msg[i].slot, at);
        if (skip && skip->until == at)
            worker_fault(w->worker, b.msg[i].slot, r);
        if (skip) {
            worker_leave_out(w->worker, &b, i);
            continue;
        }
        atomic_store_explicit(&ch->at, at, memory_order_relaxed);
        worker_message(w->worker, &b, i, r);
    }
    atomic_store(&ch->at, (number + 1) << 16);
}

static void await_submitted(struct working *w, uint64_t number)
{
    struct channel *ch = w->ch;
    while (atomic_load(&ch->submitted) < number) {
        atomic_store(&ch->idle, 1); /* and then look again: who submits looks at idle behind it */
        if (atomic_load(&ch->submitted) < number && channel_await_byte(w->ends.submitted) <= 0)
            _exit(0);
    }
    atomic_store(&ch->idle, 0);
}

static _Noreturn void serve(struct working *w)
{
    struct channel *ch = w->ch;
    for (uint64_t next = 1;; next++) {
        await_submitted(w, next);
        turns_keep_to(&w->turns, atomic_load(&ch->processor));
        if (ch->place[next % CHANNEL_PLACES].checkpoint_first)
            make_checkpoint(w);
        work_off(w, next);
        if (atomic_load(&ch->done) < next)
            atomic_store(&ch->done, next);
        uint64_t awaited = atomic_load(&ch->awaited);
        if (awaited && awaited <= next && write(w->ends.done, "", 1) < 0 && errno != EAGAIN)
            _exit(0);
    }
}

_Noreturn void contained_work(struct channel *ch, const struct worker_ends *ends, const struct detector_options *opt)
{
    struct working w = {.ch = ch, .ends = *ends};
    settle_in(ends);
    turns_begin(&w.turns);
    start_worker(&w, opt);
    serve(&w);
}
