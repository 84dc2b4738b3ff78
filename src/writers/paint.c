/* SPDX-License-Identifier: BSD-2-Clause */
/* paint.c - lines for a person to read. */
#include "writers/paint.h"

#include "util/escape.h"
#include "util/utf8.h"

/* A column may hold a wide character with its marks: 4 bytes each. */
enum { CELL_BYTES = PAINT_CELL_MAX * 20 };

static const char *const codes[] = {
    [PAINT_PLAIN] = "", [PAINT_HEAD] = "\033[1m", [PAINT_DIM] = "\033[2m", [PAINT_WARN] = "\033[33m",
    [PAINT_BAD] = "\033[31m",
};

static void begin(struct paint *p, enum paint_style style)
{
    if (p->colour)
        buf_str(&p->line, codes[style]);
}

static void end(struct paint *p, enum paint_style style)
{
    if (p->colour && style != PAINT_PLAIN)
        buf_str(&p->line, "\033[0m");
}

void paint_spaces(struct paint *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_char(&p->line, ' ');
}

void paint_str(struct paint *p, enum paint_style style, const char *s)
{
    begin(p, style);
    buf_str(&p->line, s);
    end(p, style);
}

static unsigned escape_cell(char out[static CELL_BYTES], struct dpi_text t, unsigned max)
{
    return escape_text(out, CELL_BYTES, t.p, t.n, max && max < PAINT_CELL_MAX ? max : PAINT_CELL_MAX);
}

unsigned paint_width(struct dpi_text t)
{
    char cell[CELL_BYTES];
    return escape_cell(cell, t, 0);
}

unsigned paint_text(struct paint *p, enum paint_style style, struct dpi_text t, unsigned max)
{
    char cell[CELL_BYTES];
    unsigned columns = escape_cell(cell, t, max);
    paint_str(p, style, cell);
    return columns;
}

void paint_left(struct paint *p, enum paint_style style, struct dpi_text t, unsigned width)
{
    unsigned used = paint_text(p, style, t, width);
    paint_spaces(p, used < width ? width - used : 0);
}

void paint_right(struct paint *p, enum paint_style style, struct dpi_text t, unsigned width)
{
    unsigned used = paint_width(t);
    paint_spaces(p, used < width ? width - used : 0);
    paint_text(p, style, t, width);
}

/* How much of a text that is safe already fits into max columns: up to its last blank there, if it has one. */
static size_t line_break(const char *s, size_t n, unsigned max)
{
    unsigned columns = 0;
    size_t at_blank = 0, i = 0;
    for (size_t len; i < n; i += len) {
        uint32_t cp = ' ';
        len = utf8_decode(s + i, n - i, &cp);
        columns += utf8_width(cp);
        if (columns > max && i > 0)
            return at_blank ? at_blank : i;
        if (cp == ' ')
            at_blank = i;
    }
    return n;
}

void paint_wrapped(struct paint *p, enum paint_style style, struct dpi_text t, unsigned indent, unsigned screen)
{
    enum { MESSAGE_BYTES = 4096, LEAST = 10 };
    char safe[MESSAGE_BYTES];
    escape_text(safe, sizeof(safe), t.p, t.n, 0);
    const char *s = safe;
    size_t left = strlen(safe);
    unsigned room = !screen ? UINT32_MAX : screen > indent + LEAST ? screen - indent : LEAST;
    do {
        size_t n = line_break(s, left, room);
        if (s != safe)
            paint_spaces(p, indent);
        begin(p, style);
        buf_add(&p->line, s, n);
        end(p, style);
        buf_char(&p->line, '\n');
        n += n < left && s[n] == ' ';
        s += n;
        left -= n;
    } while (left > 0);
}

struct dpi_text paint_shorten(char out[static PAINT_SHORT_MAX], struct dpi_text t, unsigned max)
{
    static const char mark[] = "…";
    if (max == 0 || t.n <= max || t.n + sizeof(mark) > PAINT_SHORT_MAX)
        return t;
    size_t head = max / 2, tail = max - 1 - head;
    memcpy(out, t.p, head);
    memcpy(out + head, mark, strlen(mark));
    memcpy(out + head + strlen(mark), t.p + t.n - tail, tail);
    return (struct dpi_text){out, max - 1 + strlen(mark)};
}

struct dpi_text paint_number(char out[static PAINT_NUMBER_MAX], uint64_t v)
{
    char digits[DPI_U64_MAX];
    size_t n = dpi_u64_text(digits, v), used = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return (struct dpi_text){out, used};
}
