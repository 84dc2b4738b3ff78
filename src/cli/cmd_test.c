/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_test.c - dpitool test: a folder of captures and what is expected of them. */
#include "cli/capture_run.h"
#include "cli/cmd.h"
#include "cli/confine.h"
#include "cli/filters.h"
#include "suite/check.h"
#include "util/xalloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct capture_options capture;
    unsigned format;
    bool update;
};

#define AT(member)      offsetof(struct options, member)
#define CAPTURE(member) AT(capture.member)

static const char *const formats[] = {"text", "tap", "junit", NULL};

static const struct opt test_opts[] = {
    {.name = "format", .type = OPT_CHOICE, .offset = AT(format), .arg = "FORMAT", .choices = formats, .def = "text",
     .help = "text for people, tap (13) or junit (XML) for CI"},
    {.name = "update", .letter = 'u', .type = OPT_FLAG, .offset = AT(update),
     .help = "write expected results that differ anew, and NAME.expected.json for captures without any expectation; "
             "to be used after a look. Assertions are never written"},
#include "cli/capture_options.def"
    {0},
};

/* The options that an expectation may add. */
#undef CAPTURE
#define CAPTURE(member) offsetof(struct capture_options, member)
static const struct opt capture_opts[] = {
#include "cli/capture_options.def"
    {0},
};

struct suite {
    const struct options *options;
    const struct opt_words *words; /* the folder, then names */
    struct cases cases;
    struct check **checks;
    struct opt_words reads, writes; /* what the runs will need of files, borrowed */
    char *folder, *rules;           /* the folder to write to, and that of the rules that are shipped */
    struct report report;
    enum dpi_status worst; /* of what is no mere difference */
    struct dpi_err usage;  /* a wrong option: nothing can be run with it */
    bool interrupted, stopped;
};

/* --- what is to be run -------------------------------------------------------------------------------- */

/* The options of the command line with those of the expectation on top; o is to be freed with opt_free. */
static enum dpi_status add_options(struct capture_options *o, const struct check *k, struct dpi_err *err)
{
    size_t n;
    struct opt_words words = {0};
    char *const *arguments = check_options(k, &n);
    opt_own_lists(capture_opts, o);
    enum dpi_status st = opt_parse_more(capture_opts, o, (int)n, arguments, &words, err);
    free(words.v);
    if (st == DPI_OK)
        return DPI_OK;
    check_blame(k, err);
    return err->code;
}

static bool is_chosen(const struct suite *s, const struct suite_case *c)
{
    for (size_t i = 1; i < s->words->n; i++)
        if (strcmp(s->words->v[i], c->name) == 0)
            return true;
    return s->words->n == 1;
}

static enum dpi_status check_names(const struct suite *s, struct dpi_err *err)
{
    for (size_t i = 1; i < s->words->n; i++) {
        bool found = false;
        for (size_t j = 0; j < s->cases.n; j++)
            found |= strcmp(s->cases.v[j].name, s->words->v[i]) == 0;
        if (!found)
            return dpi_fail(err, DPI_USAGE, "'%s' has no capture called %s", s->words->v[0], s->words->v[i]);
    }
    return DPI_OK;
}

static void add_path(struct opt_words *w, const char *path)
{
    w->v = xrealloc(w->v, w->n + 1, sizeof(*w->v));
    w->v[w->n++] = path;
}

/* What a run with these options opens. */
static enum dpi_status need(struct suite *s, const struct capture_options *o, const struct check *k,
                            struct dpi_err *err)
{
    struct filter *filter;
    if (filters_get(&filter, o->filter, err) != DPI_OK) {
        check_blame(k, err);
        return err->code;
    }
    for (size_t i = 0; i < o->rules.paths.n; i++)
        add_path(&s->reads, o->rules.paths.v[i]);
    if (o->dns_hints)
        add_path(&s->writes, o->dns_hints);
    return DPI_OK;
}

/* All captures are known: one sandbox stands around all of them. Options of an expectation cannot leave it. */
static void enter_sandbox(struct suite *s)
{
    const char *path = s->words->v[0];
    size_t room = strlen(path) + 3;
    s->folder = xmalloc(room);
    snprintf(s->folder, room, "%s/.", path); /* what is named is a file in the folder */
    s->rules = rule_files_default();
    if (s->rules)
        add_path(&s->reads, s->rules);
    if (s->options->update)
        add_path(&s->writes, s->folder);
    confine(&s->reads, s->writes.v, s->writes.n, NULL);
}

/* All that is expected, before the first capture is run: what is wrong there is told at once. */
static enum dpi_status load(struct suite *s, struct dpi_err *err)
{
    bool any = false;
    add_path(&s->reads, s->words->v[0]); /* the first: its owner is who root becomes */
    DPI_TRY(cases_find(&s->cases, s->words->v[0], err));
    DPI_TRY(check_names(s, err));
    s->checks = xcalloc(s->cases.n, sizeof(*s->checks));
    for (size_t i = 0; i < s->cases.n; i++) {
        struct capture_options o = s->options->capture;
        struct opt_words words = {0};
        DPI_TRY(check_open(&s->checks[i], &s->cases.v[i], s->options->update, err));
        enum dpi_status st = add_options(&o, s->checks[i], err);
        if (st == DPI_OK)
            st = need(s, &o, s->checks[i], err);
        opt_free(capture_opts, &o, &words);
        DPI_TRY(st);
        any |= is_chosen(s, &s->cases.v[i]) && check_expects(s->checks[i]);
    }
    if (any || s->options->update)
        return DPI_OK;
    return dpi_fail(err, DPI_RULES, "'%s' expects nothing of its captures: --update writes NAME.expected.json",
                    s->words->v[0]);
}

/* --- running ------------------------------------------------------------------------------------------ */

static enum dpi_status run_capture(struct suite *s, const struct suite_case *c, struct check *k,
                                   const struct capture_options *o, struct dpi_err *err)
{
    struct capture_run run;
    struct engine_options more = {0};
    const struct opt_words captures = {.v = (const char **)&(const char *){c->capture}, .n = 1};
    const struct dpi_run *told = NULL;
    enum dpi_status st = capture_run_open(&run, o, &captures, NULL, &more, err);
    if (st == DPI_OK)
        st = capture_run_go(&run, true, check_record, k, err);
    if (st == DPI_OK)
        told = engine_report(run.engine);
    s->interrupted |= told && told->interrupted;
    struct dpi_err second;
    enum dpi_status ended = check_end(k, s->interrupted ? NULL : told, st == DPI_OK ? err : &second);
    capture_run_free(&run);
    return st == DPI_OK ? ended : st;
}

static void run_case(struct suite *s, const struct suite_case *c, struct check *k)
{
    struct dpi_err err;
    struct report_case *report = report_add(&s->report, cases_file(c->capture));
    struct capture_options o = s->options->capture;
    struct opt_words words = {0};
    if (!check_expects(k) && !s->options->update) {
        report_line(report, "nothing is expected of it");
        report_end(&s->report, report, REPORT_SKIPPED);
        return;
    }
    enum dpi_status st = add_options(&o, k, &err);
    if (st == DPI_OK)
        st = check_begin(k, report, &err);
    if (st == DPI_OK)
        st = run_capture(s, c, k, &o, &err);
    opt_free(capture_opts, &o, &words);
    if (st == DPI_USAGE) {
        check_blame(k, &err);
        s->usage = err;
        s->stopped = true;
    }
    bool failed = st != DPI_OK || check_failed(k);
    if (st != DPI_OK) {
        report_line(report, "%s", err.msg);
        s->worst = st;
    }
    report_end(&s->report, report, failed ? REPORT_FAILED : REPORT_PASSED);
}

static int print(FILE *out, const void *suite)
{
    static void (*const writers[])(FILE *out, const struct report *r) = {report_text, report_tap, report_junit};
    const struct suite *s = suite;
    writers[s->options->format](out, &s->report);
    if (s->worst != DPI_OK)
        return dpi_status_exit(s->worst);
    return s->report.counts[REPORT_FAILED] ? dpi_status_exit(DPI_NO) : 0;
}

static int run_all(struct suite *s)
{
    s->report.name = s->words->v[0];
    if (!s->options->capture.no_sandbox)
        enter_sandbox(s);
    for (size_t i = 0; i < s->cases.n && !s->interrupted && !s->stopped; i++)
        if (is_chosen(s, &s->cases.v[i]))
            run_case(s, &s->cases.v[i], s->checks[i]);
    if (s->stopped)
        return cmd_fail(&s->usage);
    int status = cmd_print(print, s);
    return s->interrupted ? dpi_status_exit(DPI_INTERRUPTED) : status;
}

static int test_run(const void *options, const struct opt_words *words)
{
    struct dpi_err err;
    struct suite s = {.options = options, .words = words};
    int status = load(&s, &err) == DPI_OK ? run_all(&s) : cmd_fail(&err);
    for (size_t i = 0; s.checks && i < s.cases.n; i++)
        check_free(s.checks[i]);
    free(s.checks);
    cases_free(&s.cases);
    free(s.reads.v);
    free(s.writes.v);
    free(s.folder);
    free(s.rules);
    report_free(&s.report);
    capture_run_signals();
    return status;
}

const struct cmd cmd_test = {
    .name = "test",
    .args = "DIR [NAME...]",
    .summary = "run a suite: captures in a folder, and what is expected of them",
    .about = "Runs each capture DIR/NAME.pcap (.pcapng, .cap, compressed or not) and compares what is in it with "
             "NAME.expected.json\nor .csv, as classify writes them, and with the assertions of NAME.expected.yaml. "
             "The exit status is 6 when a test fails.",
    .opts = test_opts,
    .options_size = sizeof(struct options),
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = test_run,
};
