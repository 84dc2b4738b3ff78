/* SPDX-License-Identifier: BSD-2-Clause */
/* escape.c - text made safe for a terminal, and cut to columns. */
#include "util/escape.h"

#include <stdbool.h>
#include <string.h>

#include "util/utf8.h"

static const char hex[] = "0123456789abcdef";
static const char ellipsis[] = "…";

/* Marks stacked higher than any orthography needs would paint over the lines above and below. */
enum { MARKS_MAX = 4 };

static size_t escape_byte(char out[static ESCAPE_CHAR_MAX], uint8_t byte)
{
    const char text[] = {'\\', 'x', hex[byte >> 4], hex[byte & 15], '\0'};
    memcpy(out, text, sizeof(text));
    return sizeof(text) - 1;
}

size_t escape_char(char out[static ESCAPE_CHAR_MAX], uint32_t cp)
{
    if (cp < 0x80)
        return escape_byte(out, (uint8_t)cp);
    unsigned digits = 4;
    while (cp >> (4 * digits))
        digits++;
    memcpy(out, "\\u{", 3);
    for (unsigned i = 0; i < digits; i++)
        out[3 + i] = hex[cp >> (4 * (digits - 1 - i)) & 15];
    memcpy(out + 3 + digits, "}", 2);
    return 4 + digits;
}

/* What stands for the character at p: n input bytes, len bytes of text, so many columns. */
struct glyph {
    char text[ESCAPE_CHAR_MAX];
    size_t n, len;
    unsigned columns;
};

static struct glyph glyph_at(const char *p, size_t n, unsigned *marks)
{
    struct glyph g;
    uint32_t cp;
    g.n = utf8_decode(p, n, &cp);
    unsigned width = g.n ? utf8_width(cp) : 0;
    bool mark = g.n && width == 0 && !utf8_unsafe(cp);
    if (g.n && !utf8_unsafe(cp) && !(mark && *marks == 0)) {
        memcpy(g.text, p, g.n);
        g.len = g.n;
        g.columns = width;
    } else {
        g.len = g.n ? escape_char(g.text, cp) : escape_byte(g.text, (uint8_t)*p);
        g.columns = (unsigned)g.len;
        g.n = g.n ? g.n : 1;
    }
    *marks = mark ? *marks - (*marks > 0) : MARKS_MAX;
    return g;
}

unsigned escape_text(char *out, size_t size, const char *p, size_t n, unsigned max)
{
    size_t room = size - sizeof(ellipsis); /* for text with the ellipsis behind it */
    size_t used = 0, cut_used = 0;
    unsigned columns = 0, cut_columns = 0;
    unsigned marks = 0; /* how many more may stand on the last character */
    while (n > 0) {
        struct glyph g = glyph_at(p, n, &marks);
        if (used + g.len >= size || (max && columns + g.columns > max)) {
            memcpy(out + cut_used, ellipsis, sizeof(ellipsis));
            return cut_columns + 1;
        }
        memcpy(out + used, g.text, g.len);
        used += g.len;
        columns += g.columns;
        if (used <= room && (!max || columns < max)) {
            cut_used = used;
            cut_columns = columns;
        }
        p += g.n;
        n -= g.n;
    }
    out[used] = '\0';
    return columns;
}
