/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/contained.h"

#include "detect/channel.h"
#include "detect/contained_worker.h"
#include "detect/replies.h"
#include "detect/turns.h"
#include "ndpi/labels.h"
#include "util/cpu_time.h"
#include "util/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_MS = 20,      /* how often the tracker's side looks after a worker that takes its time */
    HANG_S = 2,        /* seconds of CPU on one message */
    HANGS_MAX = 3,     /* after which detection is off */
    CRASHES_MAX = CHANNEL_SKIPS - HANGS_MAX,
    LOOKS_MAX = 60000 / LOOK_MS, /* in which a worker that has work takes less CPU than one: it will not go on */
};

struct ends {
    int read, write;
};

struct contained {
    struct channel *channel;
    struct ends submitted, done, wake; /* pipes of bytes that say: look */
    struct channel_log log;
    struct detect_batch batch;         /* that is filled; bytes NULL: none */
    struct sent sent[DETECT_UNDER_WAY]; /* by the batch's number */
    uint64_t collected;
    bool in_turns;
    struct turns turns; /* when in_turns */
    pid_t pid;   /* of the worker */
    pid_t group; /* of the first worker, and of all copies, wanted or not; 0: there is none any more */
    struct detector_faults faults;
    struct replies *replies;
    /* how far the worker had come when it was looked at last, and since when */
    channel_at seen_at;
    int64_t seen_cpu, busy_cpu;
    unsigned looks; /* since it took CPU time worth the name */
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool make_pipe(struct ends *e, bool wait_to_write)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return false;
    *e = (struct ends){fds[0], fds[1]};
    return wait_to_write || fcntl(e->write, F_SETFL, O_NONBLOCK) == 0;
}

static void close_all(struct contained *c)
{
    struct ends *const all[] = {&c->submitted, &c->done, &c->wake};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        close_end(&all[i]->read);
        close_end(&all[i]->write);
    }
}

/* Between them no other thread forks a worker of its own, which would have this one's memory. */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

static void fork_worker(struct contained *c, const struct detector_options *opt)
{
    pthread_mutex_lock(&starting);
    malloc_trim(0); /* what is free here would be the worker's, too, and be taken once more */
    c->channel = channel_new();
    if (c->channel)
        atomic_store(&c->channel->processor, TURNS_ANYWHERE);
    c->pid = c->channel ? fork() : -1;
    if (c->pid == 0)
        contained_work(c->channel, &(struct worker_ends){c->submitted.read, c->done.write, c->wake.read}, opt);
    if (c->channel)
        channel_own(c->channel);
    pthread_mutex_unlock(&starting);
}

static bool start(struct contained *c, const struct detector_options *opt)
{
    if (!make_pipe(&c->submitted, false) || !make_pipe(&c->done, false) || !make_pipe(&c->wake, true))
        return false;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* a copy's copies are then ours to wait for */
    fork_worker(c, opt);
    if (c->pid > 0)
        setpgid(c->pid, c->pid); /* by both, for who comes first */
    c->group = c->pid > 0 ? c->pid : 0;
    close_end(&c->submitted.read);
    close_end(&c->done.write);
    close_end(&c->wake.read);
    return c->pid > 0 && fcntl(c->done.read, F_SETFL, O_NONBLOCK) == 0;
}

/* What the worker did so far is not held against it: to start nDPI takes seconds under a checker of memory. */
static void begin_to_look(struct contained *c)
{
    c->seen_at = 0;
    c->looks = 0;
    c->seen_cpu = c->busy_cpu = cpu_time_of(c->pid);
}

static enum dpi_status await_start(struct contained *c, struct labels **labels, struct dpi_err *err)
{
    struct pollfd wait = {.fd = c->done.read, .events = POLLIN};
    while (poll(&wait, 1, -1) < 0 && errno == EINTR)
        ;
    if (channel_await_byte(c->done.read) == 1) {
        begin_to_look(c);
        *labels = labels_unpack(c->channel->labels, c->channel->n_labels);
        return *labels ? DPI_OK : dpi_fail(err, DPI_ABI, "libndpi has more names than there is room for");
    }
    int how = 0;
    waitpid(c->pid, &how, 0);
    c->pid = c->group = 0;
    if (c->channel->start.code != DPI_OK) {
        *err = c->channel->start;
        return err->code;
    }
    bool signaled = WIFSIGNALED(how);
    return dpi_fail(err, DPI_ABI, "libndpi does not start: its process ended with %s %d; is there memory for it?",
                    signaled ? "signal" : "status", signaled ? WTERMSIG(how) : WEXITSTATUS(how));
}

enum dpi_status contained_new(struct contained **out, const struct detector_options *opt, struct labels **labels,
                              struct dpi_err *err)
{
    struct contained *c = xcalloc(1, sizeof(*c));
    c->in_turns = opt->in_turns;
    if (c->in_turns)
        turns_begin(&c->turns);
    c->replies = replies_new();
    c->submitted = c->done = c->wake = (struct ends){-1, -1};
    *out = NULL;
    *labels = NULL;
    enum dpi_status st = start(c, opt) ? await_start(c, labels, err)
                                       : dpi_fail_errno(err, DPI_ABI, errno, "cannot start a process to detect in");
    if (st == DPI_OK)
        *out = c;
    else
        contained_free(c);
    return st;
}

static pid_t reap(pid_t pid)
{
    pid_t done;
    do {
        done = waitpid(pid, NULL, 0);
    } while (done < 0 && errno == EINTR);
    return done;
}

/* The worker and every copy, also of those that it made without being asked to. The worker may be dead, but was not
 * reaped: until then its number, and so the group's, is nobody else's. */
static void end_all(struct contained *c)
{
    if (c->group > 0)
        kill(-c->group, SIGKILL);
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        reap(c->pid);
    }
    while (c->group > 0 && reap(-c->group) > 0)
        ;
    c->pid = c->group = 0;
}

/* The copy that sleeps, when there is one. Its number stands where the worker could write another one: only a child of
 * ours in the worker's group is believed, and it is one as soon as the worker is no more. */
static pid_t sleeper_of(const struct contained *c)
{
    pid_t pid = atomic_load(&c->channel->sleeper);
    return pid > 0 && pid != c->pid && getpgid(pid) == c->group && waitpid(pid, NULL, WNOHANG) == 0 ? pid : 0;
}

void contained_free(struct contained *c)
{
    if (!c)
        return;
    turns_end(&c->turns);
    close_all(c);
    end_all(c);
    if (c->channel)
        channel_free(c->channel);
    replies_free(c->replies);
    free(c);
}

struct detector_faults contained_faults(const struct contained *c)
{
    return c->faults;
}

struct detect_batch *contained_batch(struct contained *c)
{
    uint64_t number = c->log.submitted + 1;
    assert(number - c->collected <= DETECT_UNDER_WAY); /* with the one that is filled */
    if (!c->batch.bytes)
        c->batch = (struct detect_batch){.msg = c->sent[number % DETECT_UNDER_WAY].msg,
                                         .bytes = channel_next(c->channel, &c->log)};
    return &c->batch;
}

/* --- when the worker fails ---------------------------------------------------------------------------- */

static void turn_off(struct contained *c)
{
    c->faults.off = true;
    turns_end(&c->turns);
    end_all(c);
}

/* Where the flow that had the slot at `at` was opened, or its first message behind the checkpoint. */
static channel_at flow_begins(struct contained *c, channel_at at, uint32_t slot)
{
    uint64_t first = channel_begins(&c->log, at >> 16);
    for (uint64_t number = at >> 16; number >= first; number--) {
        struct detect_batch b = channel_batch(c->channel, &c->log.place[number % CHANNEL_PLACES]);
        uint32_t i = number == at >> 16 ? (uint32_t)(at & 0xffff) : b.n;
        while (i-- > 0)
            if (b.msg[i].slot == slot && b.msg[i].op == DETECT_OPEN)
                return number << 16 | (i + 1);
    }
    return first << 16;
}

/* What the worker was at is in a batch that is under way. */
static bool is_sound_at(struct contained *c, channel_at at)
{
    uint64_t number = at >> 16, i = at & 0xffff;
    return number > c->collected && number <= c->log.submitted && i > 0 && i <= c->sent[number % DETECT_UNDER_WAY].n;
}

/* Whether a message was at hand when the worker failed: then where it stands, and its slot. */
static bool at_hand(struct contained *c, channel_at *at, uint32_t *slot)
{
    *at = atomic_load(&c->channel->at);
    if (!is_sound_at(c, *at))
        return false;
    *slot = c->sent[(*at >> 16) % DETECT_UNDER_WAY].msg[(*at & 0xffff) - 1].slot;
    return true;
}

static void skip_guilty(struct contained *c)
{
    channel_at at;
    uint32_t slot;
    if (at_hand(c, &at, &slot) && c->log.n_skips < CHANNEL_SKIPS)
        channel_skip(c->channel, &c->log, (struct channel_skip){slot, flow_begins(c, at, slot), at});
}

/* The worker is dead: lets the copy that sleeps go on without the flow that was at hand. */
static void recover(struct contained *c, unsigned *count, unsigned max)
{
    pid_t sleeper = sleeper_of(c);
    if (++*count >= max || sleeper == 0) {
        channel_at at;
        uint32_t guilty;
        if (at_hand(c, &at, &guilty))
            replies_blame(c->replies, guilty);
        turn_off(c);
        return;
    }
    skip_guilty(c);
    reap(c->pid);
    c->pid = sleeper;
    begin_to_look(c);
    atomic_store(&c->channel->at, 0);
    atomic_store(&c->channel->done, c->collected); /* replies behind it are written anew */
    atomic_store(&c->channel->sleeper, 0);
    if (write(c->wake.write, "", 1) != 1)
        turn_off(c);
}

/* It is not reaped yet when it is dead. */
static bool is_alive(const struct contained *c)
{
    siginfo_t how = {.si_pid = 0};
    return waitid(P_PID, (id_t)c->pid, &how, WEXITED | WNOHANG | WNOWAIT) == 0 && how.si_pid == 0;
}

static void end_worker(const struct contained *c)
{
    siginfo_t how;
    kill(c->pid, SIGKILL);
    while (waitid(P_PID, (id_t)c->pid, &how, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        ;
}

/* Whether the worker has come further since it was looked at last. It says so itself, and may have been taken over:
 * only what is ahead counts, and there are only so many messages. */
static bool has_moved(struct contained *c)
{
    channel_at at = atomic_load(&c->channel->at);
    if (at <= c->seen_at || at >> 16 > c->log.submitted || (at & 0xffff) > DETECT_BATCH_MSGS)
        return false;
    c->seen_at = at;
    return true;
}

/* Too much CPU time since the worker was first seen at the message it is at, or next to none in many looks: it waits
 * for what will not come. Looks are counted, and not time, for both may have been stopped. */
static bool hangs(struct contained *c)
{
    int64_t now = cpu_time_of(c->pid);
    if (now < 0)
        return false;
    bool moved = has_moved(c);
    if (moved)
        c->seen_cpu = now;
    if (moved || now - c->busy_cpu > LOOK_MS * INT64_C(1000000)) {
        c->looks = 0;
        c->busy_cpu = now;
    }
    return now - c->seen_cpu > HANG_S * INT64_C(1000000000) || ++c->looks > LOOKS_MAX;
}

static void look_after(struct contained *c)
{
    if (!is_alive(c)) {
        recover(c, &c->faults.crashes, CRASHES_MAX);
    } else if (hangs(c)) {
        end_worker(c);
        recover(c, &c->faults.hangs, HANGS_MAX);
    }
}

/* --- batches and replies ------------------------------------------------------------------------------ */

static bool is_done(const struct contained *c, uint64_t number)
{
    return atomic_load(&c->channel->done) >= number;
}

static void await_batch(struct contained *c, uint64_t number)
{
    if (is_done(c, number))
        return;
    if (c->seen_at < c->collected << 16)
        c->seen_at = c->collected << 16; /* what was collected is no news, until it is worked off again */
    atomic_store(&c->channel->awaited, number); /* and then look again: who is done looks at it behind that */
    while (!is_done(c, number) && !c->faults.off) {
        struct pollfd wait = {.fd = c->done.read, .events = POLLIN};
        if (poll(&wait, 1, LOOK_MS) > 0)
            channel_await_byte(c->done.read);
        if (!is_done(c, number))
            look_after(c);
    }
    atomic_store(&c->channel->awaited, 0);
}

/* When the pipe is full, the worker will look; when it is gone, waiting for the batch finds out. */
static void wake_worker(const struct contained *c)
{
    if (!c->faults.off && atomic_load(&c->channel->idle))
        (void)!write(c->submitted.write, "", 1);
}

void contained_submit(struct contained *c)
{
    struct detect_batch *b = contained_batch(c);
    b->n = b->n < DETECT_BATCH_MSGS ? b->n : DETECT_BATCH_MSGS;
    b->used = b->used < DETECT_BATCH_BYTES ? b->used : DETECT_BATCH_BYTES;
    c->sent[(c->log.submitted + 1) % DETECT_UNDER_WAY].n = b->n;
    channel_submit(c->channel, &c->log, b);
    c->batch.bytes = NULL;
    if (!c->in_turns)
        wake_worker(c);
}

/* The worker's turn: all that is under way, so that there are as few turns as can be. */
static void give_turn(struct contained *c)
{
    atomic_store(&c->channel->processor, turns_processor(&c->turns, c->pid));
    wake_worker(c);
    await_batch(c, c->log.submitted);
}

const struct detect_reply *contained_collect(struct contained *c)
{
    uint64_t number = c->collected + 1;
    assert(number <= c->log.submitted);
    if (!c->in_turns)
        await_batch(c, number);
    else if (!is_done(c, number) && !c->faults.off)
        give_turn(c);
    const struct sent *sent = &c->sent[number % DETECT_UNDER_WAY];
    c->collected = number;
    return replies_believe(c->replies, sent, is_done(c, number) ? channel_reply(c->channel, number) : NULL);
}
