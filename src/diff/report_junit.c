/* SPDX-License-Identifier: BSD-2-Clause */
/* report_junit.c - a diff as tests: no flow is gone, none was added, and each column is the same. */
#include "diff/diff_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "report/report.h"

typedef bool is_of_fn(const struct diff_entry *e, unsigned n);

static void add_entries(struct report_case *c, const struct diff *d, is_of_fn *is_of, unsigned n)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; out && i < d->n_entries; i++)
        if (is_of(&d->entries[i], n))
            diff_entry_text(out, &d->entries[i]);
    if (out && fclose(out) == 0)
        report_lines(c, text, size);
    free(text);
}

static bool is_what(const struct diff_entry *e, unsigned what)
{
    return e->what == what;
}

static void add_what(struct report *r, const struct diff *d, enum diff_what what, const char *name)
{
    struct report_case *c = report_add(r, name);
    if (d->flows[what]) {
        report_line(c, "%" PRIu64 " flows", d->flows[what]);
        add_entries(c, d, is_what, what);
    }
    report_end(r, c, d->flows[what] ? REPORT_FAILED : REPORT_PASSED);
}

static void add_column(struct report *r, const struct diff *d, unsigned column)
{
    char name[RESULTS_NAME_MAX];
    struct report_case *c = report_add(r, results_column(name, column));
    if (d->changed[column]) {
        report_line(c, "%" PRIu64 " flows", d->changed[column]);
        add_entries(c, d, diff_entry_has, column);
    }
    report_end(r, c, d->changed[column] ? REPORT_FAILED : REPORT_PASSED);
}

static void add_lacking(struct report *r, const struct diff *d, const struct diff_versions *v)
{
    struct report_case *c = report_add(r, "columns");
    bool lacks = diff_lacks(d, DIFF_OLD) || diff_lacks(d, DIFF_NEW);
    for (unsigned i = 0; i < RESULTS_COLUMNS; i++) {
        char name[RESULTS_NAME_MAX];
        for (int side = 0; side < DIFF_SIDES; side++)
            if (d->lacking[side][i])
                report_line(c, "%s has no column %s", side == DIFF_OLD ? "OLD" : "NEW", results_column(name, i));
    }
    if (lacks && diff_versions_differ(v))
        report_line(c, "the versions differ");
    report_end(r, c, lacks ? REPORT_FAILED : REPORT_PASSED);
}

void diff_junit(FILE *out, const struct diff *d, const struct diff_versions *v)
{
    struct report r = {.name = diff_versions_differ(v) ? "dpitool diff, versions differ" : "dpitool diff"};
    add_what(&r, d, DIFF_GONE, "no flow is gone");
    add_what(&r, d, DIFF_ADDED, "no flow was added");
    add_lacking(&r, d, v);
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++)
        if (d->changed[c] || (c < DPI_FIELD_COUNT && d->compared[c]))
            add_column(&r, d, c);
    report_junit(out, &r);
    report_free(&r);
}
