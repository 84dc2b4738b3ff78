/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_report.h - a diff for people, programs and CI. */
#ifndef DIFF_DIFF_REPORT_H
#define DIFF_DIFF_REPORT_H

#include "diff/diff.h"

#include <stdio.h>

/* Versions of both runs as text, each NULL when nobody told it. */
struct diff_versions {
    const char *tool[DIFF_SIDES], *detector[DIFF_SIDES];
};

void diff_text(FILE *out, const struct diff *d, const struct diff_versions *v);
void diff_json(FILE *out, const struct diff *d, const struct diff_versions *v);
void diff_junit(FILE *out, const struct diff *d, const struct diff_versions *v);

/* Whether the runs are known to be of different versions. */
bool diff_versions_differ(const struct diff_versions *v);

/* A line for every change that is counted in an entry: what, the flow, and from -> to of each column. */
void diff_entry_text(FILE *out, const struct diff_entry *e);

/* One for every side that lacks columns. */
void diff_lacking_text(FILE *out, const struct diff *d, enum diff_side side);

#endif
