/* SPDX-License-Identifier: BSD-2-Clause */
/* http.h - hosts that HTTP/1 requests go to (RFC 9112), line by line, past the bodies between them. */
#ifndef NAMES_HTTP_H
#define NAMES_HTTP_H

#include "decode/cursor.h"
#include "names/kind.h"

enum { HTTP_LINE_MAX = 64 << 10 }; /* bytes of one line */

enum http_state { HTTP_FIRST_LINE, HTTP_FIELDS, HTTP_BODY, HTTP_CHUNK_SIZE, HTTP_CHUNK_END, HTTP_TRAILERS };

/* One direction of a connection. Zeroed at first. */
struct http_reader {
    enum http_state state;
    size_t scanned; /* of the bytes that come again: no line ends in them */
    uint64_t body_left;
    bool chunked, connect, is_response;
};

/* Whether the bytes can begin a direction of HTTP/1. *more: there are too few to tell. */
bool http_begins(struct cursor c, bool *more);

enum http_result {
    HTTP_GOES_ON, /* what is left at *c must come again, with more behind it */
    HTTP_TUNNEL,  /* what is left is another protocol */
    HTTP_OVER,    /* no more names will come */
};

/* Takes the bytes at *c as far as they can be read. */
enum http_result http_push(struct http_reader *h, struct cursor *c, name_fn *fn, void *ctx);

#endif
