/* SPDX-License-Identifier: BSD-2-Clause */
/* json_gen.c - JSON into a buffer. By hand: a member is a dozen bytes, and a generator that takes one piece at a time
 * costs more than all else that is done for a record. */
#include "writers/json_gen.h"

#include <assert.h>

#include "util/utf8.h"

enum { DEPTH_MAX = 63 };

static const char hex[] = "0123456789abcdef";

/* --- strings ------------------------------------------------------------------------------------------ */

static void add_utf16(struct buf *b, uint32_t unit)
{
    const char text[] = {'\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    buf_add(b, text, sizeof(text));
}

static void add_escaped(struct buf *b, uint32_t cp)
{
    if (cp > 0xffff) {
        add_utf16(b, 0xd800 + ((cp - 0x10000) >> 10));
        add_utf16(b, 0xdc00 + ((cp - 0x10000) & 0x3ff));
    } else {
        add_utf16(b, cp);
    }
}

/* Quotes, backslashes and controls; those that have a letter have it (RFC 8259, 7). */
static void add_control(struct buf *b, unsigned char c)
{
    static const char capital[] = "0123456789ABCDEF";
    static const char letters[128] = {['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                      ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    const char letter[] = {'\\', letters[c]}, code[] = {'\\', 'u', '0', '0', capital[c >> 4], capital[c & 15]};
    if (letters[c])
        buf_add(b, letter, sizeof(letter));
    else
        buf_add(b, code, sizeof(code));
}

/* Bytes that mean themselves. */
static size_t plain_run(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && p[i] >= ' ' && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
        i++;
    return i;
}

/* The character at p, which is not plain. Returns its length. */
static size_t add_special(struct buf *b, const char *p, size_t n)
{
    uint32_t cp;
    size_t len = utf8_decode(p, n, &cp);
    if (len == 0)
        buf_str(b, "\ufffd");
    else if (cp < ' ' || cp == '"' || cp == '\\')
        add_control(b, (unsigned char)cp);
    else if (utf8_unsafe(cp))
        add_escaped(b, cp);
    else
        buf_add(b, p, len);
    return len ? len : 1;
}

static void add_string(struct buf *b, const char *p, size_t n)
{
    buf_char(b, '"');
    for (size_t len = plain_run(p, n);; len = plain_run(p, n)) {
        buf_add(b, p, len);
        p += len;
        n -= len;
        if (n == 0)
            break;
        len = add_special(b, p, n);
        p += len;
        n -= len;
    }
    buf_char(b, '"');
}

/* --- structure ---------------------------------------------------------------------------------------- */

void json_init(struct json *j, bool pretty)
{
    *j = (struct json){.pretty = pretty};
}

void json_free(struct json *j)
{
    buf_free(&j->out);
}

static void new_line(struct json *j)
{
    if (j->pretty)
        buf_char(&j->out, '\n');
    for (unsigned i = 0; j->pretty && i < j->depth; i++)
        buf_str(&j->out, "  ");
}

static bool in_map(const struct json *j)
{
    return j->maps >> j->depth & 1;
}

/* What stands before a key, or before a value that has none. */
static void begin(struct json *j)
{
    const uint64_t bit = UINT64_C(1) << j->depth;
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->filled & bit)
        buf_char(&j->out, ',');
    j->filled |= bit;
    if (j->depth)
        new_line(j);
}

static void open_level(struct json *j, char c, bool is_map)
{
    begin(j);
    buf_char(&j->out, c);
    assert(j->depth < DEPTH_MAX);
    const uint64_t bit = UINT64_C(1) << ++j->depth;
    j->maps = is_map ? j->maps | bit : j->maps & ~bit;
    j->filled &= ~bit;
}

static void close_level(struct json *j, char c)
{
    assert(j->depth > 0 && !j->after_key);
    bool was_empty = !(j->filled >> j->depth & 1);
    if (was_empty && j->pretty)
        buf_char(&j->out, '\n');
    j->depth--;
    new_line(j);
    buf_char(&j->out, c);
    if (j->pretty && j->depth == 0)
        buf_char(&j->out, '\n');
}

void json_map(struct json *j)
{
    open_level(j, '{', true);
}

void json_map_end(struct json *j)
{
    close_level(j, '}');
}

void json_array(struct json *j)
{
    open_level(j, '[', false);
}

void json_array_end(struct json *j)
{
    close_level(j, ']');
}

void json_end_line(struct json *j)
{
    buf_char(&j->out, '\n');
    j->filled = 0;
}

/* --- values ------------------------------------------------------------------------------------------- */

void json_string(struct json *j, const char *s)
{
    json_text(j, dpi_text_of(s));
}

void json_text(struct json *j, struct dpi_text t)
{
    bool is_key = in_map(j) && !j->after_key;
    begin(j);
    add_string(&j->out, t.p, t.n);
    if (!is_key)
        return;
    buf_char(&j->out, ':');
    if (j->pretty)
        buf_char(&j->out, ' ');
    j->after_key = true;
}

/* What is written as it is. */
static void put_raw(struct json *j, const char *p, size_t n)
{
    assert(!in_map(j) || j->after_key);
    begin(j);
    buf_add(&j->out, p, n);
}

static void put_hex(struct json *j, struct dpi_text t)
{
    struct buf b = {0};
    for (size_t i = 0; i < t.n; i++) {
        buf_char(&b, hex[(unsigned char)t.p[i] >> 4]);
        buf_char(&b, hex[t.p[i] & 15]);
    }
    json_text(j, (struct dpi_text){b.n ? b.p : "", b.n});
    buf_free(&b);
}

static void put_u64(struct json *j, uint64_t v)
{
    char text[DPI_U64_MAX];
    size_t n = dpi_u64_text(text, v);
    put_raw(j, text, n);
}

void json_bool(struct json *j, bool v)
{
    put_raw(j, v ? "true" : "false", v ? 4 : 5);
}

/* --- members ------------------------------------------------------------------------------------------ */

static void hex_key(struct json *j, const char *key)
{
    struct buf b = {0};
    buf_str(&b, key);
    buf_str(&b, "_hex");
    json_text(j, (struct dpi_text){b.p, b.n});
    buf_free(&b);
}

void json_member_text(struct json *j, const char *key, struct dpi_text t)
{
    json_string(j, key);
    json_text(j, t);
    if (!utf8_valid(t.p, t.n)) {
        hex_key(j, key);
        put_hex(j, t);
    }
}

static void list_of(struct json *j, const struct dpi_text *v, size_t n,
                    void (*put)(struct json *j, struct dpi_text t))
{
    json_array(j);
    for (size_t i = 0; i < n; i++)
        put(j, v[i]);
    json_array_end(j);
}

static void member_list(struct json *j, const char *key, const struct dpi_text *v, size_t n)
{
    bool valid = true;
    for (size_t i = 0; i < n; i++)
        valid = valid && utf8_valid(v[i].p, v[i].n);
    json_string(j, key);
    list_of(j, v, n, json_text);
    if (!valid) {
        hex_key(j, key);
        list_of(j, v, n, put_hex);
    }
}

static void member_scalar(struct json *j, const char *key, const struct dpi_value *v)
{
    char text[DPI_SCALAR_MAX];
    size_t n = dpi_scalar_text(text, v);
    json_string(j, key);
    if (v->kind == DPI_U64 || v->kind == DPI_SPAN)
        put_raw(j, text, n);
    else
        json_text(j, (struct dpi_text){text, n});
}

void json_member(struct json *j, const char *key, const struct dpi_value *v)
{
    if (v->kind == DPI_TEXT)
        json_member_text(j, key, v->text);
    else if (v->kind == DPI_LIST)
        member_list(j, key, v->list.v, v->list.n);
    else if (v->kind != DPI_ABSENT)
        member_scalar(j, key, v);
}

void json_member_u64(struct json *j, const char *key, uint64_t v)
{
    json_string(j, key);
    put_u64(j, v);
}

void json_member_string(struct json *j, const char *key, const char *s)
{
    json_string(j, key);
    json_string(j, s);
}
