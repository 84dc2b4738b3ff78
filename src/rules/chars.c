/* SPDX-License-Identifier: BSD-2-Clause */
/* chars.c - places are counted as libyaml counts them: a CR, an LF, both together, and the line ends of Unicode end
 * a line; a character is a column, a tab too. */
#include "rules/chars.h"

#include "util/utf8.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

enum { REPLACEMENT = 'x', NEL = 0x85, LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR = 0x2029 };

static void new_line(struct chars *c)
{
    c->at.line++;
    c->at.column = 1;
}

static bool ends_line(uint32_t cp)
{
    return cp == '\r' || cp == '\n' || cp == NEL || cp == LINE_SEPARATOR || cp == PARAGRAPH_SEPARATOR;
}

/* What may not stand in YAML (1.1, 5.1). */
static bool is_control(uint32_t cp)
{
    if (cp < ' ')
        return cp != '\t' && cp != '\n' && cp != '\r';
    return (cp >= 0x7f && cp < 0xa0 && cp != NEL) || cp == 0xfeff || cp == 0xfffe || cp == 0xffff;
}

static void move_on(struct chars *c, uint32_t cp)
{
    if (cp == '\n' && c->after_cr) { /* both are one end of line, which was counted */
        c->after_cr = false;
        return;
    }
    c->after_cr = cp == '\r';
    if (ends_line(cp))
        new_line(c);
    else
        c->at.column++;
}

static void replace(char *bytes, size_t n)
{
    memset(bytes, REPLACEMENT, n);
}

/* The character at bytes; returns its length, 0 when it may be cut. */
static size_t check_one(struct chars *c, char *bytes, size_t n, bool last)
{
    uint32_t cp;
    size_t len = utf8_decode(bytes, n, &cp);
    if (len == 0 && n <= CHARS_CUT_MAX && !last && (unsigned char)bytes[0] >= 0xc0)
        return 0;
    if (len == 0) {
        rules_error(c->problems, &c->at, "byte 0x%02x is no UTF-8: rule files are UTF-8", (unsigned char)bytes[0]);
        replace(bytes, len = 1);
        cp = REPLACEMENT;
    } else if (cp == 0) {
        rules_error(c->problems, &c->at, "a NUL byte: rule files are text");
        replace(bytes, len);
    } else if (is_control(cp)) {
        rules_error(c->problems, &c->at, "the control character U+%04X: rule files are text", (unsigned)cp);
        replace(bytes, len);
    }
    move_on(c, cp);
    return len;
}

size_t chars_check(struct chars *c, char *bytes, size_t n, bool last, size_t *skip)
{
    size_t mark = sizeof(byte_order_mark) - 1, done = 0, len;
    *skip = 0;
    if (!c->begun && n >= mark && memcmp(bytes, byte_order_mark, mark) == 0)
        *skip = done = mark;
    c->begun = true;
    for (; done < n; done += len) {
        unsigned char byte = (unsigned char)bytes[done];
        len = 1;
        if (byte >= ' ' && byte < 0x7f) {
            c->after_cr = false;
            c->at.column++;
        } else if ((len = check_one(c, bytes + done, n - done, last)) == 0) {
            break;
        }
    }
    return done;
}
