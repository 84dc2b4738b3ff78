/* SPDX-License-Identifier: BSD-2-Clause */
/* junit.c - JUnit XML: a suite, its cases, and what failed in them. */
#include "report/report.h"

#include <string.h>

#include "report/lines.h"
#include "util/escape.h"

/* Safe text has no character that XML 1.0 does not allow. */
static void put_xml(FILE *out, const char *safe)
{
    for (; *safe; safe++) {
        switch (*safe) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        default: fputc(*safe, out);
        }
    }
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
    char safe[4096];
    escape_text(safe, sizeof(safe), value, strlen(value), 0);
    fprintf(out, " %s=\"", name);
    put_xml(out, safe);
    fputc('"', out);
}

/* The first line is the message, all of them are the text. */
static void put_failure(FILE *out, const struct report_case *c, const char *element)
{
    struct lines_walk first = {0}, w = {0};
    lines_of(&first, c);
    fprintf(out, ">\n    <%s", element);
    put_attribute(out, "message", first.line);
    fputs(">\n", out);
    while (lines_of(&w, c)) {
        put_xml(out, w.line);
        fputc('\n', out);
    }
    fprintf(out, "    </%s>\n  </testcase>\n", element);
}

void report_junit(FILE *out, const struct report *r)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite", out);
    put_attribute(out, "name", r->name);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", r->n, r->counts[REPORT_FAILED],
            r->counts[REPORT_SKIPPED]);
    for (size_t i = 0; i < r->n; i++) {
        const struct report_case *c = &r->cases[i];
        fputs("  <testcase", out);
        put_attribute(out, "classname", r->name);
        put_attribute(out, "name", c->name);
        if (c->result == REPORT_PASSED)
            fputs("/>\n", out);
        else
            put_failure(out, c, c->result == REPORT_FAILED ? "failure" : "skipped");
    }
    fputs("</testsuite>\n", out);
}
