/* SPDX-License-Identifier: BSD-2-Clause */
/* results.c - tells the format by the first byte, and puts file and line in front of what is wrong. */
#include "results/results.h"

#include "io/inflate.h"
#include "results/formats.h"

#include <inttypes.h>
#include <stdlib.h>

static const char BOM[] = "\xef\xbb\xbf";

enum { INFLATED_MAX_GIB = 64 };

static bool is_blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!memchr(" \t\r\n", p[i], 4))
            return false;
    return true;
}

/* The first line that is not empty, without a byte order mark. */
static enum dpi_status first_line(struct lines *l, const char **line, size_t *n, struct dpi_err *err)
{
    size_t mark = sizeof(BOM) - 1;
    DPI_TRY(lines_next(l, line, n, err));
    if (*n >= mark && memcmp(*line, BOM, mark) == 0) {
        *line += mark;
        *n -= mark;
    }
    while (is_blank(*line, *n))
        DPI_TRY(lines_next(l, line, n, err));
    return DPI_OK;
}

static enum dpi_status parse(struct flows *f, struct lines *l, struct dpi_err *err)
{
    const char *line;
    size_t n;
    enum dpi_status st = first_line(l, &line, &n, err);
    if (st == DPI_END) { /* of a run without flows the json writer writes nothing */
        f->results->json = f->results->all_fields = true;
        return DPI_OK;
    }
    DPI_TRY(st);
    size_t at = strspn(line, " \t");
    if (line[at] == '{')
        return results_json(f, l, line, n, err);
    if (line[at] == '[')
        return dpi_fail(err, DPI_INPUT, "a list; the results of dpitool are one object after the other, as -o json "
                                        "writes them");
    bool name = (line[at] >= 'a' && line[at] <= 'z') || line[at] == '"';
    if (!name || memchr(line, '\0', n))
        return dpi_fail(err, DPI_INPUT, "neither JSON nor CSV of dpitool");
    return results_csv(f, l, line, n, err);
}

enum dpi_status results_read(struct results *r, struct source *s, const char *name, const struct results_options *o,
                             struct dpi_err *err)
{
    struct dpi_err why;
    struct flows f;
    struct lines l = {.source = s};
    *r = (struct results){.name = name};
    flows_init(&f, r, o);
    enum dpi_status st = parse(&f, &l, &why);
    if (st != DPI_OK)
        dpi_fail(err, st, "%s:%" PRIu64 ": %s", name, l.number, why.msg);
    lines_free(&l);
    flows_free(&f);
    source_close(s);
    return st;
}

enum dpi_status results_open(struct results *r, const char *path, const struct results_options *o,
                             struct dpi_err *err)
{
    struct source *s;
    *r = (struct results){0};
    DPI_TRY(source_open(&s, path, err));
    enum dpi_status st = source_inflate(&s, (uint64_t)INFLATED_MAX_GIB << 30, err);
    if (st != DPI_OK) {
        source_close(s);
        return st;
    }
    return results_read(r, s, strcmp(path, "-") == 0 ? "standard input" : path, o, err);
}

void results_free(struct results *r)
{
    free(r->flows);
    arena_free(&r->arena);
    *r = (struct results){0};
}
