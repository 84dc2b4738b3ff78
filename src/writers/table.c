/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - flows as a table on a screen.
 *
 * The columns are as wide as what they hold: with top, all rows are held anyway; else the first rows are held
 * until their widths are known, and the others follow at once. */
#include "dpitool/writer.h"

#include <stdlib.h>

#include "util/xalloc.h"
#include "writers/layout.h"
#include "writers/output.h"
#include "writers/paint.h"
#include "writers/top.h"

enum {
    SAMPLE = 500,      /* rows that decide the widths of a table without top */
    TEXT_LEAST = 6,    /* columns of a text that say something */
    OPTIONAL_LEAST = 20,
    ADDR_LEAST = 15,   /* an IPv4 address */
    ADDR_USUAL = 25,   /* an IPv6 address that still says which */
    ROOMY_SCREEN = 140 /* from here on two blanks stand between columns */
};

/* What the head of a column says where the field's name is longer than what stands below. */
static const struct title {
    enum dpi_field_id field;
    const char *title;
} titles[] = {
    {DPI_FIELD_flow_id, "flow"},          {DPI_FIELD_first_seen, "first_seen (UTC)"},
    {DPI_FIELD_transport, "L4"},          {DPI_FIELD_src_port, "port"},
    {DPI_FIELD_dst_port, "port"},         {DPI_FIELD_classified_by, "by"},
    {DPI_FIELD_packets_total, "packets"}, {DPI_FIELD_bytes_total, "bytes"},
};

struct table {
    struct dpi_writer_config cfg;
    struct layout_column *columns; /* those of cfg.columns */
    unsigned gap;
    struct top held; /* with top: in its order; else as they came */
    bool started;    /* the widths are known and the head is written */
    uint64_t seen;
    struct paint paint;
};

/* --- cells -------------------------------------------------------------------------------------------- */

static bool is_number(const struct dpi_field *f)
{
    return f->kind == DPI_U64 || f->kind == DPI_SPAN;
}

static struct dpi_text title_of(const struct dpi_field *f)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (f == &dpi_fields[titles[i].field])
            return dpi_text_of(titles[i].title);
    return dpi_text_of(f->name);
}

/* "2026-11-21 09:11:39.123456": what lies below a microsecond is in the other outputs. */
static struct dpi_text time_cell(char out[static DPI_SCALAR_MAX], const struct dpi_value *v)
{
    size_t n = dpi_scalar_text(out, v);
    if (v->kind == DPI_TIME) {
        out[strcspn(out, "T")] = ' ';
        n -= strlen("000Z");
    } else if (v->kind == DPI_SPAN) {
        n -= strlen("000");
    }
    return (struct dpi_text){out, n};
}

static struct dpi_text joined(struct buf *b, const struct dpi_text *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_char(b, ',');
        buf_add(b, v[i].p, v[i].n);
    }
    return (struct dpi_text){b->n ? b->p : "", b->n};
}

/* What a cell says, not yet safe. Borrows from r or from scratch. */
struct scratch {
    char scalar[DPI_SCALAR_MAX], cut[PAINT_SHORT_MAX];
    struct buf list;
};

static struct dpi_text cell_text(struct scratch *s, const struct dpi_field *f, const struct dpi_record *r,
                                 unsigned max)
{
    struct dpi_value v = dpi_field_get(f, r);
    s->list.n = 0;
    if (v.kind == DPI_ABSENT)
        return (struct dpi_text){"", 0};
    if (v.kind == DPI_TEXT)
        return v.text;
    if (v.kind == DPI_LIST)
        return joined(&s->list, v.list.v, v.list.n);
    return paint_shorten(s->cut, time_cell(s->scalar, &v), v.kind == DPI_ADDR ? max : 0);
}

/* --- widths ------------------------------------------------------------------------------------------- */

static unsigned natural_width(const struct table *t, const struct dpi_field *f)
{
    struct scratch s = {.list = {0}};
    unsigned widest = paint_width(title_of(f));
    for (size_t i = 0; i < t->held.n; i++) {
        unsigned w = paint_width(cell_text(&s, f, t->held.v[i], 0));
        widest = w > widest ? w : widest;
    }
    buf_free(&s.list);
    return widest;
}

static unsigned min_u(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static void measure(const struct table *t, const struct dpi_field *f, struct layout_column *c)
{
    unsigned title = paint_width(title_of(f));
    c->natural = c->usual = c->least = natural_width(t, f);
    c->show = f->show;
    if (f->kind == DPI_TEXT || f->kind == DPI_LIST) {
        c->usual = min_u(c->natural, f->width > title ? f->width : title);
        c->least = min_u(c->usual, f->show > 1 ? OPTIONAL_LEAST : TEXT_LEAST);
    } else if (f->kind == DPI_ADDR) {
        c->usual = min_u(c->natural, ADDR_USUAL);
        c->least = min_u(c->natural, ADDR_LEAST);
    }
}

static void set_widths(struct table *t)
{
    const struct dpi_columns *fields = &t->cfg.columns;
    for (size_t i = 0; i < fields->n; i++)
        measure(t, fields->v[i], &t->columns[i]);
    t->gap = t->cfg.width && t->cfg.width < ROOMY_SCREEN ? 1 : 2;
    layout(t->columns, fields->n, t->gap, t->cfg.width);
}

/* --- lines -------------------------------------------------------------------------------------------- */

static enum dpi_status end_line(struct table *t, struct dpi_err *err)
{
    while (t->paint.line.n && t->paint.line.p[t->paint.line.n - 1] == ' ')
        t->paint.line.n--;
    buf_char(&t->paint.line, '\n');
    return output_buf(t->cfg.out, &t->paint.line, err);
}

/* Without a screen a cell that is wider than its column shifts the rest of its line: better than a cut one. */
static void put_cell(struct table *t, size_t i, enum paint_style style, struct dpi_text text)
{
    const struct dpi_field *f = t->cfg.columns.v[i];
    unsigned width = t->columns[i].width;
    if (i > 0)
        paint_spaces(&t->paint, t->gap);
    if (t->cfg.width == 0 && paint_width(text) > width)
        paint_text(&t->paint, style, text, 0);
    else if (is_number(f))
        paint_right(&t->paint, style, text, width);
    else
        paint_left(&t->paint, style, text, width);
}

static enum dpi_status put_head(struct table *t, struct dpi_err *err)
{
    for (size_t i = 0; i < t->cfg.columns.n; i++)
        if (t->columns[i].width)
            put_cell(t, i, PAINT_HEAD, title_of(t->cfg.columns.v[i]));
    return end_line(t, err);
}

static enum paint_style style_of(const struct dpi_field *f, struct dpi_text cell)
{
    bool unknown = f == &dpi_fields[DPI_FIELD_protocol] && dpi_text_eq(cell, dpi_text_of("Unknown"));
    return unknown ? PAINT_DIM : PAINT_PLAIN;
}

static enum dpi_status put_row(struct table *t, const struct dpi_record *r, struct dpi_err *err)
{
    struct scratch s = {.list = {0}};
    for (size_t i = 0; i < t->cfg.columns.n; i++) {
        const struct dpi_field *f = t->cfg.columns.v[i];
        if (t->columns[i].width == 0)
            continue;
        struct dpi_text cell = cell_text(&s, f, r, t->cfg.width ? t->columns[i].width : 0);
        put_cell(t, i, style_of(f, cell), cell);
    }
    buf_free(&s.list);
    return end_line(t, err);
}

static enum dpi_status start(struct table *t, struct dpi_err *err)
{
    t->started = true;
    top_sort(&t->held);
    set_widths(t);
    if (t->cfg.gap)
        buf_char(&t->paint.line, '\n');
    DPI_TRY(put_head(t, err));
    for (size_t i = 0; i < t->held.n; i++)
        DPI_TRY(put_row(t, t->held.v[i], err));
    top_free(&t->held);
    return DPI_OK;
}

/* --- what is not in the table ------------------------------------------------------------------------- */

static enum dpi_status put_note(struct table *t, struct dpi_text note, struct dpi_err *err)
{
    paint_wrapped(&t->paint, PAINT_DIM, note, 2, t->cfg.width);
    return output_buf(t->cfg.out, &t->paint.line, err);
}

static enum dpi_status note_rows(struct table *t, size_t shown, struct dpi_err *err)
{
    char number[PAINT_NUMBER_MAX];
    struct buf b = {0};
    buf_str(&b, paint_number(number, shown).p);
    buf_str(&b, " of ");
    buf_str(&b, paint_number(number, t->seen).p);
    buf_str(&b, " flows, by ");
    buf_str(&b, t->cfg.sort->name);
    buf_str(&b, "; --all shows them all");
    enum dpi_status st = put_note(t, (struct dpi_text){b.p, b.n}, err);
    buf_free(&b);
    return st;
}

static enum dpi_status note_columns(struct table *t, struct dpi_err *err)
{
    struct buf b = {0};
    enum dpi_status st = DPI_OK;
    for (size_t i = 0; i < t->cfg.columns.n; i++) {
        if (t->columns[i].width)
            continue;
        buf_str(&b, b.n ? ", " : "not shown for want of width: ");
        buf_str(&b, t->cfg.columns.v[i]->name);
    }
    if (b.n)
        st = put_note(t, (struct dpi_text){b.p, b.n}, err);
    buf_free(&b);
    return st;
}

/* --- the writer --------------------------------------------------------------------------------------- */

static enum dpi_status table_open(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err)
{
    struct table *t = xcalloc(1, sizeof(*t));
    (void)err;
    t->cfg = *cfg;
    t->columns = xcalloc(cfg->columns.n, sizeof(*t->columns));
    t->held = (struct top){.sort = cfg->top ? cfg->sort : NULL, .max = cfg->top ? cfg->top : SAMPLE};
    t->paint.colour = cfg->colour;
    *state = t;
    return DPI_OK;
}

static enum dpi_status table_record(void *state, const struct dpi_record *r, struct dpi_err *err)
{
    struct table *t = state;
    t->seen++;
    if (t->started)
        return put_row(t, r, err);
    top_add(&t->held, r);
    return t->cfg.top || t->held.n < SAMPLE ? DPI_OK : start(t, err);
}

static enum dpi_status table_finish(void *state, const struct dpi_run *run, struct dpi_err *err)
{
    struct table *t = state;
    size_t held = t->held.n;
    (void)run;
    if (t->seen > 0 && !t->started)
        DPI_TRY(start(t, err));
    if (t->cfg.top && t->seen > held)
        DPI_TRY(note_rows(t, held, err));
    DPI_TRY(t->seen > 0 ? note_columns(t, err) : put_note(t, dpi_text_of("no flows"), err));
    return output_flush(t->cfg.out, err);
}

static void table_free(void *state)
{
    struct table *t = state;
    if (!t)
        return;
    top_free(&t->held);
    free(t->columns);
    buf_free(&t->paint.line);
    free(t);
}

const struct dpi_writer_ops dpi_table_writer = {
    .name = "table",
    .summary = "aligned columns for a screen",
    .wants_records = true,
    .open = table_open,
    .record = table_record,
    .finish = table_finish,
    .free = table_free,
};
