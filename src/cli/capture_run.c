/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_run.c - from the options to the engine, signals, and what a run has to say. */
#include "cli/capture_run.h"

#include "cli/cmd.h"
#include "cli/confine.h"
#include "cli/diag.h"
#include "cli/filters.h"
#include "io/folder.h"
#include "io/outfile.h"
#include "util/buf.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For the tests: DPITOOL_TEST_FAULT=crash@N, hang@N or stop@N (it waits for ever) makes detection fail on the Nth
 * packet that it is shown. */
static void set_test_fault(struct detector_options *d)
{
    static const struct {
        const char *word;
        enum detector_test test;
    } tests[] = {{"crash@", DETECTOR_CRASH}, {"hang@", DETECTOR_HANG}, {"stop@", DETECTOR_STOP}};
    const char *fault = getenv("DPITOOL_TEST_FAULT");
    for (size_t i = 0; fault && i < sizeof(tests) / sizeof(tests[0]); i++) {
        size_t n = strlen(tests[i].word);
        if (strncmp(fault, tests[i].word, n) != 0)
            continue;
        d->test = tests[i].test;
        d->test_at = strtoull(fault + n, NULL, 10);
    }
}

const char *const capture_when[] = {"auto", "always", "never", NULL};

/* --- options ------------------------------------------------------------------------------------------ */

#define SECONDS(n) ((n) * INT64_C(1000000000))

/* The timeouts of the design, or --idle-timeout for all of them; what is shorter by nature stays shorter. */
static void set_idle_timeouts(struct flow_options *f, int64_t given)
{
    f->tcp_idle = SECONDS(300);
    f->udp_idle = SECONDS(120);
    f->other_idle = SECONDS(60);
    f->attempt = SECONDS(30);
    f->closed = SECONDS(5);
    if (given < 0)
        return;
    f->tcp_idle = f->udp_idle = f->other_idle = f->attempt = given;
    if (given && given < f->closed)
        f->closed = given;
}

static struct flow_options flow_options_of(const struct capture_options *o)
{
    struct flow_options f = {
        .key = {.ignore_vlan = o->ignore_vlan, .conversations = o->conversations},
        .max_flows = o->max_flows,
        .memory = o->memory,
        .no_reassembly = o->no_reassembly,
    };
    if (o->conversations)
        return f; /* nothing but the end of the input or of memory ends a flow */
    set_idle_timeouts(&f, o->idle);
    f.active = o->active > 0 ? o->active : 0;
    return f;
}

static enum dpi_status set_home_nets(struct capture_run *r, const struct opt_texts *texts, struct dpi_err *err)
{
    r->home_nets = xcalloc(texts->n, sizeof(*r->home_nets));
    for (size_t i = 0; i < texts->n; i++)
        if (!prefix_parse(&r->home_nets[i], texts->v[i]))
            return dpi_fail(err, DPI_USAGE,
                            "--home-net: '%s' is no network such as 10.0.0.0/8 or fd00::/8, and no address",
                            texts->v[i]);
    return DPI_OK;
}

static enum dpi_status set_rules(struct capture_run *r, struct engine_options *e, const struct rule_options *o,
                                 struct dpi_err *err)
{
    DPI_TRY(rule_files_load(&r->rules, o, err));
    if (r->rules)
        r->rule_hits = xcalloc(rules_count(r->rules) + 1, sizeof(*r->rule_hits));
    e->rules = r->rules;
    e->rule_hits = r->rule_hits;
    return DPI_OK;
}

static enum dpi_status set_window(struct engine_options *e, const struct capture_options *o, struct dpi_err *err)
{
    e->first = o->first;
    e->earliest = o->after == OPT_NO_MOMENT ? INT64_MIN : o->after;
    e->latest = o->before == OPT_NO_MOMENT ? INT64_MAX : o->before - 1;
    if (e->earliest > e->latest)
        return dpi_fail(err, DPI_USAGE, "--after is not earlier than --before: no packet would be left");
    return DPI_OK;
}

/* Puts the name of the option before the message. */
static enum dpi_status of_option(const char *option, enum dpi_status st, struct dpi_err *err)
{
    if (st == DPI_OK)
        return DPI_OK;
    struct dpi_err was = *err;
    return dpi_fail(err, st, "%s: %s", option, was.msg);
}

enum dpi_status capture_run_where(struct expr **where, const char *text, struct dpi_err *err)
{
    *where = NULL;
    return text ? of_option("--where", expr_parse(where, text, err), err) : DPI_OK;
}

enum dpi_status capture_run_flow(struct selection *s, const char *text, struct dpi_err *err)
{
    return of_option("--flow", selection_parse(s, text, err), err);
}

const char *capture_run_scratch(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && folder[0] ? folder : "/tmp";
}

/* --- signals ------------------------------------------------------------------------------------------ */

static volatile sig_atomic_t stop_signal;

/* A signal that comes just before a read that waits does not end the waiting: the alarms behind it do. */
static void on_alarm(int sig)
{
    (void)sig;
    alarm(1);
}

static void on_signal(int sig)
{
    stop_signal = sig;
    alarm(1);
}

static void catch_signal(int sig)
{
    struct sigaction old, sa = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND}; /* a second one kills at once */
    if (sigaction(sig, NULL, &old) == 0 && old.sa_handler != SIG_IGN) /* as nohup(1) asks for */
        sigaction(sig, &sa, NULL);
}

static void catch_signals(void)
{
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);
}

void capture_run_signals(void)
{
    if (stop_signal)
        cmd_die_of(stop_signal);
}

/* --- the run ------------------------------------------------------------------------------------------ */

/* Outputs and what is read beside captures are different files. */
static enum dpi_status check_writes(const struct capture_options *o, const struct capture_writes *writes,
                                    struct dpi_err *err)
{
    if (o->dns_hints && (!*o->dns_hints || strcmp(o->dns_hints, "-") == 0))
        return dpi_fail(err, DPI_USAGE, "--dns-hints: hints are read from a file and written to it, not '%s'",
                        o->dns_hints);
    for (size_t i = 0; o->dns_hints && writes && i < writes->n; i++)
        if (writes->v[i] && folder_same_place(o->dns_hints, writes->v[i]))
            return dpi_fail(err, DPI_USAGE, "--dns-hints: '%s' is another output, too", o->dns_hints);
    for (size_t i = 0; writes && i < writes->n; i++)
        for (size_t k = 0; writes->v[i] && k < o->rules.paths.n; k++)
            if (folder_same_place(writes->v[i], o->rules.paths.v[k]))
                return dpi_fail(err, DPI_USAGE, "--rules: '%s' is an output, too", o->rules.paths.v[k]);
    return DPI_OK;
}

static struct detector_options detector_options_of(const struct capture_options *o)
{
    struct detector_options d = {
        .guess = !o->no_guess,
        .disabled = o->disabled.v,
        .n_disabled = o->disabled.n,
        .contain = !o->no_contain,
        .in_turns = o->jobs == 1,
    };
    set_test_fault(&d);
    return d;
}

/* All that comes before the captures are opened: the rules, the filter, the sandbox. */
static enum dpi_status prepare(struct capture_run *r, const struct capture_options *o, const struct opt_words *captures,
                               const struct capture_writes *writes, const struct engine_options *more,
                               struct dpi_err *err)
{
    struct engine_options *e = &r->options;
    *r = (struct capture_run){.options = *more, .progress_when = o->progress};
    catch_signals();
    DPI_TRY(set_home_nets(r, &o->home_nets, err));
    DPI_TRY(set_rules(r, e, &o->rules, err));
    DPI_TRY(set_window(e, o, err));
    DPI_TRY(check_writes(o, writes, err));
    e->captures = captures->v;
    e->n_captures = captures->n;
    DPI_TRY(filters_get(&e->filter, o->filter, err));
    e->inputs.max_input = o->max_input;
    e->inputs.resync = o->resync;
    e->inputs.ahead = o->jobs > 1;
    e->flow = flow_options_of(o);
    e->detector = detector_options_of(o);
    e->no_reassembly = o->no_reassembly;
    e->decode.tunnels = o->tunnels;
    e->community_id_seed = (uint16_t)o->seed;
    e->home_nets = r->home_nets;
    e->n_home_nets = o->home_nets.n;
    e->no_sandbox = o->no_sandbox;
    e->on_progress = progress_draw;
    e->progress_ctx = &r->progress;
    e->dns_hints = o->dns_hints;
    return DPI_OK;
}

static void enter_sandbox(const struct capture_options *o, const struct opt_words *captures,
                          const struct capture_writes *writes)
{
    if (!o->no_sandbox && writes)
        confine(captures, writes->v, writes->n, o->dns_hints);
}

enum dpi_status capture_run_open(struct capture_run *r, const struct capture_options *o,
                                 const struct opt_words *captures, const struct capture_writes *writes,
                                 const struct engine_options *more, struct dpi_err *err)
{
    DPI_TRY(prepare(r, o, captures, writes, more, err));
    enter_sandbox(o, captures, writes);
    DPI_TRY(engine_open(&r->engine, &r->options, err));
    return o->dns_hints ? outfile_open(&r->dns_hints, o->dns_hints, err) : DPI_OK;
}

/* A filter remembers the link type it was used for last: each thread has its own. */
static enum dpi_status set_filters(struct capture_run *r, const struct capture_options *o, struct dpi_err *err)
{
    if (!o->filter)
        return DPI_OK;
    r->filters = xcalloc(o->jobs, sizeof(struct filter *));
    for (; r->n_filters < o->jobs; r->n_filters++)
        DPI_TRY(filter_new(&r->filters[r->n_filters], o->filter, err));
    return DPI_OK;
}

enum dpi_status capture_run_open_apart(struct capture_run *r, const struct capture_options *o,
                                       const struct opt_words *captures, const struct capture_writes *writes,
                                       const struct engine_options *more, struct dpi_err *err)
{
    DPI_TRY(prepare(r, o, captures, writes, more, err));
    if (o->dns_hints)
        return dpi_fail(err, DPI_USAGE, "--dns-hints: with --independent no capture knows of what is in another one");
    DPI_TRY(set_filters(r, o, err));
    r->options.detector.in_turns = true; /* there are other captures to work at meanwhile */
    r->options.inputs.ahead = false;
    r->jobs = o->jobs;
    enter_sandbox(o, captures, writes);
    return apart_open(&r->apart, &r->options, err);
}

const char *capture_run_capture(const struct capture_run *r, size_t i)
{
    return r->apart ? apart_capture(r->apart, i) : engine_capture(r->engine, i);
}

const struct dpi_run *capture_run_report(struct capture_run *r)
{
    return r->apart ? apart_report(r->apart) : engine_report(r->engine);
}

/* Says by itself what is wrong: what a writer has to say is said when its output is closed. */
static enum dpi_status save_hints(struct capture_run *r, struct dpi_err *err)
{
    if (!r->dns_hints)
        return DPI_OK;
    engine_save_hints(r->engine, outfile_stream(r->dns_hints));
    enum dpi_status st = outfile_commit(r->dns_hints, err);
    r->dns_hints = NULL;
    if (st != DPI_OK)
        diag("%s", err->msg);
    return st;
}

enum dpi_status capture_run_go(struct capture_run *r, bool shared, engine_record_fn *on_record, void *ctx,
                               struct dpi_err *err)
{
    progress_start(&r->progress, r->progress_when, shared);
    enum dpi_status st = r->apart ? apart_run(r->apart, r->jobs, r->filters, on_record, ctx, &stop_signal, err)
                                  : engine_run(r->engine, on_record, ctx, &stop_signal, err);
    diag_passing(NULL);
    return st == DPI_OK ? save_hints(r, err) : st;
}

void capture_run_free(struct capture_run *r)
{
    outfile_discard(r->dns_hints);
    engine_free(r->engine);
    apart_free(r->apart);
    for (size_t i = 0; i < r->n_filters; i++)
        filter_free(r->filters[i]);
    free(r->filters);
    rules_free(r->rules);
    free(r->rule_hits);
    free(r->home_nets);
}

/* --- what it has to say ------------------------------------------------------------------------------- */

static void tell_gaps(const struct dpi_capture_info *c)
{
    uint64_t told = c->n_gaps < DPI_GAPS_MAX ? c->n_gaps : DPI_GAPS_MAX;
    for (uint64_t i = 0; i < told; i++)
        diag("%.*s: at byte %" PRIu64 ": %s; %" PRIu64 " bytes skipped", (int)c->name.n, c->name.p,
             c->gaps[i].offset, c->gaps[i].what, c->gaps[i].bytes);
    if (told < c->n_gaps)
        diag("%.*s: and %" PRIu64 " more gaps; %" PRIu64 " bytes skipped in all", (int)c->name.n, c->name.p,
             c->n_gaps - told, c->gap_bytes);
}

int capture_run_tell(const struct dpi_run *run)
{
    int status = 0;
    if (run->interrupted) {
        diag("interrupted: the outputs have what was read until then");
        status = dpi_status_exit(DPI_INTERRUPTED);
    }
    if (run->detector_faults || run->detector_off)
        status = dpi_status_exit(DPI_DAMAGED);
    for (size_t i = 0; i < run->n_captures; i++) {
        const struct dpi_capture_info *c = &run->captures[i];
        if (!c->damage)
            continue;
        tell_gaps(c);
        if (!c->format)
            diag("%s", c->damage);
        else if (!c->n_gaps || c->damage != c->gaps[0].what)
            diag("%.*s: at byte %" PRIu64 ": %s", (int)c->name.n, c->name.p, c->damage_offset, c->damage);
        status = dpi_status_exit(DPI_DAMAGED);
    }
    return status;
}

enum dpi_status capture_run_whole(struct dpi_err *err)
{
    return stop_signal ? dpi_fail(err, DPI_INTERRUPTED, "interrupted: nothing is told") : DPI_OK;
}

void capture_run_rule_stats(const struct capture_run *r)
{
    diag_passing(NULL);
    if (r->rules)
        rule_files_stats(r->rules, r->rule_hits);
}

void capture_run_stats(const struct capture_run *r)
{
    if (!r->engine && !r->apart)
        return;
    const struct tracker_stats *s = r->apart ? apart_tracker_stats(r->apart) : engine_tracker_stats(r->engine);
    const struct {
        uint64_t n;
        const char *what;
    } rows[] = {
        {s->flows, "flows"},
        {s->peak_flows, "flows alive at once, at most"},
        {s->evicted, "flows ended early to keep --memory or --max-flows"},
        {s->duplicates, "packets that had been captured before"},
        {s->inspect.fed.packets, "packets shown to the detector"},
        {s->inspect.fed.batches, "batches of them"},
        {s->inspect.second_looks, "flows shown to it a second time, put together"},
        {s->flow_cost, "bytes that a live flow is counted for"},
        {s->flow_cost + s->undecided_cost,
         "bytes while it has no verdict, besides what it was shown and what is kept of its segments"},
        {s->flow_cost, "bytes when it has one, besides what was extracted, its names and its gaps"},
        {s->peak_memory, "bytes counted at once, at most"},
    };
    diag_passing(NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        fprintf(stderr, "%12" PRIu64 "  %s\n", rows[i].n, rows[i].what);
}

void capture_run_warn(const struct dpi_run *run)
{
    for (size_t i = 0; i < run->n_warnings; i++)
        diag("%.*s", (int)run->warnings[i].n, run->warnings[i].p);
}

static void tell_others(const struct selected *s, const char *flow)
{
    struct buf list = {0};
    char id[DPI_U64_MAX];
    for (uint64_t i = 0; i < s->n_others && i < SELECTED_OTHERS_MAX; i++) {
        buf_str(&list, i ? ", " : "");
        dpi_u64_text(id, s->others[i]);
        buf_str(&list, id);
    }
    buf_str(&list, s->n_others > SELECTED_OTHERS_MAX ? " ..." : "");
    buf_char(&list, '\0');
    diag("%" PRIu64 " flows are %s: this is flow %" PRIu64 ", the others are %s", s->n_others + 1, flow, s->flow_id,
         list.p);
    buf_free(&list);
}

bool capture_run_selected(const struct selected *s, const char *flow, const struct dpi_run *run)
{
    if (!s->flow_id)
        diag("no flow is %s: there are %" PRIu64 "; dpitool classify lists them", flow, run->flows);
    else if (s->n_others)
        tell_others(s, flow);
    return s->flow_id != 0;
}
