/* SPDX-License-Identifier: BSD-2-Clause */
/* contained.c - the two processes: what the worker's does, and how the tracker's looks after it. */
#include "detect/contained.h"

#include "detect/channel.h"
#include "ndpi/labels.h"
#include "sandbox/sandbox.h"
#include "util/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
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

/* What was sent, and what is about to be, out of the worker's reach. */
struct sent {
    uint32_t n;
    struct detect_msg msg[DETECT_BATCH_MSGS];
};

struct contained {
    struct channel *channel;
    struct ends submitted, done, wake; /* pipes of bytes that say: look */
    struct channel_log log;
    struct detect_batch batch;         /* that is filled; bytes NULL: none */
    struct sent sent[DETECT_UNDER_WAY]; /* by the batch's number */
    uint64_t collected;
    bool in_turns;
    pid_t pid;   /* of the worker */
    pid_t group; /* of the first worker, and of all copies, wanted or not; 0: there is none any more */
    struct detector_faults faults;
    uint8_t *state; /* enum slot_state of each slot */
    size_t n_state;
    /* how far the worker had come when it was looked at last, and since when */
    channel_at seen_at;
    struct timespec seen_cpu, busy_cpu;
    unsigned looks; /* since it took CPU time worth the name */
    bool has_guilty; /* detection was turned off with a message of ... */
    uint32_t guilty; /* ... this slot at hand */
    struct detect_reply *reply; /* what is believed of the worker's */
    /* the worker's side */
    struct worker *worker;
    pid_t sleeper;
};

/* --- the worker's side -------------------------------------------------------------------------------- */

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_from(unsigned first, unsigned last)
{
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
        return;
    for (unsigned fd = first; fd <= last && fd < 4096; fd++) /* Linux before 5.9 */
        close((int)fd);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* All but standard streams and the ends of pipes that are the worker's. */
static void close_others(const struct contained *c)
{
    int kept[] = {c->submitted.read, c->done.write, c->wake.read};
    unsigned first = STDERR_FILENO + 1;
    qsort(kept, sizeof(kept) / sizeof(kept[0]), sizeof(kept[0]), by_number);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        close_from(first, (unsigned)kept[i] - 1);
        first = (unsigned)kept[i] + 1;
    }
    close_from(first, UINT_MAX);
}

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
static void settle_in(struct contained *c)
{
    static const int ignored[] = {SIGINT, SIGHUP, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGALRM, SIG_DFL);
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    close_end(&c->submitted.write);
    close_end(&c->done.read);
    close_end(&c->wake.write);
    int null = open("/dev/null", O_RDWR);
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    dup2(STDOUT_FILENO, STDIN_FILENO); /* in a sandbox standard output is /dev/null already (outfile_guard_stdout) */
    silence_stderr();
    close_others(c);
}

/* Starts the library, and says so. The adapter and its worker live as long as the process. */
static void start_worker(struct contained *c, const struct detector_options *opt)
{
    struct channel *ch = c->channel;
    struct ndpi_adapter *adapter;
    xalloc_on_failure(abort); /* the other side says what there is to say */
    if (ndpi_adapter_new(&adapter, opt, &ch->start) != DPI_OK)
        _exit(EXIT_FAILURE);
    struct labels *labels = labels_new(adapter);
    ch->n_labels = labels_pack(labels, ch->labels, sizeof(ch->labels));
    labels_free(labels);
    c->worker = worker_new(adapter, opt);
    sandbox_narrow();
    die_with_parent(); /* here: to become another user undoes it */
    if (write(c->done.write, "", 1) != 1)
        _exit(EXIT_FAILURE);
}

/* Bytes that came, 0 when the other side is gone. */
static ssize_t await_byte(int fd)
{
    char bytes[64];
    ssize_t n;
    do {
        n = read(fd, bytes, sizeof(bytes));
    } while (n < 0 && errno == EINTR);
    return n;
}

static void end_sleeper(struct contained *c)
{
    atomic_store(&c->channel->sleeper, 0);
    if (c->sleeper <= 0)
        return;
    kill(c->sleeper, SIGKILL);
    waitpid(c->sleeper, NULL, 0);
    c->sleeper = 0;
}

/* Leaves a copy of this process that sleeps. When it wakes up, because this one is no more, it is the worker and
 * leaves a copy of its own. */
static void make_checkpoint(struct contained *c)
{
    end_sleeper(c);
    for (;;) {
        pid_t pid = fork();
        if (pid != 0) {
            c->sleeper = pid > 0 ? pid : 0;
            atomic_store(&c->channel->sleeper, c->sleeper);
            return;
        }
        char byte;
        ssize_t n;
        do {
            n = read(c->wake.read, &byte, 1);
        } while (n < 0 && errno == EINTR);
        if (n != 1)
            _exit(0);
        die_with_parent();
        c->sleeper = 0;
    }
}

static const struct channel_skip *skip_of(const struct channel *ch, uint32_t slot, channel_at at)
{
    for (uint32_t i = 0; i < ch->n_skips; i++)
        if (ch->skip[i].slot == slot && at >= ch->skip[i].from && at <= ch->skip[i].until)
            return &ch->skip[i];
    return NULL;
}

static void work_off(struct contained *c, uint64_t number)
{
    struct channel *ch = c->channel;
    const struct detect_batch b = channel_batch(ch, &ch->place[number % CHANNEL_PLACES]);
    struct detect_reply *r = channel_reply(ch, number);
    r->n = r->used = r->n_steps = 0;
    for (uint32_t i = 0; i < b.n; i++) {
        channel_at at = number << 16 | (i + 1);
        const struct channel_skip *skip = skip_of(ch, b.msg[i].slot, at);
        if (skip && skip->until == at)
            worker_fault(c->worker, b.msg[i].slot, r);
        if (skip) {
            worker_leave_out(c->worker, &b, i);
            continue;
        }
        atomic_store_explicit(&ch->at, at, memory_order_relaxed);
        worker_message(c->worker, &b, i, r);
    }
    atomic_store(&ch->at, (number + 1) << 16);
}

static void await_submitted(struct contained *c, uint64_t number)
{
    struct channel *ch = c->channel;
    while (atomic_load(&ch->submitted) < number) {
        atomic_store(&ch->idle, 1); /* and then look again: who submits looks at idle behind it */
        if (atomic_load(&ch->submitted) < number && await_byte(c->submitted.read) <= 0)
            _exit(0);
    }
    atomic_store(&ch->idle, 0);
}

static _Noreturn void serve(struct contained *c)
{
    struct channel *ch = c->channel;
    for (uint64_t next = 1;; next++) {
        await_submitted(c, next);
        if (ch->place[next % CHANNEL_PLACES].checkpoint_first)
            make_checkpoint(c);
        work_off(c, next);
        if (atomic_load(&ch->done) < next)
            atomic_store(&ch->done, next);
        uint64_t awaited = atomic_load(&ch->awaited);
        if (awaited && awaited <= next && write(c->done.write, "", 1) < 0 && errno != EAGAIN)
            _exit(0);
    }
}

/* --- the tracker's side ------------------------------------------------------------------------------- */

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

static bool start(struct contained *c, const struct detector_options *opt)
{
    c->channel = channel_new();
    if (!c->channel || !make_pipe(&c->submitted, false) || !make_pipe(&c->done, false) || !make_pipe(&c->wake, true))
        return false;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* a copy's copies are then ours to wait for */
    c->pid = fork();
    if (c->pid == 0) {
        settle_in(c);
        start_worker(c, opt);
        serve(c);
    }
    if (c->pid > 0)
        setpgid(c->pid, c->pid); /* by both, for who comes first */
    c->group = c->pid > 0 ? c->pid : 0;
    close_end(&c->submitted.read);
    close_end(&c->done.write);
    close_end(&c->wake.read);
    return c->pid > 0 && fcntl(c->done.read, F_SETFL, O_NONBLOCK) == 0;
}

static bool cpu_time(pid_t pid, struct timespec *now)
{
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, now) == 0;
}

/* What the worker did so far is not held against it: to start nDPI takes seconds under a checker of memory. */
static void begin_to_look(struct contained *c)
{
    c->seen_at = 0;
    c->looks = 0;
    if (!cpu_time(c->pid, &c->seen_cpu))
        c->seen_cpu = (struct timespec){0, 0};
    c->busy_cpu = c->seen_cpu;
}

static enum dpi_status await_start(struct contained *c, struct labels **labels, struct dpi_err *err)
{
    struct pollfd wait = {.fd = c->done.read, .events = POLLIN};
    while (poll(&wait, 1, -1) < 0 && errno == EINTR)
        ;
    if (await_byte(c->done.read) == 1) {
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
    close_all(c);
    end_all(c);
    if (c->channel)
        channel_free(c->channel);
    free(c->state);
    free(c->reply);
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
        c->has_guilty = at_hand(c, &at, &c->guilty);
        turn_off(c);
        return;
    }
    skip_guilty(c);
    reap(c->pid);
    c->pid = sleeper;
    begin_to_look(c);
    atomic_store(&c->channel->at, 0);
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

static int64_t between(const struct timespec *then, const struct timespec *now)
{
    return (now->tv_sec - then->tv_sec) * INT64_C(1000000000) + (now->tv_nsec - then->tv_nsec);
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
    struct timespec now;
    if (!cpu_time(c->pid, &now))
        return false;
    bool moved = has_moved(c);
    if (moved)
        c->seen_cpu = now;
    if (moved || between(&c->busy_cpu, &now) > LOOK_MS * INT64_C(1000000)) {
        c->looks = 0;
        c->busy_cpu = now;
    }
    return between(&c->seen_cpu, &now) > HANG_S * INT64_C(1000000000) || ++c->looks > LOOKS_MAX;
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

/* --- replies ------------------------------------------------------------------------------------------ */

enum slot_state { SLOT_CLOSED, SLOT_OPEN, SLOT_ENDED };

static uint8_t *slot_state(struct contained *c, uint32_t slot)
{
    if (slot >= c->n_state) {
        size_t n = c->n_state ? c->n_state : 256;
        while (n <= slot)
            n *= 2;
        c->state = xrealloc(c->state, n, 1);
        memset(c->state + c->n_state, SLOT_CLOSED, n - c->n_state);
        c->n_state = n;
    }
    return &c->state[slot];
}

static void note_messages(struct contained *c, const struct sent *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        uint8_t *state = slot_state(c, b->msg[i].slot);
        if (b->msg[i].op == DETECT_OPEN)
            *state = SLOT_OPEN;
        else if (b->msg[i].op == DETECT_END && *state == SLOT_OPEN)
            *state = SLOT_ENDED;
    }
}

/* What a stranger can change meanwhile is looked at in a copy, which the fence keeps from being read a second time. */
static void copy_out(void *to, const void *theirs, size_t n)
{
    memcpy(to, theirs, n);
    atomic_signal_fence(memory_order_seq_cst);
}

/* Their number of something, at most max. */
static uint32_t copy_number(const uint32_t *theirs, uint32_t max)
{
    uint32_t n;
    copy_out(&n, theirs, sizeof(n));
    return n < max ? n : max;
}

static bool is_sound(const struct contained *c, const struct detect_verdict *v)
{
    return v->slot < c->n_state && c->state[v->slot] != SLOT_CLOSED && v->attrs_len <= DETECT_ATTRS_MAX &&
           v->attrs <= sizeof(c->reply->bytes) - v->attrs_len && v->by < DETECT_BYS && v->app_by < DETECT_BYS;
}

static void believe_steps(struct contained *c, const struct detect_reply *theirs)
{
    struct detect_reply *r = c->reply;
    uint32_t n = copy_number(&theirs->n_steps, DETECT_BATCH_STEPS);
    for (uint32_t i = 0; i < n; i++) {
        struct detect_step s;
        copy_out(&s, &theirs->step[i], sizeof(s));
        if (s.slot < c->n_state && s.by < DETECT_BYS && s.state < DETECT_STATES)
            r->step[r->n_steps++] = s;
    }
}

/* The worker may have been taken over by what it works on: what it says is copied first, and then looked at. */
static void believe(struct contained *c, const struct detect_reply *theirs)
{
    struct detect_reply *r = c->reply;
    uint32_t n = copy_number(&theirs->n, DETECT_BATCH_MSGS);
    believe_steps(c, theirs);
    for (uint32_t i = 0; i < n; i++) {
        struct detect_verdict v;
        copy_out(&v, &theirs->verdict[i], sizeof(v));
        if (!is_sound(c, &v))
            continue;
        copy_out(r->bytes + r->used, theirs->bytes + v.attrs, v.attrs_len);
        v.attrs = r->used;
        r->used += v.attrs_len;
        c->state[v.slot] = SLOT_CLOSED;
        r->verdict[r->n++] = v;
    }
}

/* Of flows that the batch has ended and nothing is said of, nothing can be said. */
static void complete(struct contained *c, const struct sent *b)
{
    struct detect_reply *r = c->reply;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t slot = b->msg[i].slot;
        if (b->msg[i].op != DETECT_END || c->state[slot] != SLOT_ENDED)
            continue;
        c->state[slot] = SLOT_CLOSED;
        bool guilty = c->has_guilty && c->guilty == slot;
        c->has_guilty &= !guilty; /* the slot will be another flow's */
        r->verdict[r->n++] = (struct detect_verdict){.slot = slot, .fault = true, .guilty = guilty};
    }
}

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
            await_byte(c->done.read);
        if (!is_done(c, number))
            look_after(c);
    }
    atomic_store(&c->channel->awaited, 0);
}

void contained_submit(struct contained *c)
{
    struct detect_batch *b = contained_batch(c);
    b->n = b->n < DETECT_BATCH_MSGS ? b->n : DETECT_BATCH_MSGS;
    b->used = b->used < DETECT_BATCH_BYTES ? b->used : DETECT_BATCH_BYTES;
    c->sent[(c->log.submitted + 1) % DETECT_UNDER_WAY].n = b->n;
    channel_submit(c->channel, &c->log, b);
    c->batch.bytes = NULL;
    /* When the pipe is full, the worker will look; when it is gone, waiting for the batch finds out. */
    if (!c->faults.off && atomic_load(&c->channel->idle))
        (void)!write(c->submitted.write, "", 1);
    if (c->in_turns)
        await_batch(c, c->log.submitted);
}

const struct detect_reply *contained_collect(struct contained *c)
{
    uint64_t number = c->collected + 1;
    assert(number <= c->log.submitted);
    await_batch(c, number);
    const struct sent *sent = &c->sent[number % DETECT_UNDER_WAY];
    if (!c->reply)
        c->reply = xcalloc(1, sizeof(*c->reply));
    c->reply->n = c->reply->used = c->reply->n_steps = 0;
    note_messages(c, sent);
    if (is_done(c, number))
        believe(c, channel_reply(c->channel, number));
    complete(c, sent);
    c->collected = number;
    return c->reply;
}
