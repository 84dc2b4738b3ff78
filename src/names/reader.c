/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.c - finds out what is spoken, and keeps the bytes that come too early. */
#include "names/reader.h"

#include "names/http.h"
#include "names/tls.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum speech { SPEECH_UNKNOWN, SPEECH_TLS, SPEECH_HTTP, SPEECH_DNS, SPEECH_TEXT };

enum { TEXT_MAX = 16 << 10, TEXT_LINE_MAX = 2048 }; /* bytes of lines in front of a TLS hello */

struct name_reader {
    enum speech speech;
    struct buf kept; /* bytes that could not be read yet */
    size_t text; /* bytes of lines so far */
    struct tls_reader tls;
    struct http_reader http;
};

struct name_reader *name_reader_new(bool is_dns)
{
    struct name_reader *r = xcalloc(1, sizeof(*r));
    r->speech = is_dns ? SPEECH_DNS : SPEECH_UNKNOWN;
    return r;
}

void name_reader_free(struct name_reader *r)
{
    if (!r)
        return;
    buf_free(&r->kept);
    buf_free(&r->tls.message);
    free(r);
}

size_t name_reader_bytes(const struct name_reader *r)
{
    return r ? sizeof(*r) + r->kept.cap + r->tls.message.cap : 0;
}

bool name_reader_cut(const struct name_reader *r)
{
    return r->tls.cut;
}

/* --- what is spoken ----------------------------------------------------------------------------------- */

/* Each of these reads what it can from *c; false when no more names will come. */

static bool find_out(struct name_reader *r, struct cursor *c)
{
    bool more_tls, more_http = false;
    if (tls_begins(*c, &more_tls))
        r->speech = SPEECH_TLS;
    else if (http_begins(*c, &more_http))
        r->speech = SPEECH_HTTP;
    else if (!more_tls && !more_http)
        r->speech = SPEECH_TEXT;
    return true;
}

/* All that is below a blank, but for tabs and carriage returns. */
static const bool ends_line[256] = {[0 ... '\t' - 1] = true, ['\n' ... '\r' - 1] = true, ['\r' + 1 ... ' ' - 1] = true};

/* Mail, FTP and others talk in lines until they agree on TLS (RFC 3207, 2595, 4217): its first record stands where a
 * line would. */
static bool read_text(struct name_reader *r, struct cursor *c)
{
    size_t left = cursor_left(c), n = 0;
    bool more;
    if (tls_begins(*c, &more)) {
        r->speech = SPEECH_TLS;
        return true;
    }
    while (n < left && n < TEXT_LINE_MAX && !ends_line[c->p[n]])
        n++;
    if (more || (n == left && n < TEXT_LINE_MAX))
        return true;
    r->text += n + 1;
    return c->p[n] == '\n' && r->text <= TEXT_MAX && cursor_skip(c, n + 1);
}

static bool read_http(struct name_reader *r, struct cursor *c, const struct name_sink *to)
{
    enum http_result result = http_push(&r->http, c, to->name, to->ctx);
    if (result == HTTP_TUNNEL) {
        r->http = (struct http_reader){0};
        r->speech = SPEECH_UNKNOWN;
    }
    return result != HTTP_OVER;
}

static bool read_dns(struct cursor *c, const struct name_sink *to)
{
    struct cursor rest = *c;
    const uint8_t *message;
    uint16_t n;
    while (cursor_be16(&rest, &n) && cursor_bytes(&rest, &message, n)) {
        to->dns(to->ctx, message, n);
        *c = rest;
    }
    return true;
}

static bool read_some(struct name_reader *r, struct cursor *c, const struct name_sink *to)
{
    switch (r->speech) {
    case SPEECH_UNKNOWN:
        return find_out(r, c);
    case SPEECH_TLS:
        return tls_push(&r->tls, c, to->name, to->ctx);
    case SPEECH_HTTP:
        return read_http(r, c, to);
    case SPEECH_DNS:
        return read_dns(c, to);
    case SPEECH_TEXT:
        return read_text(r, c);
    }
    return false;
}

/* Reads until nothing moves any more. */
static bool read_all(struct name_reader *r, struct cursor *c, const struct name_sink *to)
{
    for (;;) {
        size_t left = cursor_left(c);
        enum speech before = r->speech;
        if (left == 0)
            return true;
        if (!read_some(r, c, to))
            return false;
        if (cursor_left(c) == left && r->speech == before)
            return true;
    }
}

/* --- bytes -------------------------------------------------------------------------------------------- */

bool name_reader_push(struct name_reader *r, const void *p, size_t n, const struct name_sink *to)
{
    struct cursor c = cursor_of(p, n);
    if (r->kept.n) {
        buf_add(&r->kept, p, n);
        c = cursor_of(r->kept.p, r->kept.n);
    }
    if (!read_all(r, &c, to))
        return false;
    size_t left = cursor_left(&c);
    if (!r->kept.n)
        buf_add(&r->kept, c.p, left);
    else if (c.p != (const uint8_t *)r->kept.p)
        memmove(r->kept.p, c.p, left);
    r->kept.n = left;
    return true;
}

void name_reader_finish(struct name_reader *r, const struct name_sink *to)
{
    if (r->speech == SPEECH_TLS)
        tls_finish(&r->tls, to->name, to->ctx);
}
