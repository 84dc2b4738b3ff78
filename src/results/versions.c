/* SPDX-License-Identifier: BSD-2-Clause */
/* versions.c - who made a summary-json: the results themselves do not say it, for they are flows only. */
#include "results/results.h"

#include <yajl/yajl_parse.h>
#include <inttypes.h>
#include <stdlib.h>

#include "results/lines.h"
#include "util/xalloc.h"

struct reading {
    struct results_versions *versions;
    unsigned depth;
    char **into; /* what the next text is */
    char *type;
};

static int enter(void *ctx)
{
    ((struct reading *)ctx)->depth++;
    return 1;
}

static int leave(void *ctx)
{
    ((struct reading *)ctx)->depth--;
    return 1;
}

static int on_key(void *ctx, const unsigned char *key, size_t n)
{
    struct reading *r = ctx;
    const struct {
        const char *name;
        char **into;
    } keys[] = {{"type", &r->type}, {"tool_version", &r->versions->tool}, {"detector_version", &r->versions->detector}};
    r->into = NULL;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (r->depth == 1 && strlen(keys[i].name) == n && memcmp(keys[i].name, key, n) == 0 && !*keys[i].into)
            r->into = keys[i].into;
    return 1;
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
    struct reading *r = ctx;
    if (r->into) {
        *r->into = xcalloc(n + 1, 1);
        memcpy(*r->into, s, n);
    }
    r->into = NULL;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_string = on_string,
    .yajl_map_key = on_key,
    .yajl_start_map = enter,
    .yajl_end_map = leave,
    .yajl_start_array = enter,
    .yajl_end_array = leave,
};

static enum dpi_status parse(struct reading *r, struct lines *l, struct dpi_err *err)
{
    const char *line;
    size_t n;
    enum dpi_status st = DPI_OK;
    yajl_status got = yajl_status_ok;
    yajl_handle parser = yajl_alloc(&callbacks, NULL, r);
    while (got == yajl_status_ok && (st = lines_next(l, &line, &n, err)) == DPI_OK)
        got = yajl_parse(parser, (const unsigned char *)line, n);
    if (st == DPI_END)
        got = yajl_complete_parse(parser);
    yajl_free(parser);
    if (st != DPI_OK && st != DPI_END)
        return st;
    bool summary = r->type && strcmp(r->type, "summary") == 0 && r->versions->tool;
    if (got != yajl_status_ok || !summary)
        return dpi_fail(err, DPI_INPUT, "not what dpitool classify -o summary-json writes, or cut off");
    return DPI_OK;
}

enum dpi_status results_versions_open(struct results_versions *v, const char *path, struct dpi_err *err)
{
    struct dpi_err why;
    struct reading r = {.versions = v};
    struct lines l = {0};
    *v = (struct results_versions){0};
    DPI_TRY(source_open(&l.source, path, err));
    enum dpi_status st = parse(&r, &l, &why);
    if (st != DPI_OK)
        dpi_fail(err, st, "%s:%" PRIu64 ": %s", path, l.number, why.msg);
    free(r.type);
    lines_free(&l);
    source_close(l.source);
    return st;
}

void results_versions_free(struct results_versions *v)
{
    free(v->tool);
    free(v->detector);
    *v = (struct results_versions){0};
}
