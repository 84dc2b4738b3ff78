/* SPDX-License-Identifier: BSD-2-Clause */
/* apart.c - threads that take captures in their order, and whose turn it is to give out records.
 *
 * The records of the first capture that is not through go out as they come; those of later ones wait as copies, and
 * when too many wait, so do the threads that make them. The one whose turn it is never waits, hence it goes on.
 *
 * Where a detector cannot be started, for want of processes or descriptors, the thread gives its capture back to those
 * that have one, and ends; what is left when all have ended is worked at without another one beside. */
#include "engine/apart.h"

#include "record/stats.h"
#include "util/arena.h"
#include "util/xalloc.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WAITING_MAX = 32768,          /* records */
    LOOK_MS = 50,                 /* how often the threads are reminded of a signal, once there was one */
};

struct part {
    struct apart *apart;
    struct inputs *inputs;
    struct filter *filter;  /* of the thread */
    uint64_t *rule_hits;    /* of its engine, while there is one; NULL: nobody counts */
    struct dpi_record **v;  /* that wait */
    size_t n, room;
    bool ended, given_back;
    uint64_t read, packets; /* as they were told last */
    enum dpi_status status; /* of its engine */
    struct dpi_err err;
    struct arena arena; /* of the notes */
    struct dpi_text *notes;
    size_t n_notes;
};

struct apart {
    const struct engine_options *opt;
    struct inputs *all; /* of which each part has taken its own */
    struct part *parts;
    size_t n_parts;
    struct stats *stats; /* NULL: no rankings asked for */
    engine_record_fn *on_record;
    void *ctx;
    const volatile sig_atomic_t *stop;
    uint64_t total; /* bytes of the captures, 0: unknown */
    pthread_mutex_t lock;
    pthread_cond_t turned;
    int over[2]; /* a pipe: a byte for each thread that is through */
    /* by the lock; status and err are written by who has the turn, who alone may look without it */
    size_t begun, turn, waiting;
    size_t n_given_back;
    enum dpi_status status; /* first failure of on_record */
    struct dpi_err err;
    uint64_t read, packets;
    /* what is reported */
    struct arena arena;
    struct dpi_run run;
    struct dpi_capture_info *captures;
    struct dpi_text *warnings;
    struct tracker_stats tracker;
};

enum dpi_status apart_open(struct apart **out, const struct engine_options *opt, struct dpi_err *err)
{
    struct inputs *all;
    uint64_t read;
    *out = NULL;
    DPI_TRY(inputs_open(&all, opt->captures, opt->n_captures, &opt->inputs, err));
    struct apart *a = xcalloc(1, sizeof(*a));
    a->opt = opt;
    a->all = all;
    inputs_progress(all, &read, &a->total);
    while (inputs_path(all, a->n_parts))
        a->n_parts++;
    a->parts = xcalloc(a->n_parts, sizeof(*a->parts));
    for (size_t i = 0; i < a->n_parts; i++)
        a->parts[i].apart = a;
    a->captures = xcalloc(a->n_parts, sizeof(*a->captures));
    a->run = (struct dpi_run){.tool_version = DPITOOL_VERSION, .detector_version = ""};
    a->stats = opt->rankings ? stats_new() : NULL;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->turned, NULL);
    *out = a;
    return DPI_OK;
}

const char *apart_capture(const struct apart *a, size_t i)
{
    return inputs_path(a->all, i);
}

void apart_free(struct apart *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n_parts; i++) {
        for (size_t k = 0; k < a->parts[i].n; k++)
            free(a->parts[i].v[k]);
        free(a->parts[i].v);
        free(a->parts[i].rule_hits);
        arena_free(&a->parts[i].arena);
        inputs_free(a->parts[i].inputs);
    }
    inputs_free(a->all);
    stats_free(a->stats);
    arena_free(&a->arena);
    pthread_cond_destroy(&a->turned);
    pthread_mutex_destroy(&a->lock);
    free(a->parts);
    free(a->captures);
    free(a->warnings);
    free(a);
}

/* --- records in their turn ---------------------------------------------------------------------------- */

static size_t index_of(const struct part *p)
{
    return (size_t)(p - p->apart->parts);
}

/* By who has the turn, without the lock: nobody else has it meanwhile. */
static void give_out(struct apart *a, const struct dpi_record *r)
{
    struct dpi_err err;
    if (a->status != DPI_OK)
        return;
    if (a->stats)
        stats_record(a->stats, r);
    enum dpi_status st = a->on_record(a->ctx, r, &err);
    if (st == DPI_OK)
        return;
    pthread_mutex_lock(&a->lock);
    a->status = st;
    a->err = err;
    pthread_cond_broadcast(&a->turned);
    pthread_mutex_unlock(&a->lock);
}

/* Gives out what waits of the part whose turn has come. Called with the lock, which is let go meanwhile. */
static void give_out_waiting(struct part *p)
{
    struct apart *a = p->apart;
    a->waiting -= p->n;
    pthread_mutex_unlock(&a->lock);
    for (size_t i = 0; i < p->n; i++) {
        give_out(a, p->v[i]);
        free(p->v[i]);
    }
    free(p->v);
    p->v = NULL;
    p->n = p->room = 0;
    pthread_mutex_lock(&a->lock);
    pthread_cond_broadcast(&a->turned);
}

static void keep_waiting(struct part *p, struct dpi_record *r)
{
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 64;
        p->v = xrealloc(p->v, p->room, sizeof(struct dpi_record *));
    }
    p->v[p->n++] = r;
    p->apart->waiting++;
}

/* Whether it is p's turn now. When it is not, there is room for a record to wait, or nobody wants it any more. While a
 * part was given back there is, for its turn may come first, and who would work at it must not wait for it. */
static bool await_turn(struct part *p)
{
    struct apart *a = p->apart;
    while (a->turn != index_of(p) && a->waiting >= WAITING_MAX && a->status == DPI_OK && !a->n_given_back)
        pthread_cond_wait(&a->turned, &a->lock);
    return a->turn == index_of(p);
}

/* How on_record has failed, or DPI_OK. With the lock, or by who has the turn. */
static enum dpi_status failure(const struct apart *a, struct dpi_err *err)
{
    if (a->status != DPI_OK)
        *err = a->err;
    return a->status;
}

static enum dpi_status take_record(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct part *p = ctx;
    struct apart *a = p->apart;
    pthread_mutex_lock(&a->lock);
    bool now = await_turn(p);
    if (now && p->n)
        give_out_waiting(p);
    else if (!now && a->status == DPI_OK)
        keep_waiting(p, dpi_record_dup(r));
    enum dpi_status st = failure(a, err);
    pthread_mutex_unlock(&a->lock);
    if (!now)
        return st;
    give_out(a, r);
    return failure(a, err);
}

/* No more will come of p. The turn goes on to the first part that is not through. */
static void end_part(struct part *p)
{
    struct apart *a = p->apart;
    pthread_mutex_lock(&a->lock);
    p->ended = true;
    bool mine = a->turn == index_of(p);
    while (mine && a->turn < a->n_parts && a->parts[a->turn].ended) {
        give_out_waiting(&a->parts[a->turn]);
        a->turn++;
    }
    pthread_cond_broadcast(&a->turned);
    pthread_mutex_unlock(&a->lock);
}

/* --- threads ------------------------------------------------------------------------------------------ */

static void tell_progress(void *ctx, uint64_t read, uint64_t total, uint64_t packets)
{
    struct part *p = ctx;
    struct apart *a = p->apart;
    (void)total;
    pthread_mutex_lock(&a->lock);
    a->read += read - p->read;
    a->packets += packets - p->packets;
    p->read = read;
    p->packets = packets;
    a->opt->on_progress(a->opt->progress_ctx, a->read, a->total, a->packets);
    pthread_mutex_unlock(&a->lock);
}

/* What its engine noticed, under the name of the capture. */
static void keep_notes(struct part *p, const struct dpi_run *run)
{
    const char *name = inputs_path(p->inputs, 0);
    size_t head = strlen(name) + 2;
    p->notes = arena_alloc(&p->arena, run->n_warnings * sizeof(*p->notes));
    for (size_t i = 0; i < run->n_warnings; i++) {
        const struct dpi_text *note = &run->warnings[i];
        char *line = arena_alloc(&p->arena, head + note->n + 1);
        memcpy(line, name, head - 2);
        memcpy(line + head - 2, ": ", 2);
        memcpy(line + head, note->p, note->n);
        line[head + note->n] = '\0';
        p->notes[p->n_notes++] = (struct dpi_text){line, head + note->n};
    }
}

static void add_times(struct dpi_run *to, const struct dpi_run *from)
{
    if (!from->has_time)
        return;
    if (!to->has_time || from->first_ns < to->first_ns)
        to->first_ns = from->first_ns;
    if (!to->has_time || from->last_ns > to->last_ns)
        to->last_ns = from->last_ns;
    to->has_time = true;
}

static void add_counts(struct dpi_run *to, const struct dpi_run *from)
{
    to->packets_read += from->packets_read;
    to->bytes_read += from->bytes_read;
    for (size_t i = 0; i < DPI_BUCKET_COUNT; i++)
        to->buckets[i] += from->buckets[i];
    to->has_drops |= from->has_drops;
    to->drops += from->drops;
    to->fragments.whole += from->fragments.whole;
    to->fragments.incomplete += from->fragments.incomplete;
    to->fragments.copies += from->fragments.copies;
    to->fragments.overlaps += from->fragments.overlaps;
    to->fragments.bad += from->fragments.bad;
    to->flows += from->flows;
    to->flows_evicted += from->flows_evicted;
    to->flows_peak = from->flows_peak > to->flows_peak ? from->flows_peak : to->flows_peak;
    to->interrupted |= from->interrupted;
    to->detector_faults += from->detector_faults;
    to->detector_off |= from->detector_off;
}

static void add_stats(struct tracker_stats *to, const struct tracker_stats *from)
{
    to->flows += from->flows;
    to->evicted += from->evicted;
    to->duplicates += from->duplicates;
    to->peak_flows = from->peak_flows > to->peak_flows ? from->peak_flows : to->peak_flows;
    to->peak_memory = from->peak_memory > to->peak_memory ? from->peak_memory : to->peak_memory;
    to->flow_cost = from->flow_cost;
    to->undecided_cost = from->undecided_cost;
    to->inspect.fed.batches += from->inspect.fed.batches;
    to->inspect.fed.packets += from->inspect.fed.packets;
    to->inspect.second_looks += from->inspect.second_looks;
}

/* The same of every engine: the first one's is kept. */
static void keep_setting(struct apart *a, const struct dpi_run *run)
{
    if (a->run.detector_version[0])
        return;
    struct dpi_text *files = arena_alloc(&a->arena, run->rules.n_files * sizeof(*files));
    if (run->rules.n_files)
        memcpy(files, run->rules.files, run->rules.n_files * sizeof(*files));
    a->run.detector_version = arena_text(&a->arena, run->detector_version, strlen(run->detector_version));
    a->run.rules = run->rules;
    a->run.rules.files = files;
}

static void report(struct part *p, struct engine *e)
{
    struct apart *a = p->apart;
    const struct dpi_run *run = engine_report(e);
    keep_notes(p, run);
    pthread_mutex_lock(&a->lock);
    keep_setting(a, run);
    add_counts(&a->run, run);
    add_times(&a->run, run);
    add_stats(&a->tracker, engine_tracker_stats(e));
    for (size_t i = 0; p->rule_hits && i < rules_count(a->opt->rules); i++)
        a->opt->rule_hits[i] += p->rule_hits[i];
    pthread_mutex_unlock(&a->lock);
    free(p->rule_hits);
    p->rule_hits = NULL;
}

static void give_back(struct part *p)
{
    struct apart *a = p->apart;
    pthread_mutex_lock(&a->lock);
    a->n_given_back++;
    p->given_back = true;
    pthread_cond_broadcast(&a->turned);
    pthread_mutex_unlock(&a->lock);
}

/* False: its detector cannot be started beside others, and it was given back. */
static bool run_part(struct part *p, bool alone)
{
    struct apart *a = p->apart;
    struct engine_options opt = *a->opt;
    struct engine *e = NULL;
    if (!p->inputs)
        p->inputs = inputs_take(a->all, index_of(p));
    if (opt.rule_hits && !p->rule_hits)
        p->rule_hits = xcalloc(rules_count(opt.rules) + 1, sizeof(*p->rule_hits));
    opt.opened = p->inputs;
    opt.filter = p->filter;
    opt.rule_hits = p->rule_hits;
    opt.rankings = false;
    opt.no_sandbox = false; /* that is told once, of the whole run */
    opt.on_progress = opt.on_progress ? tell_progress : NULL;
    opt.progress_ctx = p;
    p->status = engine_open(&e, &opt, &p->err);
    if (p->status != DPI_OK && !alone) {
        give_back(p);
        return false;
    }
    if (p->status == DPI_OK)
        p->status = engine_run(e, take_record, p, a->stop, &p->err);
    if (e)
        report(p, e);
    engine_free(e);
    end_part(p);
    return true;
}

/* That was given back, the first one. */
static struct part *part_given_back(struct apart *a)
{
    for (size_t i = 0; i < a->begun && a->n_given_back; i++)
        if (a->parts[i].given_back) {
            a->parts[i].given_back = false;
            a->n_given_back--;
            return &a->parts[i];
        }
    return NULL;
}

/* The next capture, or NULL. */
static struct part *next_part(struct apart *a)
{
    pthread_mutex_lock(&a->lock);
    bool over = a->status != DPI_OK || *a->stop;
    a->run.interrupted |= (a->begun < a->n_parts || a->n_given_back) && *a->stop;
    struct part *p = over ? NULL : part_given_back(a);
    if (!p && !over && a->begun < a->n_parts)
        p = &a->parts[a->begun++];
    pthread_mutex_unlock(&a->lock);
    return p;
}

/* A thread, and what is its own for life. */
struct crew {
    struct apart *apart;
    struct filter *filter;
    pthread_t thread;
};

/* Works at captures until there are no more, or one was given back. */
static void work(const struct crew *c, bool alone)
{
    struct part *p;
    do {
        p = next_part(c->apart);
        if (p)
            p->filter = c->filter;
    } while (p && run_part(p, alone));
}

static void *work_beside(void *member)
{
    const struct crew *c = member;
    work(c, false);
    (void)!write(c->apart->over[1], "", 1);
    return NULL;
}

/* A signal comes to this thread, while others may wait for captures that are silent. */
static void await_threads(struct apart *a, const struct crew *crew, size_t n)
{
    for (size_t through = 0; through < n;) {
        char byte;
        struct pollfd wait = {.fd = a->over[0], .events = POLLIN};
        if (poll(&wait, 1, *a->stop ? LOOK_MS : -1) > 0)
            through += read(a->over[0], &byte, 1) == 1;
        for (size_t i = 0; i < n && *a->stop; i++)
            pthread_kill(crew[i].thread, SIGALRM);
    }
    for (size_t i = 0; i < n; i++)
        pthread_join(crew[i].thread, NULL);
}

/* So many that each finds descriptors for its detector and its capture. */
static size_t with_descriptors(size_t n)
{
    enum { OF_ALL = 24, OF_ONE = 10 };
    long max = sysconf(_SC_OPEN_MAX);
    size_t most = max < OF_ALL ? 0 : (size_t)(max - OF_ALL) / OF_ONE;
    return max < 0 || n < most ? n : most;
}

/* As many threads as can be started. What they leave, without any all, this one works at. */
static void work_all(struct apart *a, size_t n, struct filter *const *filters)
{
    size_t started = 0;
    struct crew *crew = xcalloc(n, sizeof(*crew));
    for (size_t i = 0; i < n; i++)
        crew[i] = (struct crew){.apart = a, .filter = filters ? filters[i] : NULL};
    size_t wanted = with_descriptors(n);
    bool alone = wanted <= 1 || pipe2(a->over, O_CLOEXEC) != 0;
    while (!alone && started < wanted && pthread_create(&crew[started].thread, NULL, work_beside, &crew[started]) == 0)
        started++;
    if (started)
        await_threads(a, crew, started);
    work(&crew[0], true);
    for (size_t i = 0; i < 2 && !alone; i++)
        close(a->over[i]);
    free(crew);
}

/* Whether no part could be worked at: then how the first of them failed. */
static enum dpi_status failure_of_all(const struct apart *a, struct dpi_err *err)
{
    for (size_t i = 0; i < a->begun; i++)
        if (a->parts[i].status == DPI_OK)
            return DPI_OK;
    if (a->begun)
        *err = a->parts[0].err;
    return a->begun ? a->parts[0].status : DPI_OK;
}

enum dpi_status apart_run(struct apart *a, size_t n, struct filter *const *filters, engine_record_fn *on_record,
                          void *ctx, const volatile sig_atomic_t *stop, struct dpi_err *err)
{
    a->on_record = on_record;
    a->ctx = ctx;
    a->stop = stop;
    work_all(a, n < a->n_parts ? n : a->n_parts, filters);
    enum dpi_status st = failure(a, err);
    return st != DPI_OK ? st : failure_of_all(a, err);
}

/* --- what is reported --------------------------------------------------------------------------------- */

static void add_notes(struct apart *a, const struct dpi_text *notes, size_t n)
{
    a->warnings = xrealloc(a->warnings, a->run.n_warnings + n, sizeof(*a->warnings));
    memcpy(a->warnings + a->run.n_warnings, notes, n * sizeof(*notes));
    a->run.n_warnings += n;
}

const struct dpi_run *apart_report(struct apart *a)
{
    size_t n;
    const struct dpi_text *notes = inputs_notes(a->all, &n);
    if (n)
        add_notes(a, notes, n);
    if (a->opt->no_sandbox)
        add_notes(a, &(struct dpi_text){engine_no_sandbox, strlen(engine_no_sandbox)}, 1);
    for (size_t i = 0; i < a->begun; i++) {
        const struct dpi_capture_info *info = inputs_captures(a->parts[i].inputs, &n);
        const struct dpi_capture_info none = {.name = dpi_text_of(inputs_path(a->parts[i].inputs, 0))};
        if (n == 0) { /* it was not begun */
            info = &none;
            n = 1;
        }
        memcpy(a->captures + a->run.n_captures, info, n * sizeof(*info));
        if (a->parts[i].status != DPI_OK && !a->captures[a->run.n_captures].damage)
            a->captures[a->run.n_captures].damage = a->parts[i].err.msg;
        a->run.n_captures += n;
        if (a->parts[i].n_notes)
            add_notes(a, a->parts[i].notes, a->parts[i].n_notes);
    }
    a->run.captures = a->captures;
    a->run.warnings = a->warnings;
    if (a->stats)
        stats_report(a->stats, &a->run);
    return &a->run;
}

const struct tracker_stats *apart_tracker_stats(const struct apart *a)
{
    return &a->tracker;
}
