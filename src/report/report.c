/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - cases and their lines, and what is for people and for TAP. */
#include "report/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report/lines.h"
#include "util/escape.h"
#include "util/shorten.h"
#include "util/xalloc.h"

enum { LINE_MAX_BYTES = 1024 };

struct report_case *report_add(struct report *r, const char *name)
{
    r->cases = xrealloc(r->cases, r->n + 1, sizeof(*r->cases));
    struct report_case *c = &r->cases[r->n++];
    *c = (struct report_case){.name = xstrdup(name)};
    return c;
}

void report_line(struct report_case *c, const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    shorten_format(line, sizeof(line), fmt, ap);
    va_end(ap);
    buf_str(&c->lines, line);
    buf_char(&c->lines, '\n');
}

void report_lines(struct report_case *c, const char *text, size_t n)
{
    buf_add(&c->lines, text, n);
}

void report_end(struct report *r, struct report_case *c, enum report_result result)
{
    c->result = result;
    r->counts[result]++;
}

void report_free(struct report *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->cases[i].name);
        buf_free(&r->cases[i].lines);
    }
    free(r->cases);
    *r = (struct report){0};
}

/* --- lines -------------------------------------------------------------------------------------------- */

/* Says how many lines are not shown. */
static bool rest(struct lines_walk *w, const struct report_case *c)
{
    for (; w->at < c->lines.n; w->at++)
        w->left_out += c->lines.p[w->at] == '\n';
    snprintf(w->line, sizeof(w->line), "and %zu more lines", w->left_out);
    return true;
}

bool lines_of(struct lines_walk *w, const struct report_case *c)
{
    const char *p = c->lines.p + w->at, *end;
    if (w->at == c->lines.n)
        return false;
    end = memchr(p, '\n', c->lines.n - w->at);
    size_t n = end ? (size_t)(end - p) : c->lines.n - w->at;
    w->at += n + (end != NULL);
    if (w->number++ >= REPORT_LINES_MAX) {
        w->left_out++;
        return rest(w, c);
    }
    escape_text(w->line, sizeof(w->line), p, n, 0);
    return true;
}

static void put_lines(FILE *out, const struct report_case *c, const char *before)
{
    struct lines_walk w = {0};
    while (lines_of(&w, c))
        fprintf(out, "%s%s\n", before, w.line);
}

/* --- text and TAP ------------------------------------------------------------------------------------- */

static const char *const words[] = {
    [REPORT_PASSED] = "ok", [REPORT_FAILED] = "FAILED", [REPORT_SKIPPED] = "skipped",
};

static void put_name(FILE *out, const char *name)
{
    char safe[LINE_MAX_BYTES];
    escape_text(safe, sizeof(safe), name, strlen(name), 0);
    fputs(safe, out);
}

void report_text(FILE *out, const struct report *r)
{
    for (size_t i = 0; i < r->n; i++) {
        fprintf(out, "%-7s  ", words[r->cases[i].result]);
        put_name(out, r->cases[i].name);
        fputc('\n', out);
        put_lines(out, &r->cases[i], "    ");
    }
    fprintf(out, "%zu passed, %zu failed", r->counts[REPORT_PASSED], r->counts[REPORT_FAILED]);
    if (r->counts[REPORT_SKIPPED])
        fprintf(out, ", %zu skipped", r->counts[REPORT_SKIPPED]);
    fputc('\n', out);
}

/* # begins a directive: in a name it has a backslash. */
static void put_tap_name(FILE *out, const char *name)
{
    char safe[LINE_MAX_BYTES];
    escape_text(safe, sizeof(safe), name, strlen(name), 0);
    for (const char *p = safe; *p; p++) {
        if (*p == '#' || *p == '\\')
            fputc('\\', out);
        fputc(*p, out);
    }
}

void report_tap(FILE *out, const struct report *r)
{
    fprintf(out, "TAP version 13\n1..%zu\n", r->n);
    for (size_t i = 0; i < r->n; i++) {
        const struct report_case *c = &r->cases[i];
        fprintf(out, "%s %zu - ", c->result == REPORT_FAILED ? "not ok" : "ok", i + 1);
        put_tap_name(out, c->name);
        fputs(c->result == REPORT_SKIPPED ? " # SKIP\n" : "\n", out);
        put_lines(out, c, "# ");
    }
}
