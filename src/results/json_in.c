/* SPDX-License-Identifier: BSD-2-Clause */
/* json_in.c - one object a flow, with yajl's streaming parser. An object may take several lines. */
#include "results/formats.h"

#include <yajl/yajl_parse.h>

struct json_in {
    struct flows *flows;
    struct lines *lines;
    unsigned column;
    bool in_flow, in_list;
    struct buf list;
    size_t texts; /* in the list so far */
    struct dpi_err *err; /* filled when a callback gives up */
};

static int go_on(enum dpi_status st)
{
    return st == DPI_OK;
}

static int fail(struct json_in *j, const char *what)
{
    char name[RESULTS_NAME_MAX];
    if (j->in_flow)
        dpi_fail(j->err, DPI_INPUT, "%s is %s, which dpitool does not write there", results_column(name, j->column),
                 what);
    else
        dpi_fail(j->err, DPI_INPUT, "%s stands where an object is expected, one for each flow", what);
    return 0;
}

static bool skipped(const struct json_in *j)
{
    return j->in_flow && j->column == FLOWS_LEFT_OUT;
}

static int on_map(void *ctx)
{
    struct json_in *j = ctx;
    if (j->in_flow)
        return fail(j, "an object");
    j->in_flow = true;
    flows_begin(j->flows, j->lines->number);
    return 1;
}

static int on_map_end(void *ctx)
{
    struct json_in *j = ctx;
    j->in_flow = false;
    return go_on(flows_end(j->flows, j->err));
}

static int on_key(void *ctx, const unsigned char *key, size_t n)
{
    struct json_in *j = ctx;
    return go_on(flows_column(j->flows, (const char *)key, n, true, &j->column, j->err));
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
    struct json_in *j = ctx;
    if (skipped(j))
        return 1;
    if (!j->in_flow)
        return fail(j, "a text");
    if (j->in_list) {
        if (j->texts++)
            buf_char(&j->list, ';');
        flows_list_text(&j->list, (const char *)s, n);
        return j->list.n < FLOWS_TEXT_MAX || fail(j, "a list without end");
    }
    enum dpi_kind kind = flows_kind(j->column);
    if (kind == DPI_U64 || kind == DPI_SPAN || kind == DPI_LIST)
        return fail(j, "a text");
    return go_on(flows_set(j->flows, j->column, (const char *)s, n, j->err));
}

static int on_number(void *ctx, const char *p, size_t n)
{
    struct json_in *j = ctx;
    if (skipped(j))
        return 1;
    enum dpi_kind kind = j->in_flow && !j->in_list && j->column < DPI_FIELD_COUNT ? flows_kind(j->column) : DPI_TEXT;
    if (kind != DPI_U64 && kind != DPI_SPAN)
        return fail(j, "a number");
    return go_on(flows_set(j->flows, j->column, p, n, j->err));
}

static int on_array(void *ctx)
{
    struct json_in *j = ctx;
    if (skipped(j))
        return 1;
    if (!j->in_flow || j->in_list || flows_kind(j->column) != DPI_LIST)
        return fail(j, "a list");
    j->in_list = true;
    j->list.n = j->texts = 0;
    return 1;
}

static int on_array_end(void *ctx)
{
    struct json_in *j = ctx;
    if (skipped(j))
        return 1;
    j->in_list = false;
    return go_on(flows_set(j->flows, j->column, j->list.n ? j->list.p : "", j->list.n, j->err));
}

static int on_null(void *ctx)
{
    return skipped(ctx) ? 1 : fail(ctx, "null");
}

static int on_boolean(void *ctx, int unused)
{
    (void)unused;
    return skipped(ctx) ? 1 : fail(ctx, "true or false");
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

/* yajl's message in one line. */
static enum dpi_status not_json(struct json_in *j, yajl_handle parser)
{
    unsigned char *why = yajl_get_error(parser, 0, NULL, 0);
    dpi_fail(j->err, DPI_INPUT, "no JSON: %.*s", (int)strcspn((const char *)why, "\n"), (const char *)why);
    yajl_free_error(parser, why);
    return DPI_INPUT;
}

static enum dpi_status finish(struct json_in *j, yajl_handle parser)
{
    j->lines->number--; /* there was no such line */
    if (j->in_flow || yajl_complete_parse(parser) != yajl_status_ok)
        return dpi_fail(j->err, DPI_INPUT, "the results are cut off: the object of a flow does not end");
    return DPI_OK;
}

static enum dpi_status parse(struct json_in *j, yajl_handle parser, const char *line, size_t n)
{
    enum dpi_status st = DPI_OK;
    while (st == DPI_OK) {
        yajl_status got = yajl_parse(parser, (const unsigned char *)line, n);
        if (got == yajl_status_error)
            return not_json(j, parser);
        if (got != yajl_status_ok)
            return j->err->code;
        st = lines_next(j->lines, &line, &n, j->err);
    }
    return st == DPI_END ? finish(j, parser) : st;
}

/* Of json an absent value has no key; the fields that every flow has tell whether all were asked for. */
static void note_columns(struct results *r)
{
    r->all_fields = true;
    for (size_t i = 0; i < r->n; i++)
        for (unsigned c = 0; c < r->flows[i].n; c++)
            r->has[c] |= results_cell(&r->flows[i], c).p != NULL;
    for (unsigned c = 0; c < DPI_FIELD_COUNT; c++)
        r->all_fields &= !dpi_fields[c].always || r->has[c];
    r->all_fields |= r->n == 0;
}

enum dpi_status results_json(struct flows *f, struct lines *l, const char *line, size_t n, struct dpi_err *err)
{
    struct json_in j = {.flows = f, .lines = l, .err = err};
    yajl_handle parser = yajl_alloc(&callbacks, NULL, &j);
    yajl_config(parser, yajl_allow_multiple_values, 1);
    enum dpi_status st = parse(&j, parser, line, n);
    yajl_free(parser);
    buf_free(&j.list);
    f->results->json = true;
    note_columns(f->results);
    return st;
}
