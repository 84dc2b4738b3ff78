/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_diff.c - dpitool diff: what changed between two results. */
#include "cli/cmd.h"
#include "diff/diff_report.h"
#include "util/xalloc.h"

#include <stddef.h>
#include <stdlib.h>

struct options {
    const char *fields, *ignore, *old_summary, *new_summary;
    struct opt_texts tolerance;
    unsigned format;
    bool csv_raw;
};

#define AT(member) offsetof(struct options, member)

static const char *const formats[] = {"text", "json", "junit", NULL};

static const struct opt diff_opts[] = {
    {.name = "fields", .type = OPT_TEXT, .offset = AT(fields), .arg = "A,B,C",
     .help = "compare only these; unless given all but flow_id, capture, interface and first_packet"},
    {.name = "ignore", .type = OPT_TEXT, .offset = AT(ignore), .arg = "A,B,C",
     .help = "do not compare these; a column that this version does not know, too"},
    {.name = "tolerance", .type = OPT_TEXTS, .offset = AT(tolerance), .arg = "[FIELD=]VALUE",
     .help = "values so near each other are equal: 5% for every count and length of time, or of one field, as in "
             "bytes_total=64k, duration=1%, first_seen=1ms; may be given several times"},
    {.name = "format", .type = OPT_CHOICE, .offset = AT(format), .arg = "FORMAT", .choices = formats, .def = "text",
     .help = "text for people, json for programs, junit (XML) for CI"},
    {.name = "csv-raw", .type = OPT_FLAG, .offset = AT(csv_raw),
     .help = "CSV was written with --csv-raw: its texts are taken as they are"},
    {.name = "old-summary", .type = OPT_TEXT, .offset = AT(old_summary), .arg = "PATH",
     .help = "the summary-json of the run that made OLD, which tells the versions"},
    {.name = "new-summary", .type = OPT_TEXT, .offset = AT(new_summary), .arg = "PATH",
     .help = "the same of NEW"},
    {0},
};

/* What --ignore names: fields, and columns of other versions. */
struct ignored {
    struct dpi_columns fields;
    const char **others;
    bool *was_there;
    size_t n_others;
    char *text; /* which others point into */
};

static enum dpi_status parse_columns(struct dpi_columns *c, const char *option, const char *list, struct dpi_err *err)
{
    struct dpi_err why;
    *c = (struct dpi_columns){0};
    if (!list || dpi_columns_parse(c, list, &why) == DPI_OK)
        return DPI_OK;
    return dpi_fail(err, DPI_USAGE, "--%s: %s", option, why.msg);
}

static bool is_column_name(const char *s)
{
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static enum dpi_status parse_ignored(struct ignored *g, const char *list, struct dpi_err *err)
{
    char *rest = g->text = xstrdup(list ? list : "");
    while (list && rest) {
        const char *name = strsep(&rest, ",");
        const struct dpi_field *f = dpi_field_find(name, strlen(name));
        if (!is_column_name(name))
            return dpi_fail(err, DPI_USAGE, "--ignore: '%s' is no name of a column; expected name,name,...", name);
        if (f) {
            g->fields.v = xrealloc(g->fields.v, g->fields.n + 1, sizeof(*g->fields.v));
            g->fields.v[g->fields.n++] = f;
            continue;
        }
        g->others = xrealloc(g->others, g->n_others + 1, sizeof(*g->others));
        g->others[g->n_others++] = name;
    }
    g->was_there = xcalloc(g->n_others, sizeof(*g->was_there));
    return DPI_OK;
}

static void free_ignored(struct ignored *g)
{
    dpi_columns_free(&g->fields);
    free(g->others);
    free(g->was_there);
    free(g->text);
}

/* A name that neither this version nor the results know is a slip. */
static enum dpi_status check_ignored(const struct ignored *g, struct dpi_err *err)
{
    const struct dpi_field *f;
    struct dpi_err why;
    for (size_t i = 0; i < g->n_others; i++)
        if (!g->was_there[i] && dpi_field_parse(&f, g->others[i], strlen(g->others[i]), &why) != DPI_OK)
            return dpi_fail(err, DPI_USAGE, "--ignore: %s", why.msg);
    return DPI_OK;
}

/* --- the run ------------------------------------------------------------------------------------------ */

struct run {
    const struct options *options;
    struct ignored ignored;
    struct tolerance tolerance;
    struct diff_options diff_options;
    struct results results[DIFF_SIDES];
    struct results_versions versions[DIFF_SIDES];
    struct diff diff;
};

static enum dpi_status read_options(struct run *r, struct dpi_err *err)
{
    const struct options *o = r->options;
    DPI_TRY(parse_columns(&r->diff_options.fields, "fields", o->fields, err));
    DPI_TRY(parse_ignored(&r->ignored, o->ignore, err));
    for (size_t i = 0; i < o->tolerance.n; i++)
        DPI_TRY(tolerance_add(&r->tolerance, o->tolerance.v[i], err));
    r->diff_options.ignore = r->ignored.fields;
    r->diff_options.tolerance = &r->tolerance;
    return DPI_OK;
}

static enum dpi_status read_inputs(struct run *r, const struct opt_words *words, struct dpi_err *err)
{
    const char *const summaries[] = {r->options->old_summary, r->options->new_summary};
    static const char *const names[] = {"old-summary", "new-summary"};
    const struct results_options how = {.leave_out = r->ignored.others, .was_there = r->ignored.was_there,
                                        .n_leave_out = r->ignored.n_others, .csv_raw = r->options->csv_raw};
    if (strcmp(words->v[DIFF_OLD], "-") == 0 && strcmp(words->v[DIFF_NEW], "-") == 0)
        return dpi_fail(err, DPI_USAGE, "OLD and NEW cannot both be standard input");
    for (int side = 0; side < DIFF_SIDES; side++)
        if (summaries[side] && !*summaries[side])
            return dpi_fail(err, DPI_USAGE, "--%s: the name of a file is expected", names[side]);
    for (int side = 0; side < DIFF_SIDES; side++)
        DPI_TRY(results_open(&r->results[side], words->v[side], &how, err));
    for (int side = 0; side < DIFF_SIDES; side++)
        if (summaries[side])
            DPI_TRY(results_versions_open(&r->versions[side], summaries[side], err));
    return check_ignored(&r->ignored, err);
}

static int print(FILE *out, const void *run)
{
    static void (*const writers[])(FILE *out, const struct diff *d, const struct diff_versions *v) = {
        diff_text, diff_json, diff_junit,
    };
    const struct run *r = run;
    const struct diff_versions v = {
        .tool = {r->versions[DIFF_OLD].tool, r->versions[DIFF_NEW].tool},
        .detector = {r->versions[DIFF_OLD].detector, r->versions[DIFF_NEW].detector},
    };
    writers[r->options->format](out, &r->diff, &v);
    return diff_differs(&r->diff) ? dpi_status_exit(DPI_NO) : 0;
}

static enum dpi_status prepare(struct run *r, const struct opt_words *words, struct dpi_err *err)
{
    DPI_TRY(read_options(r, err));
    DPI_TRY(read_inputs(r, words, err));
    return diff_make(&r->diff, &r->results[DIFF_OLD], &r->results[DIFF_NEW], &r->diff_options, err);
}

static void free_run(struct run *r)
{
    diff_free(&r->diff);
    dpi_columns_free(&r->diff_options.fields);
    free_ignored(&r->ignored);
    for (int side = 0; side < DIFF_SIDES; side++) {
        results_free(&r->results[side]);
        results_versions_free(&r->versions[side]);
    }
}

static int diff_run(const void *options, const struct opt_words *words)
{
    struct dpi_err err;
    struct run r = {.options = options};
    int status = prepare(&r, words, &err) == DPI_OK ? cmd_print(print, &r) : cmd_fail(&err);
    free_run(&r);
    return status;
}

const struct cmd cmd_diff = {
    .name = "diff",
    .args = "OLD NEW",
    .summary = "tell which flows changed between two results, and how",
    .about = "Compares what classify -o json or -o csv wrote, each in either format: flows that are gone, were added, "
             "or\nchanged, matched by what they are and not by the order of lines. The exit status is 6 when they "
             "differ.",
    .opts = diff_opts,
    .options_size = sizeof(struct options),
    .min_words = 2,
    .max_words = 2,
    .run = diff_run,
};
