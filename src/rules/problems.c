/* SPDX-License-Identifier: BSD-2-Clause */
/* problems.c - a list of problems. */
#include "rules/problems.h"

#include "util/shorten.h"
#include "util/xalloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 512 };

/* The number of the file among those with problems; most often it is the last one. */
static unsigned file_number(struct rules_problems *p, const char *name)
{
    for (unsigned i = p->n_files; i-- > 0;)
        if (strcmp(p->files[i], name) == 0)
            return i;
    p->files = xrealloc(p->files, p->n_files + 1, sizeof(*p->files));
    p->files[p->n_files] = arena_text(&p->text, name, strlen(name));
    return p->n_files++;
}

static void add(struct rules_problems *p, bool is_error, const struct rules_place *at, const char *fmt, va_list ap)
{
    char text[TEXT_MAX_BYTES];
    p->errors += is_error;
    p->warnings += !is_error;
    if (p->n == RULES_PROBLEMS_MAX)
        return;
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 16;
        p->v = xrealloc(p->v, p->room, sizeof(*p->v));
    }
    shorten_format(text, sizeof(text), fmt, ap);
    unsigned file = file_number(p, at->file);
    p->v[p->n] = (struct rules_problem){{p->files[file], at->line, at->column}, is_error,
                                        arena_text(&p->text, text, strlen(text)), file, p->n};
    p->n++;
}

void rules_error(struct rules_problems *p, const struct rules_place *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(p, true, at, fmt, ap);
    va_end(ap);
}

void rules_warning(struct rules_problems *p, const struct rules_place *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(p, false, at, fmt, ap);
    va_end(ap);
}

static int compare_numbers(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int compare(const void *left, const void *right)
{
    const struct rules_problem *a = left, *b = right;
    int cmp = compare_numbers(a->file, b->file);
    cmp = cmp ? cmp : compare_numbers(a->place.line, b->place.line);
    cmp = cmp ? cmp : compare_numbers(a->place.column, b->place.column);
    return cmp ? cmp : compare_numbers(a->order, b->order);
}

void rules_problems_sort(struct rules_problems *p)
{
    if (p->n)
        qsort(p->v, p->n, sizeof(*p->v), compare);
}

void rules_problems_free(struct rules_problems *p)
{
    arena_free(&p->text);
    free(p->files);
    free(p->v);
    *p = (struct rules_problems){0};
}
