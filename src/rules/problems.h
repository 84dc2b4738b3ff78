/* SPDX-License-Identifier: BSD-2-Clause */
/* problems.h - what is wrong with rule files: all of it, each with its place. */
#ifndef RULES_PROBLEMS_H
#define RULES_PROBLEMS_H

#include "util/arena.h"

#include <stdbool.h>

enum { RULES_PROBLEMS_MAX = 100000 }; /* kept; more are counted */

struct rules_place {
    const char *file;
    unsigned line, column; /* counted from 1, in characters; line 0: the file as a whole */
};

struct rules_problem {
    struct rules_place place;
    bool is_error; /* else a warning */
    const char *text;
    unsigned file, order; /* for sorting */
};

/* Zeroed is empty; free with rules_problems_free. */
struct rules_problems {
    struct rules_problem *v;
    unsigned n, room;
    const char **files; /* that have problems, in the order of their first */
    unsigned n_files;
    unsigned long errors, warnings; /* also those that are not kept */
    struct arena text;
};

/* The place is copied. */
void rules_error(struct rules_problems *p, const struct rules_place *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void rules_warning(struct rules_problems *p, const struct rules_place *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void rules_problems_sort(struct rules_problems *p); /* by file as they came, line and column */
void rules_problems_free(struct rules_problems *p);

#endif
