/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - one object a line (ndjson): a key a field, in the order of the columns; absent values have none.
 *
 * yajl makes the keys once, and every member that has anything to escape or to check. The others, nearly all, are put
 * together here: for them yajl would look at each byte of keys and values twice. */
#include "dpitool/writer.h"

#include <stdlib.h>

#include "util/xalloc.h"
#include "writers/json_gen.h"
#include "writers/output.h"

struct json_state {
    FILE *out;
    struct dpi_columns columns;
    struct buf *keys; /* of each column, with the comma in front and the colon behind */
    struct json json; /* for one member at a time */
    struct buf row;
};

/* ,"name": */
static void make_key(struct json_state *s, size_t i)
{
    struct buf *text;
    json_string(&s->json, s->columns.v[i]->name);
    json_restart(&s->json);
    text = json_out(&s->json);
    buf_char(&s->keys[i], ',');
    buf_add(&s->keys[i], text->p, text->n);
    buf_char(&s->keys[i], ':');
    text->n = 0;
}

static enum dpi_status json_open(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err)
{
    struct json_state *s = xcalloc(1, sizeof(*s));
    (void)err;
    s->out = cfg->out;
    s->columns = cfg->columns;
    json_init(&s->json, false);
    s->keys = xcalloc(s->columns.n, sizeof(*s->keys));
    for (size_t i = 0; i < s->columns.n; i++)
        make_key(s, i);
    *state = s;
    return DPI_OK;
}

/* An object of this member alone, without its braces. */
static void add_by_yajl(struct json_state *s, const char *name, const struct dpi_value *v)
{
    json_map(&s->json);
    json_member(&s->json, name, v);
    json_map_end(&s->json);
    json_restart(&s->json);
    struct buf *text = json_out(&s->json);
    buf_char(&s->row, ',');
    buf_add(&s->row, text->p + 1, text->n - 2);
    text->n = 0;
}

static void add_quoted(struct buf *row, const char *p, size_t n)
{
    char *at = buf_room(row, n + 2);
    at[0] = at[n + 1] = '"';
    memcpy(at + 1, p, n);
    row->n += n + 2;
}

static bool is_plain(const struct dpi_value *v)
{
    if (v->kind == DPI_TEXT)
        return json_is_plain(v->text);
    for (size_t i = 0; v->kind == DPI_LIST && i < v->list.n; i++)
        if (!json_is_plain(v->list.v[i]))
            return false;
    return true;
}

static void add_list(struct buf *row, const struct dpi_text *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_char(row, i ? ',' : '[');
        add_quoted(row, v[i].p, v[i].n);
    }
    buf_char(row, ']');
}

/* Times and addresses have only digits, letters, and what stands between them. */
static void add_scalar(struct buf *row, const struct dpi_value *v)
{
    bool quoted = !json_is_number(v);
    char *at = buf_room(row, DPI_SCALAR_MAX + 2);
    at[0] = '"'; /* or is written over */
    size_t n = dpi_scalar_text(at + quoted, v);
    if (quoted)
        at[n + 1] = '"';
    row->n += n + 2 * quoted;
}

static void add_member(struct json_state *s, size_t column, const struct dpi_value *v)
{
    struct buf *row = &s->row;
    if (!is_plain(v)) {
        add_by_yajl(s, s->columns.v[column]->name, v);
        return;
    }
    buf_add(row, s->keys[column].p, s->keys[column].n);
    if (v->kind == DPI_TEXT)
        add_quoted(row, v->text.p, v->text.n);
    else if (v->kind == DPI_LIST)
        add_list(row, v->list.v, v->list.n);
    else
        add_scalar(row, v);
}

static enum dpi_status json_record(void *state, const struct dpi_record *r, struct dpi_err *err)
{
    struct json_state *s = state;
    size_t attr = 0;
    for (size_t i = 0; i < s->columns.n; i++) {
        struct dpi_value room;
        const struct dpi_value *v = dpi_record_next(r, s->columns.v[i], &attr, &room);
        if (v && v->kind != DPI_ABSENT)
            add_member(s, i, v);
    }
    if (s->row.n == 0)
        buf_char(&s->row, ',');
    s->row.p[0] = '{'; /* in place of the first comma */
    buf_str(&s->row, "}\n");
    return output_buf(s->out, &s->row, err);
}

static enum dpi_status json_finish(void *state, const struct dpi_run *run, struct dpi_err *err)
{
    const struct json_state *s = state;
    (void)run;
    return output_flush(s->out, err);
}

static void json_free_state(void *state)
{
    struct json_state *s = state;
    if (!s)
        return;
    for (size_t i = 0; i < s->columns.n; i++)
        buf_free(&s->keys[i]);
    free(s->keys);
    buf_free(&s->row);
    json_free(&s->json);
    free(s);
}

const struct dpi_writer_ops dpi_json_writer = {
    .name = "json",
    .summary = "one JSON object a line and flow",
    .all_columns = true,
    .wants_records = true,
    .open = json_open,
    .record = json_record,
    .finish = json_finish,
    .free = json_free_state,
};
