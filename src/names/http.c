/* SPDX-License-Identifier: BSD-2-Clause */
/* http.c - one line of a head after the other; nothing of a body is looked at. */
#include "names/http.h"

#include <string.h>
#include <strings.h>

/* A line without its end. */
struct line {
    const char *p;
    size_t n;
};

static bool starts_with(struct line l, const char *prefix)
{
    size_t n = strlen(prefix);
    return l.n >= n && strncasecmp(l.p, prefix, n) == 0;
}

/* --- what begins -------------------------------------------------------------------------------------- */

static bool is_method_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* Methods that are registered have capital letters only, and the longest has 17. */
static bool is_method(struct cursor c, bool *more)
{
    enum { METHOD_MAX = 24 };
    size_t n = 0, left = cursor_left(&c);
    while (n < left && n < METHOD_MAX && is_method_char(c.p[n]))
        n++;
    *more = n == left; /* at most METHOD_MAX: the next byte tells */
    return n > 0 && n < left && c.p[n] == ' ';
}

static bool has_version(const uint8_t *line, size_t n)
{
    static const char version[] = " HTTP/1.";
    enum { LENGTH = sizeof(version) - 1 };
    n -= n > 0 && line[n - 1] == '\r';
    return n > LENGTH && memcmp(line + n - LENGTH - 1, version, LENGTH) == 0;
}

bool http_begins(struct cursor c, bool *more)
{
    static const char status[] = "HTTP/1.";
    size_t left = cursor_left(&c), known = left < sizeof(status) - 1 ? left : sizeof(status) - 1;
    if (memcmp(c.p, status, known) == 0) {
        *more = known < sizeof(status) - 1;
        return !*more;
    }
    if (!is_method(c, more))
        return false;
    const uint8_t *end = memchr(c.p, '\n', left);
    *more = !end && left < HTTP_LINE_MAX;
    return end && has_version(c.p, (size_t)(end - c.p));
}

/* --- hosts -------------------------------------------------------------------------------------------- */

static struct line trim(struct line l)
{
    for (; l.n && (l.p[0] == ' ' || l.p[0] == '\t'); l.p++)
        l.n--;
    while (l.n && (l.p[l.n - 1] == ' ' || l.p[l.n - 1] == '\t'))
        l.n--;
    return l;
}

/* Host = uri-host [ ":" port ] (RFC 9110, 7.2); an IPv6 address has brackets (RFC 3986, 3.2.2). */
static void give_host(struct line l, name_fn *fn, void *ctx)
{
    const char *bracket = l.n && l.p[0] == '[' ? memchr(l.p, ']', l.n) : NULL;
    size_t from = bracket ? (size_t)(bracket - l.p) : 0;
    const char *colon = l.n ? memchr(l.p + from, ':', l.n - from) : NULL;
    size_t n = colon ? (size_t)(colon - l.p) : l.n;
    if (n)
        fn(ctx, NAME_HTTP_HOST, l.p, n);
}

/* The authority in the absolute form that proxies get (RFC 9112, 3.2.2), without user and password. */
static void give_authority(struct line target, name_fn *fn, void *ctx)
{
    static const char scheme[] = "http://";
    target.p += sizeof(scheme) - 1;
    target.n -= sizeof(scheme) - 1;
    for (size_t i = 0; i < target.n; i++)
        if (memchr("/?#", target.p[i], 3))
            target.n = i;
    const char *at = target.n ? memrchr(target.p, '@', target.n) : NULL;
    if (at) {
        target.n -= (size_t)(at + 1 - target.p);
        target.p = at + 1;
    }
    give_host(target, fn, ctx);
}

/* --- lines -------------------------------------------------------------------------------------------- */

static void request_line(struct http_reader *h, struct line l, name_fn *fn, void *ctx)
{
    const char *space = memchr(l.p, ' ', l.n);
    struct line target = {space + 1, l.n - (size_t)(space + 1 - l.p)};
    const char *end = target.n ? memrchr(target.p, ' ', target.n) : NULL;
    target.n = end ? (size_t)(end - target.p) : target.n;
    h->connect = starts_with(l, "CONNECT ");
    if (h->connect)
        give_host(target, fn, ctx);
    else if (starts_with(target, "http://"))
        give_authority(target, fn, ctx);
}

/* False when it is none: what comes is not HTTP, or what follows HTTP. */
static bool first_line(struct http_reader *h, struct line l, name_fn *fn, void *ctx)
{
    bool more;
    *h = (struct http_reader){.state = HTTP_FIELDS, .is_response = starts_with(l, "HTTP/1.")};
    if (h->is_response)
        return true;
    if (!is_method(cursor_of(l.p, l.n), &more) || !has_version((const uint8_t *)l.p, l.n))
        return false;
    request_line(h, l, fn, ctx);
    return true;
}

/* More digits than any length has stay as much as 64 bits hold. */
static uint64_t number(struct line l, unsigned base)
{
    uint64_t v = 0;
    for (size_t i = 0; i < l.n; i++) {
        unsigned digit = (unsigned)(l.p[i] >= '0' && l.p[i] <= '9' ? l.p[i] - '0' : (l.p[i] | 0x20) - 'a' + 10);
        if (digit >= base)
            break;
        v = v > (UINT64_MAX - digit) / base ? UINT64_MAX : v * base + digit;
    }
    return v;
}

static void field(struct http_reader *h, struct line l, name_fn *fn, void *ctx)
{
    const char *colon = l.n ? memchr(l.p, ':', l.n) : NULL;
    if (!colon)
        return;
    struct line value = trim((struct line){colon + 1, l.n - (size_t)(colon + 1 - l.p)});
    if (starts_with(l, "host:") && !h->is_response)
        give_host(value, fn, ctx);
    else if (starts_with(l, "content-length:"))
        h->body_left = number(value, 10);
    else if (starts_with(l, "transfer-encoding:"))
        h->chunked = true; /* the last coding of a request is always "chunked" (RFC 9112, 6.1) */
}

/* Behind the head of a response names come only where it was the answer to CONNECT: it has no body. */
static enum http_result end_of_head(struct http_reader *h)
{
    bool has_body = h->chunked || h->body_left;
    if (h->connect)
        return HTTP_TUNNEL;
    if (h->is_response)
        return has_body ? HTTP_OVER : HTTP_TUNNEL;
    h->state = h->chunked ? HTTP_CHUNK_SIZE : h->body_left ? HTTP_BODY : HTTP_FIRST_LINE;
    return HTTP_GOES_ON;
}

static void chunk_size(struct http_reader *h, struct line l)
{
    h->body_left = number(l, 16);
    h->state = h->body_left ? HTTP_BODY : HTTP_TRAILERS;
}

static enum http_result take_line(struct http_reader *h, struct line l, name_fn *fn, void *ctx)
{
    switch (h->state) {
    case HTTP_FIRST_LINE: /* empty ones before it are to be ignored (RFC 9112, 2.2) */
        return l.n == 0 || first_line(h, l, fn, ctx) ? HTTP_GOES_ON : HTTP_OVER;
    case HTTP_FIELDS:
        if (l.n == 0)
            return end_of_head(h);
        field(h, l, fn, ctx);
        return HTTP_GOES_ON;
    case HTTP_CHUNK_SIZE:
        chunk_size(h, l);
        return HTTP_GOES_ON;
    case HTTP_CHUNK_END:
        h->state = HTTP_CHUNK_SIZE;
        return l.n == 0 ? HTTP_GOES_ON : HTTP_OVER;
    default: /* HTTP_TRAILERS */
        if (l.n == 0)
            h->state = HTTP_FIRST_LINE;
        return HTTP_GOES_ON;
    }
}

static void skip_body(struct http_reader *h, struct cursor *c)
{
    size_t left = cursor_left(c), n = h->body_left < left ? (size_t)h->body_left : left;
    cursor_skip(c, n);
    h->body_left -= n;
    if (h->body_left == 0)
        h->state = h->chunked ? HTTP_CHUNK_END : HTTP_FIRST_LINE;
}

/* Lines may end without a carriage return (RFC 9112, 2.2). False: the end is not there yet. */
static bool next_line(struct http_reader *h, struct cursor *c, struct line *l)
{
    size_t left = cursor_left(c);
    const uint8_t *end = left > h->scanned ? memchr(c->p + h->scanned, '\n', left - h->scanned) : NULL;
    h->scanned = end ? 0 : left;
    if (!end)
        return false;
    *l = (struct line){(const char *)c->p, (size_t)(end - c->p)};
    l->n -= l->n > 0 && l->p[l->n - 1] == '\r';
    cursor_skip(c, (size_t)(end - c->p) + 1);
    return true;
}

enum http_result http_push(struct http_reader *h, struct cursor *c, name_fn *fn, void *ctx)
{
    enum http_result result = HTTP_GOES_ON;
    struct line l;
    while (result == HTTP_GOES_ON && cursor_left(c)) {
        if (h->state == HTTP_BODY)
            skip_body(h, c);
        else if (next_line(h, c, &l))
            result = take_line(h, l, fn, ctx);
        else
            return cursor_left(c) > HTTP_LINE_MAX ? HTTP_OVER : HTTP_GOES_ON;
    }
    return result;
}
