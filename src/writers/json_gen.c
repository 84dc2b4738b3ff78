/* SPDX-License-Identifier: BSD-2-Clause */
/* json_gen.c - JSON into a buffer, with yajl's generator. */
#include "writers/json_gen.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_gen.h>

#include "util/utf8.h"
#include "util/xalloc.h"

static const char hex[] = "0123456789abcdef";

/* --- between yajl and the buffer ---------------------------------------------------------------------- */

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

static const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);

/* Eight bytes at once: not zero when one of them is c. */
static uint64_t has_byte(uint64_t eight, unsigned char c)
{
    uint64_t zero_there = eight ^ ones * c;
    return (zero_there - ones) & ~zero_there & highs;
}

/* Likewise when one of them is 0x7f or more. */
static uint64_t has_high(uint64_t eight)
{
    return ((eight + ones) | eight) & highs;
}

static bool is_plain_word(const char *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof(eight));
    uint64_t low = (eight - ones * ' ') & ~eight & highs;
    return (has_high(eight) | low | has_byte(eight, '"') | has_byte(eight, '\\')) == 0;
}

bool json_is_plain(struct dpi_text t)
{
    char last[sizeof(uint64_t)] = "        ";
    size_t i = 0;
    for (; i + sizeof(last) <= t.n; i += sizeof(last))
        if (!is_plain_word(t.p + i))
            return false;
    for (size_t k = 0; i + k < t.n; k++)
        last[k] = t.p[i + k];
    return is_plain_word(last);
}

/* Bytes that mean themselves: yajl's own syntax, and ASCII in strings, where yajl escapes the controls. */
static size_t plain_run(const char *p, size_t n)
{
    uint64_t eight;
    size_t i = 0;
    for (; i + sizeof(eight) <= n; i += sizeof(eight)) {
        memcpy(&eight, p + i, sizeof(eight));
        if (has_high(eight))
            break;
    }
    while (i < n && (unsigned char)p[i] < 0x7f)
        i++;
    return i;
}

/* What yajl wrote, which has whole characters only: it escapes ASCII and never cuts between other bytes. */
static void add_safely(struct buf *b, const char *p, size_t n)
{
    while (n > 0) {
        uint32_t cp;
        size_t len = plain_run(p, n);
        if (len > 0) {
            buf_add(b, p, len);
        } else if ((len = utf8_decode(p, n, &cp)) == 0) {
            buf_str(b, "\ufffd");
            len = 1;
        } else if (utf8_unsafe(cp)) {
            add_escaped(b, cp);
        } else {
            buf_add(b, p, len);
        }
        p += len;
        n -= len;
    }
}

/* --- yajl --------------------------------------------------------------------------------------------- */

static void *gen_malloc(void *ctx, size_t n)
{
    (void)ctx;
    return xmalloc(n);
}

static void *gen_realloc(void *ctx, void *p, size_t n)
{
    (void)ctx;
    return xrealloc(p, n, 1);
}

static void gen_free(void *ctx, void *p)
{
    (void)ctx;
    free(p);
}

/* yajl only refuses what would be our mistake: a value for a key, an end without a beginning. */
static void must(yajl_gen_status st)
{
    assert(st == yajl_gen_status_ok);
    (void)st;
}

void json_init(struct json *j, bool pretty)
{
    static const yajl_alloc_funcs alloc = {gen_malloc, gen_realloc, gen_free, NULL};
    *j = (struct json){.gen = yajl_gen_alloc(&alloc)};
    yajl_gen_config(j->gen, yajl_gen_beautify, pretty);
    yajl_gen_config(j->gen, yajl_gen_indent_string, "  ");
}

struct buf *json_out(struct json *j)
{
    const unsigned char *text;
    size_t n;
    must(yajl_gen_get_buf(j->gen, &text, &n));
    add_safely(&j->out, (const char *)text, n);
    yajl_gen_clear(j->gen);
    return &j->out;
}

void json_free(struct json *j)
{
    if (j->gen)
        yajl_gen_free(j->gen);
    buf_free(&j->out);
    j->gen = NULL;
}

void json_map(struct json *j)
{
    must(yajl_gen_map_open(j->gen));
}

void json_map_end(struct json *j)
{
    must(yajl_gen_map_close(j->gen));
}

void json_array(struct json *j)
{
    must(yajl_gen_array_open(j->gen));
}

void json_array_end(struct json *j)
{
    must(yajl_gen_array_close(j->gen));
}

void json_restart(struct json *j)
{
    yajl_gen_reset(j->gen, NULL);
}

void json_end_line(struct json *j)
{
    yajl_gen_reset(j->gen, "\n");
}

void json_string(struct json *j, const char *s)
{
    json_text(j, dpi_text_of(s));
}

void json_text(struct json *j, struct dpi_text t)
{
    must(yajl_gen_string(j->gen, (const unsigned char *)t.p, t.n));
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

/* Not yajl_gen_integer: it knows no number above 2^63 - 1. */
void json_number(struct json *j, uint64_t v)
{
    char text[DPI_U64_MAX];
    size_t n = dpi_u64_text(text, v);
    must(yajl_gen_number(j->gen, text, n));
}

void json_bool(struct json *j, bool v)
{
    must(yajl_gen_bool(j->gen, v));
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

bool json_is_number(const struct dpi_value *v)
{
    return v->kind == DPI_U64 || v->kind == DPI_SPAN;
}

static void member_scalar(struct json *j, const char *key, const struct dpi_value *v)
{
    char text[DPI_SCALAR_MAX];
    size_t n = dpi_scalar_text(text, v);
    json_string(j, key);
    if (json_is_number(v))
        must(yajl_gen_number(j->gen, text, n));
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
    json_number(j, v);
}

void json_member_decimal(struct json *j, const char *key, double v, unsigned decimals)
{
    char text[64];
    bool sane = isfinite(v) && fabs(v) < 1e20;
    int n = snprintf(text, sizeof(text), "%.*f", (int)decimals, sane ? v : 0.0);
    json_string(j, key);
    must(yajl_gen_number(j->gen, text, (size_t)n));
}

void json_member_string(struct json *j, const char *key, const char *s)
{
    json_string(j, key);
    json_string(j, s);
}
