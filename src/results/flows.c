/* SPDX-License-Identifier: BSD-2-Clause */
/* flows.c - columns by their names, values by their kinds, and flows as one piece of text each. */
#include "results/flows.h"

#include "results/decimal.h"
#include "util/nearest.h"
#include "util/when.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

static const char HEX[] = "_hex";

/* --- columns ------------------------------------------------------------------------------------------ */

static const struct dpi_field *field_of(unsigned column)
{
    return &dpi_fields[column % DPI_FIELD_COUNT];
}

const char *results_column(char out[static RESULTS_NAME_MAX], unsigned column)
{
    snprintf(out, RESULTS_NAME_MAX, "%s%s", field_of(column)->name, column < DPI_FIELD_COUNT ? "" : HEX);
    return out;
}

enum dpi_kind flows_kind(unsigned column)
{
    return field_of(column)->kind;
}

void flows_init(struct flows *f, struct results *r, const struct results_options *o)
{
    *f = (struct flows){.results = r, .options = o, .last = DPI_FIELD_COUNT - 1};
    for (unsigned i = 0; i < DPI_FIELD_COUNT; i++)
        f->lengths[i] = (uint8_t)strlen(dpi_fields[i].name);
}

/* Columns come in the order of the fields but for what is absent: the next one is near. */
static unsigned find_field(struct flows *f, const char *name, size_t n)
{
    for (unsigned i = 1; i <= DPI_FIELD_COUNT; i++) {
        unsigned field = f->last + i < DPI_FIELD_COUNT ? f->last + i : f->last + i - DPI_FIELD_COUNT;
        if (f->lengths[field] == n && memcmp(dpi_fields[field].name, name, n) == 0)
            return f->last = field;
    }
    return DPI_FIELD_COUNT;
}

static bool left_out(const struct results_options *o, const char *name, size_t n)
{
    for (size_t i = 0; i < o->n_leave_out; i++)
        if (strlen(o->leave_out[i]) == n && memcmp(o->leave_out[i], name, n) == 0)
            return o->was_there[i] = true;
    return false;
}

static const char *field_name_at(size_t i, void *unused)
{
    (void)unused;
    return i < DPI_FIELD_COUNT ? dpi_fields[i].name : NULL;
}

static enum dpi_status no_column(const char *name, size_t n, struct dpi_err *err)
{
    const char *meant = nearest(name, n, field_name_at, NULL);
    return dpi_fail(err, DPI_INPUT,
                    "'%.*s' is no field of dpitool %s, so this is of another version or program%s%s%s",
                    (int)(n < 64 ? n : 64), name, DPITOOL_VERSION, meant ? "; the nearest one is " : "",
                    meant ? meant : "", n ? "; --ignore leaves a column out" : "");
}

enum dpi_status flows_column(struct flows *f, const char *name, size_t n, bool twins, unsigned *column,
                             struct dpi_err *err)
{
    size_t hex = sizeof(HEX) - 1;
    unsigned field = find_field(f, name, n), twin = 0;
    if (field == DPI_FIELD_COUNT && twins && n > hex && memcmp(name + n - hex, HEX, hex) == 0) {
        field = find_field(f, name, n - hex);
        twin = DPI_FIELD_COUNT;
    }
    *column = field + twin;
    bool skipped = left_out(f->options, name, n);
    if (skipped)
        *column = FLOWS_LEFT_OUT;
    return skipped || field < DPI_FIELD_COUNT ? DPI_OK : no_column(name, n, err);
}

/* --- values ------------------------------------------------------------------------------------------- */

/* Writes the value as dpitool does; 0 when it is none. */
static size_t put_number(char out[static DPI_SCALAR_MAX], const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(p[i] - '0'), &v))
            return 0;
    return n ? dpi_u64_text(out, v) : 0;
}

static size_t put_time(char out[static DPI_SCALAR_MAX], const char *p, size_t n)
{
    char text[64];
    int64_t ns;
    if (n >= sizeof(text))
        return 0;
    memcpy(text, p, n);
    text[n] = '\0';
    return strchr(text, 'T') && when_parse(text, &ns) ? dpi_time_text(out, ns) : 0;
}

static size_t put_span(char out[static DPI_SCALAR_MAX], const char *p, size_t n)
{
    int64_t ns;
    return decimal_parse(p, n, &ns) ? dpi_span_text(out, ns) : 0;
}

static const struct {
    size_t (*put)(char out[static DPI_SCALAR_MAX], const char *p, size_t n); /* NULL: as it is */
    const char *expected;
} kinds[] = {
    [DPI_U64] = {put_number, "a number"},
    [DPI_TIME] = {put_time, "a time"},
    [DPI_SPAN] = {put_span, "a number of seconds"},
    [DPI_TEXT] = {NULL, NULL}, [DPI_ADDR] = {NULL, NULL}, [DPI_MAC] = {NULL, NULL}, [DPI_LIST] = {NULL, NULL},
};

void flows_list_text(struct buf *b, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool escape = p[i] == '\\' && i + 1 < n && (p[i + 1] == 'x' || p[i + 1] == 'u');
        if (p[i] == ';')
            buf_str(b, "\\x3b");
        else if (escape)
            buf_str(b, "\\x5c");
        else
            buf_char(b, p[i]);
    }
}

/* --- flows -------------------------------------------------------------------------------------------- */

void flows_begin(struct flows *f, uint64_t line)
{
    f->line = line;
    f->text.n = 0;
    memset(f->cells, 0, sizeof(f->cells));
}

enum dpi_status flows_set(struct flows *f, unsigned column, const char *p, size_t n, struct dpi_err *err)
{
    char scalar[DPI_SCALAR_MAX], name[RESULTS_NAME_MAX];
    struct flows_cell *cell = &f->cells[column];
    enum dpi_kind kind = column < DPI_FIELD_COUNT ? flows_kind(column) : DPI_TEXT;
    if (cell->n)
        return dpi_fail(err, DPI_INPUT, "%s is there twice", results_column(name, column));
    if (f->text.n > FLOWS_TEXT_MAX || n > FLOWS_TEXT_MAX)
        return dpi_fail(err, DPI_INPUT, "a flow of more than %d MiB", FLOWS_TEXT_MAX >> 20);
    cell->at = (uint32_t)f->text.n;
    if (kinds[kind].put) {
        size_t length = kinds[kind].put(scalar, p, n);
        if (!length)
            return dpi_fail(err, DPI_INPUT, "%s is %s, not '%.*s'", results_column(name, column), kinds[kind].expected,
                            (int)(n < 64 ? n : 64), p);
        p = scalar;
        n = length;
    }
    buf_add(&f->text, p, n);
    buf_char(&f->text, '\0');
    cell->n = (uint32_t)(n + 1);
    return DPI_OK;
}

static unsigned columns_used(const struct flows *f)
{
    unsigned n = RESULTS_COLUMNS;
    while (n && !f->cells[n - 1].n)
        n--;
    return n;
}

static void lay_out(struct flows *f, struct results_flow *flow)
{
    unsigned n = columns_used(f);
    uint32_t at = 0, *ends = arena_alloc(&f->results->arena, n * sizeof(*ends));
    char *text = arena_alloc(&f->results->arena, f->text.n + 1);
    for (unsigned i = 0; i < n; i++) {
        const struct flows_cell *cell = &f->cells[i];
        if (cell->n)
            memcpy(text + at, f->text.p + cell->at, cell->n);
        at += cell->n;
        ends[i] = at;
    }
    *flow = (struct results_flow){.text = text, .ends = ends, .n = n, .line = f->line};
}

enum dpi_status flows_end(struct flows *f, struct dpi_err *err)
{
    struct results *r = f->results;
    const struct flows_cell *type = &f->cells[DPI_FIELD_type];
    if (type->n && strcmp(f->text.p + type->at, "flow") != 0)
        return dpi_fail(err, DPI_INPUT, "its type is %s, not flow", f->text.p + type->at);
    if (r->n == r->room) {
        r->room = r->room ? 2 * r->room : 256;
        r->flows = xrealloc(r->flows, r->room, sizeof(*r->flows));
    }
    lay_out(f, &r->flows[r->n++]);
    return DPI_OK;
}

void flows_free(struct flows *f)
{
    buf_free(&f->text);
}
