/* SPDX-License-Identifier: BSD-2-Clause */
/* report_text.c - a diff as text. */
#include "diff/diff_report.h"

#include <inttypes.h>
#include <string.h>

#include "util/escape.h"

enum { SHOWN_MAX = 1024 };

static const char *const whats[] = {[DIFF_CHANGED] = "changed", [DIFF_GONE] = "gone", [DIFF_ADDED] = "added"};
static const char *const sides[] = {[DIFF_OLD] = "OLD", [DIFF_NEW] = "NEW"};

static void put(FILE *out, struct dpi_text t)
{
    char safe[SHOWN_MAX];
    if (!t.p)
        fputs("(none)", out);
    else if (!t.n)
        fputs("\"\"", out);
    else {
        escape_text(safe, sizeof(safe), t.p, t.n, 0);
        fputs(safe, out);
    }
}

static void put_cell(FILE *out, const struct results_flow *f, unsigned column)
{
    put(out, results_cell(f, column));
}

static void put_end(FILE *out, const struct results_flow *f, unsigned ip, unsigned port)
{
    bool v6 = results_cell(f, ip).p && strchr(results_cell(f, ip).p, ':');
    if (!results_cell(f, port).p) {
        put_cell(out, f, ip);
        return;
    }
    fputs(v6 ? "[" : "", out);
    put_cell(out, f, ip);
    fputs(v6 ? "]:" : ":", out);
    put_cell(out, f, port);
}

/* What a person knows a flow by. */
static void put_flow(FILE *out, const struct results_flow *f)
{
    static const unsigned before[] = {DPI_FIELD_first_seen, DPI_FIELD_transport};
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        if (results_cell(f, before[i]).p) {
            put_cell(out, f, before[i]);
            fputc(' ', out);
        }
    if (results_cell(f, DPI_FIELD_src_ip).p && results_cell(f, DPI_FIELD_dst_ip).p) {
        put_end(out, f, DPI_FIELD_src_ip, DPI_FIELD_src_port);
        fputs(" > ", out);
        put_end(out, f, DPI_FIELD_dst_ip, DPI_FIELD_dst_port);
    } else {
        put_cell(out, f, DPI_FIELD_community_id);
    }
    if (results_cell(f, DPI_FIELD_vlan).p) {
        fputs(" vlan ", out);
        put_cell(out, f, DPI_FIELD_vlan);
    }
    if (results_cell(f, DPI_FIELD_tunnel).p) {
        fputs(" in ", out);
        put_cell(out, f, DPI_FIELD_tunnel);
    }
}

static void put_label(FILE *out, const struct results_flow *f)
{
    if (!results_cell(f, DPI_FIELD_protocol).p)
        return;
    fputs("  ", out);
    put_cell(out, f, DPI_FIELD_protocol);
    if (results_cell(f, DPI_FIELD_application).p) {
        fputc('/', out);
        put_cell(out, f, DPI_FIELD_application);
    }
}

void diff_entry_text(FILE *out, const struct diff_entry *e)
{
    char name[RESULTS_NAME_MAX];
    const struct results_flow *f = e->flow[DIFF_OLD] ? e->flow[DIFF_OLD] : e->flow[DIFF_NEW];
    fprintf(out, "%-7s  ", whats[e->what]);
    put_flow(out, f);
    if (e->what != DIFF_CHANGED)
        put_label(out, f);
    fputc('\n', out);
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++) {
        if (!diff_entry_has(e, c))
            continue;
        fprintf(out, "         %s: ", results_column(name, c));
        put_cell(out, e->flow[DIFF_OLD], c);
        fputs(" -> ", out);
        put_cell(out, e->flow[DIFF_NEW], c);
        fputc('\n', out);
    }
}

void diff_lacking_text(FILE *out, const struct diff *d, enum diff_side side)
{
    char name[RESULTS_NAME_MAX];
    const char *before = "";
    fprintf(out, "not compared, for %s has no such column: ", sides[side]);
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++) {
        if (!d->lacking[side][c])
            continue;
        fprintf(out, "%s%s", before, results_column(name, c));
        before = ", ";
    }
    fputc('\n', out);
}

bool diff_versions_differ(const struct diff_versions *v)
{
    const char *const *pairs[] = {v->tool, v->detector};
    for (size_t i = 0; i < 2; i++)
        if (pairs[i][DIFF_OLD] && pairs[i][DIFF_NEW] && strcmp(pairs[i][DIFF_OLD], pairs[i][DIFF_NEW]) != 0)
            return true;
    return false;
}

static void put_version(FILE *out, const struct diff_versions *v, enum diff_side side)
{
    const char *tool = v->tool[side], *detector = v->detector[side];
    char safe[SHOWN_MAX];
    if (!tool && !detector) {
        fputs("unknown", out);
        return;
    }
    fputs("dpitool ", out);
    escape_text(safe, sizeof(safe), tool ? tool : "?", strlen(tool ? tool : "?"), 0);
    fprintf(out, "%s with ", safe);
    escape_text(safe, sizeof(safe), detector ? detector : "?", strlen(detector ? detector : "?"), 0);
    fputs(safe, out);
}

static void put_versions(FILE *out, const struct diff *d, const struct diff_versions *v)
{
    for (int side = 0; side < DIFF_SIDES; side++)
        if (v->tool[side] || v->detector[side]) {
            fprintf(out, "%s  by ", sides[side]);
            put_version(out, v, (enum diff_side)side);
            fputc('\n', out);
        }
    if (diff_versions_differ(v))
        fputs("the versions differ: labels may differ for that alone\n", out);
    for (int side = 0; side < DIFF_SIDES; side++)
        if (diff_lacks(d, (enum diff_side)side))
            diff_lacking_text(out, d, (enum diff_side)side);
}

static void put_counts(FILE *out, const struct diff *d)
{
    char safe[SHOWN_MAX];
    for (int side = 0; side < DIFF_SIDES; side++) {
        escape_text(safe, sizeof(safe), d->results[side]->name, strlen(d->results[side]->name), 0);
        fprintf(out, "%s  %zu flows  %s\n", sides[side], d->results[side]->n, safe);
    }
}

static void put_sums(FILE *out, const struct diff *d)
{
    char name[RESULTS_NAME_MAX];
    fprintf(out, "%" PRIu64 " the same, %" PRIu64 " changed, %" PRIu64 " gone, %" PRIu64 " added\n", d->same,
            d->flows[DIFF_CHANGED], d->flows[DIFF_GONE], d->flows[DIFF_ADDED]);
    for (size_t i = 0; i < d->n_relabelled; i++) {
        const struct diff_relabelled *r = &d->relabelled[i];
        fputs(i ? "" : "\nrelabelled\n", out);
        fprintf(out, "%7" PRIu64 "  ", r->flows);
        put(out, dpi_text_of(r->from));
        fputs(" -> ", out);
        put(out, dpi_text_of(r->to));
        fputc('\n', out);
    }
    fputs(d->flows[DIFF_CHANGED] ? "\nchanged, in so many flows\n" : "", out);
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++)
        if (d->changed[c])
            fprintf(out, "%7" PRIu64 "  %s\n", d->changed[c], results_column(name, c));
}

void diff_text(FILE *out, const struct diff *d, const struct diff_versions *v)
{
    put_counts(out, d);
    put_versions(out, d, v);
    put_sums(out, d);
    fputs(d->n_entries ? "\nflows\n" : "", out);
    for (size_t i = 0; i < d->n_entries; i++)
        diff_entry_text(out, &d->entries[i]);
}
