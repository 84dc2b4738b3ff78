/* SPDX-License-Identifier: BSD-2-Clause */
/* csv_in.c - a header and one row a flow, with libcsv; what src/writers/csv.c did to texts is undone. */
#include "results/formats.h"

#include <csv.h>
#include <stdlib.h>

#include "util/xalloc.h"

struct csv_in {
    struct flows *flows;
    struct lines *lines;
    unsigned *columns; /* of the header */
    size_t n_columns, cell;
    bool in_header, seen[RESULTS_COLUMNS];
    struct buf text;
    enum dpi_status status;
    struct dpi_err *err;
};

/* --- texts -------------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_utf8(struct buf *b, uint32_t cp)
{
    if (cp < 0x80) {
        buf_char(b, (char)cp);
        return;
    }
    unsigned more = cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    buf_char(b, (char)(lead[more] | cp >> 6 * more));
    while (more-- > 0)
        buf_char(b, (char)(0x80 | (cp >> 6 * more & 0x3f)));
}

/* The escape at p, \xNN or \u{NNNN}: its length, or 0 when there is none. */
static size_t escape_at(const char *p, size_t n, uint32_t *cp)
{
    size_t at = 3;
    int digit;
    *cp = 0;
    if (n >= 4 && p[1] == 'x' && hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0) {
        *cp = (uint32_t)(hex_digit(p[2]) << 4 | hex_digit(p[3]));
        return 4;
    }
    if (n < 5 || p[1] != 'u' || p[2] != '{')
        return 0;
    for (; at < n && at < 9 && (digit = hex_digit(p[at])) >= 0; at++)
        *cp = *cp << 4 | (uint32_t)digit;
    return at > 3 && at < n && p[at] == '}' && *cp <= 0x10ffff ? at + 1 : 0;
}

static void unescape(struct buf *b, const char *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        size_t length = p[i] == '\\' ? escape_at(p + i, n - i, &cp) : 0;
        if (length)
            add_utf8(b, cp);
        else
            buf_char(b, p[i]);
        i += length ? length : 1;
    }
}

static void unescape_list(struct buf *b, const char *p, size_t n)
{
    struct buf one = {0};
    for (const char *end = p + n;; p++) {
        const char *next = memchr(p, ';', (size_t)(end - p));
        size_t length = (size_t)((next ? next : end) - p);
        one.n = 0;
        unescape(&one, p, length);
        flows_list_text(b, one.p, one.n);
        p += length;
        if (!next)
            break;
        buf_char(b, ';');
    }
    buf_free(&one);
}

static enum dpi_status set_text(struct csv_in *c, unsigned column, const char *p, size_t n)
{
    bool raw = c->flows->options->csv_raw;
    c->text.n = 0;
    if (!raw && n && *p == '\'') {
        p++;
        n--;
    }
    if (raw)
        buf_add(&c->text, p, n);
    else if (!memchr(p, '\\', n))
        return flows_set(c->flows, column, p, n, c->err);
    else if (flows_kind(column) == DPI_LIST)
        unescape_list(&c->text, p, n);
    else
        unescape(&c->text, p, n);
    return flows_set(c->flows, column, c->text.n ? c->text.p : "", c->text.n, c->err);
}

/* --- rows --------------------------------------------------------------------------------------------- */

static enum dpi_status add_column(struct csv_in *c, const char *p, size_t n)
{
    unsigned column;
    DPI_TRY(flows_column(c->flows, p, n, false, &column, c->err));
    if (column != FLOWS_LEFT_OUT && c->seen[column])
        return dpi_fail(c->err, DPI_INPUT, "the column %.*s is there twice", (int)n, p);
    c->columns = xrealloc(c->columns, c->n_columns + 1, sizeof(*c->columns));
    c->columns[c->n_columns++] = column;
    if (column != FLOWS_LEFT_OUT)
        c->seen[column] = c->flows->results->has[column] = true;
    return DPI_OK;
}

/* p is NULL for a bare empty cell. */
static enum dpi_status add_cell(struct csv_in *c, const char *p, size_t n)
{
    if (c->in_header)
        return add_column(c, p ? p : "", n);
    if (c->cell == c->n_columns)
        return dpi_fail(c->err, DPI_INPUT, "more cells than the %zu columns of the header", c->n_columns);
    unsigned column = c->columns[c->cell++];
    /* One absent cell alone is quoted, for else the line would be empty. */
    if (!p || column == FLOWS_LEFT_OUT || (n == 0 && c->n_columns == 1))
        return DPI_OK;
    enum dpi_kind kind = flows_kind(column);
    if (kind == DPI_TEXT || kind == DPI_LIST)
        return set_text(c, column, p, n);
    return flows_set(c->flows, column, p, n, c->err);
}

static void on_cell(void *p, size_t n, void *ctx)
{
    struct csv_in *c = ctx;
    if (c->status == DPI_OK)
        c->status = add_cell(c, p, n);
}

static enum dpi_status end_row(struct csv_in *c)
{
    if (c->cell < c->n_columns)
        return dpi_fail(c->err, DPI_INPUT, "%zu cells, and the header has %zu columns: cut off, or not of dpitool",
                        c->cell, c->n_columns);
    DPI_TRY(flows_end(c->flows, c->err));
    c->cell = 0;
    flows_begin(c->flows, c->lines->number + 1);
    return DPI_OK;
}

static void on_row(int unused, void *ctx)
{
    struct csv_in *c = ctx;
    (void)unused;
    if (c->status != DPI_OK)
        return;
    if (!c->in_header)
        c->status = end_row(c);
    else
        flows_begin(c->flows, c->lines->number + 1);
    c->in_header = false;
}

/* --- the file ----------------------------------------------------------------------------------------- */

/* What stands behind the first name of the header: a line end when there is one column. */
static char delimiter_of(const char *line, size_t n)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    for (size_t i = 0; i < n; i++)
        if (!memchr(letters, line[i], sizeof(letters) - 1))
            return line[i] == '\r' || line[i] == '\n' || line[i] == '"' ? ',' : line[i];
    return ',';
}

static enum dpi_status parse_line(struct csv_in *c, struct csv_parser *parser, const char *line, size_t n)
{
    bool whole = csv_parse(parser, line, n, on_cell, on_row, c) == n;
    DPI_TRY(c->status);
    if (!whole)
        return dpi_fail(c->err, DPI_INPUT, "no CSV: %s", csv_strerror(csv_error(parser)));
    return DPI_OK;
}

static enum dpi_status parse(struct csv_in *c, struct csv_parser *parser, const char *line, size_t n)
{
    enum dpi_status st = DPI_OK;
    char last = '\n';
    while (st == DPI_OK) {
        last = line[n - 1];
        DPI_TRY(parse_line(c, parser, line, n));
        st = lines_next(c->lines, &line, &n, c->err);
    }
    if (st != DPI_END)
        return st;
    if (last != '\n' || csv_fini(parser, on_cell, on_row, c) != 0) {
        c->lines->number--;
        return dpi_fail(c->err, DPI_INPUT, "the results are cut off: the last line does not end");
    }
    return c->status;
}

enum dpi_status results_csv(struct flows *f, struct lines *l, const char *line, size_t n, struct dpi_err *err)
{
    struct csv_in c = {.flows = f, .lines = l, .in_header = true, .err = err};
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
    csv_set_delim(&parser, (unsigned char)delimiter_of(line, n));
    enum dpi_status st = parse(&c, &parser, line, n);
    csv_free(&parser);
    buf_free(&c.text);
    free(c.columns);
    return st;
}
