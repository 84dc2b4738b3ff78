/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - what passed and what failed, as text, TAP or JUnit XML. Whatever names and lines hold, nothing in what is
 * written acts on a terminal or breaks the format. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "util/buf.h"

#include <stdbool.h>
#include <stdio.h>

enum report_result { REPORT_PASSED, REPORT_FAILED, REPORT_SKIPPED, REPORT_RESULTS };

struct report_case {
    char *name;
    enum report_result result;
    struct buf lines; /* what is wrong, or why it was skipped; each with a line end */
};

struct report {
    const char *name; /* borrowed */
    struct report_case *cases;
    size_t n;
    size_t counts[REPORT_RESULTS];
};

/* Begins a case; the pointer is good until the next one begins. */
struct report_case *report_add(struct report *r, const char *name);
void report_line(struct report_case *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_lines(struct report_case *c, const char *text, size_t n); /* several, as they are */

/* Has its result; to be called once for every case. */
void report_end(struct report *r, struct report_case *c, enum report_result result);
void report_free(struct report *r);

/* Lines of a case that are shown at most; how many more there are is said. */
enum { REPORT_LINES_MAX = 200 };

void report_text(FILE *out, const struct report *r);
void report_tap(FILE *out, const struct report *r);   /* version 13 */
void report_junit(FILE *out, const struct report *r); /* as the JUnit reporter of Ant writes it */

#endif
