/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_unknown.c - dpitool unknown: what nothing recognises, in groups, described for who writes a dissector. */
#include "cli/capture_run.h"
#include "cli/cmd.h"
#include "cli/diag.h"
#include "gather/gather.h"
#include "io/folder.h"
#include "io/outfile.h"
#include "profile/profile_json.h"
#include "profile/profile_text.h"
#include "scaffold/draft.h"
#include "util/buf.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct capture_options capture;
    const char *where, *output, *scaffold;
    uint64_t most_flows;
    unsigned include;
    bool by_port, payload_only, json;
};

#define AT(member)      offsetof(struct options, member)
#define CAPTURE(member) AT(capture.member)

enum { INCLUDE_NONE, INCLUDE_GUESSED };
static const char *const includes[] = {"none", "guessed", NULL};

static const struct opt unknown_opts[] = {
    {.name = "output", .letter = 'o', .type = OPT_TEXT, .offset = AT(output), .arg = "FOLDER",
     .help = "also write the profile of each group to a folder of its own in that folder: profile.txt, profile.json"},
    {.name = "scaffold", .type = OPT_TEXT, .offset = AT(scaffold), .arg = "FOLDER",
     .help = "also write signatures.yaml to that folder: for each group a signature, tried on every flow of the "
             "captures, which are read a third time; or why there is none"},
    {.name = "json", .type = OPT_FLAG, .offset = AT(json),
     .help = "write one JSON object a line and group instead of text"},
    {.name = "payload-only", .type = OPT_FLAG, .offset = AT(payload_only),
     .help = "group by payload alone: that flows have the same server port does not speak for one protocol"},
    {.name = "by-port", .type = OPT_FLAG, .offset = AT(by_port),
     .help = "a group for each transport and server port, whatever the payload"},
    {.name = "unknown-include", .type = OPT_CHOICE, .offset = AT(include), .arg = "WHAT", .choices = includes,
     .def = "none", .help = "guessed: take flows for unknown, too, that were only guessed by port or address"},
    {.name = "where", .type = OPT_TEXT, .offset = AT(where), .arg = "EXPR",
     .help = "look at the flows that match instead, known or not, as in 'server_port == 7001'; see EXPRESSIONS in "
             "dpitool(1)"},
    {.name = "group-flows", .type = OPT_NUMBER, .offset = AT(most_flows), .arg = "N", .min = 1, .max = 1000000,
     .def = "20000", .help = "look at so many flows at most, the first ones"},
#include "cli/capture_options.def"
    {0},
};

/* A run of the command. */
struct job {
    const struct options *o;
    struct expr *where;
    struct spool *spool; /* of captures that cannot be opened twice */
    uint64_t *wanted; /* ids of flows, ascending */
    size_t n_wanted;
    struct samples samples;
    struct groups groups;
    struct profile **profile; /* beside groups */
    struct draft *draft;      /* beside groups, or NULL: not asked for */
    uint32_t *group_of;       /* beside wanted: the number of its group, of those that were looked at */
    int status;
};

/* --- which flows -------------------------------------------------------------------------------------- */

static bool is_unknown(const struct options *o, const struct dpi_record *r)
{
    if (dpi_text_eq(r->classified_by, dpi_text_of("none")))
        return true;
    return o->include == INCLUDE_GUESSED && (dpi_text_eq(r->classified_by, dpi_text_of("port")) ||
                                             dpi_text_eq(r->classified_by, dpi_text_of("ip")));
}

static enum dpi_status choose(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct job *j = ctx;
    (void)err;
    if (j->where ? !expr_match(j->where, r) : !is_unknown(j->o, r))
        return DPI_OK;
    if ((j->n_wanted & (j->n_wanted - 1)) == 0)
        j->wanted = xrealloc(j->wanted, j->n_wanted ? j->n_wanted * 2 : 1, sizeof(*j->wanted));
    j->wanted[j->n_wanted++] = r->flow_id;
    return DPI_OK;
}

static enum dpi_status gathered(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    (void)err;
    gather_end(ctx, r->flow_id);
    return DPI_OK;
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void tell_left_out(const struct job *j)
{
    if (j->n_wanted > j->o->most_flows)
        diag("only the first %" PRIu64 " of %zu unknown flows are looked at; --group-flows takes more",
             j->o->most_flows, j->n_wanted);
}

/* --- two passes --------------------------------------------------------------------------------------- */

static enum dpi_status check(const struct options *o, struct dpi_err *err)
{
    if (o->by_port && o->payload_only)
        return dpi_fail(err, DPI_USAGE, "--by-port and --payload-only are given: one of them is possible");
    if (o->output && o->output[0] == '\0')
        return dpi_fail(err, DPI_USAGE, "--output: '' is no name of a folder");
    if (o->scaffold && o->scaffold[0] == '\0')
        return dpi_fail(err, DPI_USAGE, "--scaffold: '' is no name of a folder");
    return DPI_OK;
}

/* Groups of what was read until then would be others than those of the whole. */
static enum dpi_status whole(const struct dpi_run *run, struct dpi_err *err)
{
    return run->interrupted ? dpi_fail(err, DPI_INTERRUPTED, "interrupted: nothing is told") : DPI_OK;
}

static enum dpi_status first_pass(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    struct capture_run run;
    struct engine_options more = {.inputs.spool = j->spool};
    const char *outputs[] = {j->o->output, j->o->scaffold};
    struct capture_writes writes = {outputs, 2};
    enum dpi_status st = capture_run_open(&run, &j->o->capture, words, &writes, &more, err);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, choose, j, err);
    const struct dpi_run *report = st == DPI_OK ? engine_report(run.engine) : NULL;
    if (report && (st = whole(report, err)) == DPI_OK) {
        j->status = capture_run_tell(report);
        capture_run_warn(report);
    }
    capture_run_free(&run);
    if (j->n_wanted)
        qsort(j->wanted, j->n_wanted, sizeof(*j->wanted), compare_ids);
    return st;
}

static enum dpi_status second_pass(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    struct capture_run run;
    struct gather *g = gather_new(j->wanted, j->n_wanted, j->o->most_flows);
    struct engine_options more = {.inputs.spool = j->spool, .on_counted = gather_packet, .packet_ctx = g};
    struct capture_options again = j->o->capture; /* applications are not asked for, nor could rules be read any more */
    again.rules = (struct rule_options){.no_default = true};
    again.dns_hints = NULL;
    enum dpi_status st = capture_run_open(&run, &again, words, NULL, &more, err);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, gathered, g, err);
    if (st == DPI_OK)
        st = whole(engine_report(run.engine), err);
    if (st == DPI_OK)
        j->samples = gather_take(g);
    capture_run_free(&run);
    gather_free(g);
    return st;
}

static void profile_all(struct job *j)
{
    enum grouping_by by = j->o->by_port ? GROUP_BY_PORT : j->o->payload_only ? GROUP_BY_PAYLOAD : GROUP_BY_BOTH;
    groups_make(&j->groups, &j->samples, by);
    j->profile = xcalloc(j->groups.n, sizeof(struct profile *));
    for (size_t i = 0; i < j->groups.n; i++)
        j->profile[i] = profile_new(&j->samples, &j->groups, i);
}

/* --- outputs ------------------------------------------------------------------------------------------ */

static void print_text(FILE *out, const struct job *j)
{
    if (!j->groups.n)
        fputs(j->where ? "no flow matches\n" : "no flow is unknown\n", out);
    else
        groups_text(out, &j->groups, j->profile);
    for (size_t i = 0; i < j->groups.n; i++)
        if (!j->groups.v[i].small) {
            fputc('\n', out);
            profile_text(out, j->profile[i]);
        }
}

static int print(FILE *out, const void *ctx)
{
    const struct job *j = ctx;
    if (j->o->json)
        for (size_t i = 0; i < j->groups.n; i++)
            profile_json(out, &j->samples, j->profile[i]);
    else
        print_text(out, j);
    return j->status;
}

static enum dpi_status write_file(const struct job *j, const char *path, const struct profile *p, bool json,
                                  struct dpi_err *err)
{
    struct outfile *file;
    DPI_TRY(outfile_open(&file, path, err));
    if (json)
        profile_json(outfile_stream(file), &j->samples, p);
    else
        profile_text(outfile_stream(file), p);
    return outfile_commit(file, err);
}

/* Puts parts together; the last is NULL. */
static char *path_of(const char *folder, const struct profile *p, const char *file)
{
    struct buf b = {0};
    buf_str(&b, folder);
    buf_char(&b, '/');
    buf_str(&b, p->id);
    buf_char(&b, '-');
    buf_str(&b, p->name);
    buf_str(&b, file);
    buf_char(&b, '\0');
    return b.p;
}

static enum dpi_status write_group(const struct job *j, const struct profile *p, struct dpi_err *err)
{
    static const char *const files[] = {"", "/profile.txt", "/profile.json"};
    enum dpi_status st = DPI_OK;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && st == DPI_OK; i++) {
        char *path = path_of(j->o->output, p, files[i]);
        st = i == 0 ? folder_make(path, err) : write_file(j, path, p, i == 2, err);
        free(path);
    }
    return st;
}

static enum dpi_status write_folder(const struct job *j, struct dpi_err *err)
{
    DPI_TRY(folder_make(j->o->output, err));
    for (size_t i = 0; i < j->groups.n; i++)
        DPI_TRY(write_group(j, j->profile[i], err));
    return DPI_OK;
}

/* --- signatures --------------------------------------------------------------------------------------- */

enum { NO_GROUP = UINT32_MAX };

static size_t number_of_wanted(const struct job *j, uint64_t flow_id)
{
    const uint64_t *at = bsearch(&flow_id, j->wanted, j->n_wanted, sizeof(*j->wanted), compare_ids);
    return at ? (size_t)(at - j->wanted) : j->n_wanted;
}

static void make_drafts(struct job *j)
{
    j->draft = xcalloc(j->groups.n + 1, sizeof(*j->draft));
    j->group_of = xcalloc(j->n_wanted + 1, sizeof(*j->group_of));
    for (size_t i = 0; i <= j->n_wanted; i++)
        j->group_of[i] = NO_GROUP;
    for (size_t i = 0; i < j->groups.n; i++) {
        const struct group *g = &j->groups.v[i];
        draft_make(&j->draft[i], j->profile[i]);
        for (size_t k = 0; k < g->n; k++)
            j->group_of[number_of_wanted(j, j->samples.v[g->member[k]]->flow_id)] = (uint32_t)i;
    }
}

static enum dpi_status write_drafts(const struct job *j, const char *path, bool trial, struct dpi_err *err)
{
    struct outfile *file;
    DPI_TRY(outfile_open(&file, path, err));
    drafts_write(outfile_stream(file), j->draft, j->groups.n, trial);
    return outfile_commit(file, err);
}

/* Whether the record was named by the draft's signature: FILE:ID. */
static bool has_signature(const struct dpi_record *r, const struct draft *d)
{
    size_t n = strlen(d->id);
    return r->rule.p && r->rule.n > n && r->rule.p[r->rule.n - n - 1] == ':' &&
           memcmp(r->rule.p + r->rule.n - n, d->id, n) == 0;
}

static enum dpi_status count_flow(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct job *j = ctx;
    size_t number = number_of_wanted(j, r->flow_id);
    (void)err;
    if (r->dir[0].payload + r->dir[1].payload == 0)
        return DPI_OK;
    for (size_t i = 0; i < j->groups.n; i++) {
        struct draft *d = &j->draft[i];
        bool hit = has_signature(r, d);
        if (j->group_of[number] == i)
            ++*(hit ? &d->hits : &d->misses);
        else if (number < j->n_wanted)
            d->unknown_hits += hit, d->unknown++;
        else
            d->known_hits += hit, d->known++;
    }
    return DPI_OK;
}

/* Reads all captures once more, with the drafts for rules. */
static enum dpi_status try_drafts(struct job *j, const struct opt_words *words, const char *path,
                                  struct dpi_err *err)
{
    struct capture_run run;
    struct capture_options o = j->o->capture;
    struct engine_options more = {.inputs.spool = j->spool};
    o.rules = (struct rule_options){.paths = {&path, 1}, .no_default = true};
    enum dpi_status st = capture_run_open(&run, &o, words, NULL, &more, err);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, count_flow, j, err);
    capture_run_free(&run);
    for (size_t i = 0; i < j->groups.n; i++)
        draft_judge(&j->draft[i]);
    return st;
}

static bool any_draft(const struct job *j)
{
    for (size_t i = 0; i < j->groups.n; i++)
        if (!j->draft[i].refused[0])
            return true;
    return false;
}

static enum dpi_status scaffold(struct job *j, const struct opt_words *words, const char *path, struct dpi_err *err)
{
    make_drafts(j);
    DPI_TRY(folder_make(j->o->scaffold, err));
    if (!any_draft(j))
        return write_drafts(j, path, false, err);
    DPI_TRY(write_drafts(j, path, true, err));
    DPI_TRY(try_drafts(j, words, path, err));
    return write_drafts(j, path, false, err);
}

static enum dpi_status write_scaffold(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    struct buf path = {0};
    buf_str(&path, j->o->scaffold);
    buf_str(&path, "/signatures.yaml");
    buf_char(&path, '\0');
    enum dpi_status st = scaffold(j, words, path.p, err);
    buf_free(&path);
    return st;
}

/* --- the command -------------------------------------------------------------------------------------- */

static enum dpi_status run_passes(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    DPI_TRY(check(j->o, err));
    DPI_TRY(capture_run_where(&j->where, j->o->where, err));
    DPI_TRY(first_pass(j, words, err));
    tell_left_out(j);
    if (j->n_wanted)
        DPI_TRY(second_pass(j, words, err));
    profile_all(j);
    if (j->o->output)
        DPI_TRY(write_folder(j, err));
    return j->o->scaffold ? write_scaffold(j, words, err) : DPI_OK;
}

static void free_job(struct job *j)
{
    for (size_t i = 0; j->profile && i < j->groups.n; i++)
        profile_free(j->profile[i]);
    free(j->profile);
    free(j->draft);
    free(j->group_of);
    groups_free(&j->groups);
    samples_free(&j->samples);
    free(j->wanted);
    spool_free(j->spool);
    expr_free(j->where);
}

static int unknown_run(const void *options, const struct opt_words *words)
{
    struct job j = {.o = options, .spool = spool_new(capture_run_scratch())};
    struct dpi_err err;
    enum dpi_status st = run_passes(&j, words, &err);
    int status = st == DPI_OK ? cmd_print(print, &j) : cmd_fail(&err);
    free_job(&j);
    capture_run_signals();
    return status;
}

const struct cmd cmd_unknown = {
    .name = "unknown",
    .args = "CAPTURE...",
    .summary = "describe the flows that nothing recognises: likely protocols, fields, what to capture next",
    .about = "Puts unknown flows into groups that are likely one protocol each, by what they sent first, and tells of "
             "each\ngroup what a dissector's author looks for: who speaks, sizes, constants, types, lengths, counters, "
             "checksums,\nwith the evidence as counts. What cannot be told is said. The captures are read twice; what "
             "cannot be is\nkept in a temporary file meanwhile.",
    .opts = unknown_opts,
    .options_size = sizeof(struct options),
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = unknown_run,
};
