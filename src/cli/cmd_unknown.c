/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_unknown.c - dpitool unknown: what nothing recognises, in groups, described for who writes a dissector. */
#include "cli/capture_run.h"
#include "cli/cmd.h"
#include "cli/diag.h"
#include "cli/profile_folders.h"
#include "cli/scaffolding.h"
#include "gather/gather.h"
#include "io/folder.h"
#include "profile/profile_json.h"
#include "profile/profile_text.h"
#include "util/ids.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct options {
    struct capture_options capture;
    const char *where, *output, *scaffold;
    uint64_t most_flows, tshark_groups;
    unsigned include;
    bool by_port, payload_only, json, force, no_tshark;
};

#define AT(member)      offsetof(struct options, member)
#define CAPTURE(member) AT(capture.member)

enum { INCLUDE_NONE, INCLUDE_GUESSED };
static const char *const includes[] = {"none", "guessed", NULL};

static const struct opt unknown_opts[] = {
    {.name = "output", .letter = 'o', .type = OPT_TEXT, .offset = AT(output), .arg = "FOLDER",
     .help = "also write the profile of each group to a folder of its own in that folder: profile.txt, profile.json"},
    {.name = "scaffold", .type = OPT_TEXT, .offset = AT(scaffold), .arg = "FOLDER",
     .help = "also write to that folder, for each group with enough structure, a signature, a capture, a dissector "
             "for Wireshark and two for nDPI; what is written is tried before, on captures that are read a third time; "
             "README.txt says how they did, and why other groups have none"},
    {.name = "force", .type = OPT_FLAG, .offset = AT(force),
     .help = "let --output and --scaffold write to folders that are not empty: files of an earlier run in them are "
             "replaced; for --scaffold, one with the name of such a file that is not of an earlier run is refused"},
    {.name = "no-tshark", .type = OPT_FLAG, .offset = AT(no_tshark),
     .help = "do not try dissectors for Wireshark by tshark, which is started when it is installed, in a sandbox"},
    {.name = "tshark-groups", .type = OPT_NUMBER, .offset = AT(tshark_groups), .arg = "N", .min = 1,
     .max = 1000000, .def = "40",
     .help = "try dissectors of so many groups at most, the largest ones; those that were not tried say so"},
    {.name = "json", .type = OPT_FLAG, .offset = AT(json),
     .help = "write one JSON object a line and group instead of text"},
    {.name = "payload-only", .type = OPT_FLAG, .offset = AT(payload_only),
     .help = "group by payload alone: that flows have the same server port does not speak for one protocol"},
    {.name = "by-port", .type = OPT_FLAG, .offset = AT(by_port),
     .help = "a group for each transport and server port, whatever the payload"},
    {.name = "unknown-include", .type = OPT_CHOICE, .offset = AT(include), .arg = "WHAT", .choices = includes,
     .def = "none", .help = "guessed: take flows for unknown, too, that were only guessed by port or address"},
    {.name = "where", .type = OPT_TEXT, .offset = AT(where), .arg = "EXPR",
     .help = "look at the flows that match instead, known or not, as in 'dst_port == 7001'; see EXPRESSIONS in "
             "dpitool(1)"},
    {.name = "group-flows", .type = OPT_NUMBER, .offset = AT(most_flows), .arg = "N", .min = 1, .max = 1000000,
     .def = "20000", .help = "look at so many flows at most, the first ones"},
#include "cli/capture_options.def"
    {0},
};

/* Ids of some flows, evenly spread. */
struct some_flows {
    uint64_t *v;
    size_t n;
    uint64_t seen, step; /* every step-th is kept */
};

/* A run of the command. */
struct job {
    const struct options *o;
    struct expr *where;
    struct spool *spool; /* of captures that cannot be opened twice */
    uint64_t *wanted; /* ids of flows, ascending */
    size_t n_wanted;
    uint64_t *guessed; /* of those that have a label by a port or an address alone and are not wanted, ascending */
    size_t n_guessed;
    struct some_flows known; /* identified; only for a scaffold */
    struct samples samples, known_samples;
    struct groups groups;
    struct profile **profile; /* beside groups */
    int output; /* the folder, held open; -1: not asked for */
    struct scaffolding *scaffolding; /* NULL: not asked for */
    int status;
};

/* --- which flows -------------------------------------------------------------------------------------- */

static bool is_guessed(const struct dpi_record *r)
{
    return dpi_text_eq(r->classified_by, dpi_text_of("port")) || dpi_text_eq(r->classified_by, dpi_text_of("ip"));
}

static bool is_unknown(const struct options *o, const struct dpi_record *r)
{
    return dpi_text_eq(r->classified_by, dpi_text_of("none")) || (o->include == INCLUDE_GUESSED && is_guessed(r));
}

enum { KNOWN_MOST = 2000 };

/* When there are twice as many as are wanted, every other one goes. */
static void add_some(struct some_flows *s, uint64_t flow_id)
{
    if (!s->v) {
        s->v = xcalloc(2 * KNOWN_MOST, sizeof(*s->v));
        s->step = 1;
    }
    if (s->seen++ % s->step)
        return;
    s->v[s->n++] = flow_id;
    if (s->n < 2 * KNOWN_MOST)
        return;
    for (size_t i = 0; i < KNOWN_MOST; i++)
        s->v[i] = s->v[2 * i];
    s->n = KNOWN_MOST;
    s->step *= 2;
}

static bool is_identified(const struct dpi_record *r)
{
    return r->dir[0].payload + r->dir[1].payload > 0 && (dpi_text_eq(r->classified_by, dpi_text_of("dpi")) ||
                                                        dpi_text_eq(r->classified_by, dpi_text_of("dpi-cache")));
}

static enum dpi_status choose(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct job *j = ctx;
    (void)err;
    if (j->where ? !expr_match(j->where, r) : !is_unknown(j->o, r)) {
        if (j->scaffolding && is_identified(r))
            add_some(&j->known, r->flow_id);
        if (is_guessed(r))
            ids_add(&j->guessed, &j->n_guessed, r->flow_id);
        return DPI_OK;
    }
    ids_add(&j->wanted, &j->n_wanted, r->flow_id);
    return DPI_OK;
}

enum { UNKNOWN, KNOWN, GATHERS };

static void gather_both(void *ctx, const struct flow *f, unsigned sender, const struct packet *p,
                        const struct decoded *d)
{
    struct gather *const *g = ctx;
    for (unsigned i = 0; i < GATHERS; i++)
        gather_packet(g[i], f, sender, p, d);
}

static enum dpi_status gathered(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct gather *const *g = ctx;
    (void)err;
    for (unsigned i = 0; i < GATHERS; i++)
        gather_end(g[i], r->flow_id);
    return DPI_OK;
}

static void tell_left_out(const struct job *j)
{
    if (!j->where && !j->n_wanted && j->n_guessed)
        diag("%zu flows have a label by a port or an address alone: --unknown-include guessed looks at them",
             j->n_guessed);
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

static enum dpi_status first_pass(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    struct capture_run run;
    struct engine_options more = {.inputs.spool = j->spool};
    const char *outputs[] = {j->o->output, j->o->scaffold};
    struct capture_writes writes = {outputs, 2};
    enum dpi_status st = capture_run_open(&run, &j->o->capture, words, &writes, &more, err);
    const char *path;
    for (size_t i = 0; st == DPI_OK && j->scaffolding && (path = engine_capture(run.engine, i)); i++)
        st = scaffolding_spare(j->scaffolding, path, err);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, choose, j, err);
    const struct dpi_run *report = st == DPI_OK ? engine_report(run.engine) : NULL;
    if (report && (st = capture_run_whole(err)) == DPI_OK) {
        j->status = capture_run_tell(report);
        capture_run_warn(report);
    }
    capture_run_free(&run);
    ids_sort(j->wanted, j->n_wanted);
    ids_sort(j->guessed, j->n_guessed);
    ids_sort(j->known.v, j->known.n);
    return st;
}

static enum dpi_status second_pass(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    struct capture_run run;
    struct gather *g[GATHERS] = {[UNKNOWN] = gather_new(j->wanted, j->n_wanted, j->o->most_flows),
                                 [KNOWN] = gather_new(j->known.v, j->known.n, 2 * KNOWN_MOST)};
    struct engine_options more = {.inputs.spool = j->spool, .on_counted = gather_both, .packet_ctx = g};
    struct capture_options again = j->o->capture; /* applications are not asked for, nor could rules be read any more */
    again.rules = (struct rule_options){.no_default = true};
    again.dns_hints = NULL;
    enum dpi_status st = capture_run_open(&run, &again, words, NULL, &more, err);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, gathered, g, err);
    if (st == DPI_OK)
        st = capture_run_whole(err);
    if (st == DPI_OK) {
        j->samples = gather_take(g[UNKNOWN]);
        j->known_samples = gather_take(g[KNOWN]);
    }
    capture_run_free(&run);
    for (unsigned i = 0; i < GATHERS; i++)
        gather_free(g[i]);
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

/* --- the command -------------------------------------------------------------------------------------- */

/* Groups of another run beside these could not be told from them. */
static enum dpi_status open_output(struct job *j, struct dpi_err *err)
{
    return j->o->output ? folder_take(&j->output, j->o->output, j->o->force, err) : DPI_OK;
}

static enum dpi_status open_scaffolding(struct job *j, struct dpi_err *err)
{
    struct scaffolding_options o = {.folder = j->o->scaffold, .force = j->o->force, .no_tshark = j->o->no_tshark,
                                    .most_tried = j->o->tshark_groups,
                                    .no_sandbox = j->o->capture.no_sandbox};
    return o.folder ? scaffolding_open(&j->scaffolding, &o, err) : DPI_OK;
}

static enum dpi_status write_scaffold(const struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    struct scaffolding_input in = {
        .capture = &j->o->capture, .captures = words, .spool = j->spool, .wanted = j->wanted,
        .n_wanted = j->n_wanted, .samples = &j->samples, .known = &j->known_samples, .groups = &j->groups,
        .profile = j->profile, .guessed = j->guessed, .n_guessed = j->n_guessed,
    };
    return scaffolding_write(j->scaffolding, &in, err);
}

static enum dpi_status run_passes(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    DPI_TRY(check(j->o, err));
    DPI_TRY(capture_run_where(&j->where, j->o->where, err));
    DPI_TRY(open_output(j, err));
    DPI_TRY(open_scaffolding(j, err));
    DPI_TRY(first_pass(j, words, err));
    tell_left_out(j);
    if (j->n_wanted)
        DPI_TRY(second_pass(j, words, err));
    profile_all(j);
    DPI_TRY(capture_run_whole(err));
    if (j->scaffolding)
        DPI_TRY(write_scaffold(j, words, err));
    return j->o->output ? profile_folders_write(j->output, j->o->output, &j->samples, j->profile, j->groups.n, err)
                        : DPI_OK;
}

static void free_job(struct job *j)
{
    for (size_t i = 0; j->profile && i < j->groups.n; i++)
        profile_free(j->profile[i]);
    free(j->profile);
    scaffolding_free(j->scaffolding);
    if (j->output >= 0)
        close(j->output);
    groups_free(&j->groups);
    samples_free(&j->samples);
    samples_free(&j->known_samples);
    free(j->wanted);
    free(j->guessed);
    free(j->known.v);
    spool_free(j->spool);
    expr_free(j->where);
}

static int unknown_run(const void *options, const struct opt_words *words)
{
    struct job j = {.o = options, .output = -1, .spool = spool_new(capture_run_scratch())};
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
