/* SPDX-License-Identifier: BSD-2-Clause */
/* csv.c - RFC 4180: a header, then one line a flow. libcsv quotes.
 *
 * Numbers, times and addresses are bare, texts and lists quoted, absent values bare and empty, the values of a
 * list joined by ";". What a reader, a spreadsheet or a terminal would act on is written so that it can be
 * undone (but not with --csv-raw), in this order:
 *   1. A text that could start a formula, that would be read as another number or as a date, or that starts with
 *      an apostrophe, has an apostrophe in front.
 *   2. A character that utf8_unsafe names, line ends and NUL among them, is \xNN or \u{NNNN}; so are a ";" in a
 *      value of a list and a backslash that would read as the start of one of these.
 * A byte that is not UTF-8 is U+FFFD: JSON has the exact bytes. So a flow is always one line of valid UTF-8. */
#include "dpitool/writer.h"

#include <stdlib.h>

#include <csv.h>

#include "util/buf.h"
#include "util/escape.h"
#include "util/utf8.h"
#include "util/xalloc.h"
#include "writers/csv_guard.h"
#include "writers/output.h"

struct csv {
    FILE *out;
    struct dpi_columns columns;
    char delimiter;
    bool raw;
    struct buf row, cell;
};

/* --- text cells --------------------------------------------------------------------------------------- */

/* Bytes that are written as they are, in a list too: printable ASCII but for quotes, ";" and backslashes. */
static const bool is_plain[256] = {
    [' '] = true, ['!'] = true, ['#' ... ':'] = true, ['<' ... '['] = true, [']' ... '~'] = true,
};

static size_t plain(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && is_plain[(unsigned char)p[i]])
        i++;
    return i;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Whether the backslash at p would read as one of our escapes. */
static bool reads_as_escape(const char *p, size_t n)
{
    return (n >= 4 && p[1] == 'x' && is_hex(p[2]) && is_hex(p[3])) || (n >= 3 && p[1] == 'u' && p[2] == '{');
}

static void add_text(struct csv *c, const char *p, size_t n, bool in_list)
{
    struct buf *b = &c->cell;
    for (;;) {
        char escaped[ESCAPE_CHAR_MAX];
        size_t run = plain(p, n);
        buf_add(b, p, run);
        p += run;
        n -= run;
        if (n == 0)
            return;
        uint32_t cp;
        size_t len = utf8_decode(p, n, &cp);
        if (len == 0)
            buf_str(b, "\ufffd");
        else if (c->raw)
            buf_add(b, p, len);
        else if (utf8_unsafe(cp) || (cp == ';' && in_list) || (cp == '\\' && reads_as_escape(p, n)))
            buf_add(b, escaped, escape_char(escaped, cp));
        else
            buf_add(b, p, len);
        len = len ? len : 1;
        p += len;
        n -= len;
    }
}

/* Quotes what stands in c->cell and empties it. */
static void add_cell(struct csv *c)
{
    struct buf defused = {0};
    const struct buf *cell = &c->cell;
    if (!c->raw && csv_needs_apostrophe(cell->p, cell->n)) {
        buf_char(&defused, '\'');
        buf_add(&defused, cell->p, cell->n);
        cell = &defused;
    }
    size_t room = 2 * cell->n + 2; /* every byte a quote */
    char *at = buf_room(&c->row, room);
    c->row.n += csv_write2(at, room, cell->n ? cell->p : "", cell->n, '"');
    c->cell.n = 0;
    buf_free(&defused);
}

/* Most cells: what has nothing to quote or to defuse goes to the row at once. */
static bool add_plain_cell(struct csv *c, const struct dpi_text *t)
{
    if (t->n == 0 || plain(t->p, t->n) < t->n || (!c->raw && csv_needs_apostrophe(t->p, t->n)))
        return false;
    char *at = buf_room(&c->row, t->n + 2);
    at[0] = at[t->n + 1] = '"';
    memcpy(at + 1, t->p, t->n);
    c->row.n += t->n + 2;
    return true;
}

/* --- rows --------------------------------------------------------------------------------------------- */

static void add_list(struct csv *c, const struct dpi_text *v, size_t n)
{
    if (n == 1 && add_plain_cell(c, v))
        return;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_char(&c->cell, ';');
        add_text(c, v[i].p, v[i].n, true);
    }
    add_cell(c);
}

static void add_value(struct csv *c, const struct dpi_value *v)
{
    if (v->kind == DPI_TEXT) {
        if (add_plain_cell(c, &v->text))
            return;
        add_text(c, v->text.p, v->text.n, false);
        add_cell(c);
    } else if (v->kind == DPI_LIST) {
        add_list(c, v->list.v, v->list.n);
    } else {
        c->row.n += dpi_scalar_text(buf_room(&c->row, DPI_SCALAR_MAX), v);
    }
}

static enum dpi_status end_row(struct csv *c, struct dpi_err *err)
{
    /* An empty line is no row to most readers, so one absent cell alone looks like an empty text. */
    if (c->row.n == 0)
        buf_str(&c->row, "\"\"");
    buf_str(&c->row, "\r\n");
    return output_buf(c->out, &c->row, err);
}

static enum dpi_status csv_open(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err)
{
    struct csv *c = xcalloc(1, sizeof(*c));
    *state = c;
    c->out = cfg->out;
    c->columns = cfg->columns;
    c->delimiter = cfg->csv_delimiter ? cfg->csv_delimiter : ',';
    c->raw = cfg->csv_raw;
    if (cfg->csv_bom)
        buf_str(&c->row, "\ufeff");
    for (size_t i = 0; i < c->columns.n; i++) {
        if (i > 0)
            buf_char(&c->row, c->delimiter);
        buf_str(&c->row, c->columns.v[i]->name);
    }
    return end_row(c, err);
}

/* A delimiter in front of each value but the first: most cells are no more than that. */
static enum dpi_status csv_record(void *state, const struct dpi_record *r, struct dpi_err *err)
{
    struct csv *c = state;
    size_t attr = 0;
    char *at = buf_room(&c->row, c->columns.n);
    for (size_t i = 0; i < c->columns.n; i++) {
        struct dpi_value room;
        const struct dpi_value *v = dpi_record_next(r, c->columns.v[i], &attr, &room);
        if (i > 0)
            *at++ = c->delimiter;
        if (!v || v->kind == DPI_ABSENT)
            continue;
        c->row.n = (size_t)(at - c->row.p);
        add_value(c, v);
        at = buf_room(&c->row, c->columns.n);
    }
    c->row.n = (size_t)(at - c->row.p);
    return end_row(c, err);
}

static enum dpi_status csv_finish(void *state, const struct dpi_run *run, struct dpi_err *err)
{
    const struct csv *c = state;
    (void)run;
    return output_flush(c->out, err);
}

static void csv_free_state(void *state)
{
    struct csv *c = state;
    if (!c)
        return;
    buf_free(&c->row);
    buf_free(&c->cell);
    free(c);
}

const struct dpi_writer_ops dpi_csv_writer = {
    .name = "csv",
    .summary = "RFC 4180 with a header, one line a flow",
    .all_columns = true,
    .wants_records = true,
    .open = csv_open,
    .record = csv_record,
    .finish = csv_finish,
    .free = csv_free_state,
};
