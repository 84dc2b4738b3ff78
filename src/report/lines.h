/* SPDX-License-Identifier: BSD-2-Clause */
/* lines.h - the lines of a case one by one, made safe, as many as are shown. */
#ifndef REPORT_LINES_H
#define REPORT_LINES_H

#include "report/report.h"

struct lines_walk {
    size_t at, number, left_out;
    char line[4096];
};

/* Puts the next line into w->line; false when there is none. The last one says how many are left out. */
bool lines_of(struct lines_walk *w, const struct report_case *c);

#endif
