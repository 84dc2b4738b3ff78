/* SPDX-License-Identifier: BSD-2-Clause */
/* tls.h - names in TLS handshakes (RFC 8446, 5246): records are taken off, messages put together. */
#ifndef NAMES_TLS_H
#define NAMES_TLS_H

#include "decode/cursor.h"
#include "names/kind.h"
#include "util/buf.h"

enum {
    TLS_HELLO_MAX = 64 << 10,       /* bytes that are kept of a ClientHello */
    TLS_CERTIFICATE_MAX = 512 << 10 /* and of a Certificate, up to the end of the first one in it */
};

/* One direction of a connection. Zeroed at first; free message with buf_free. */
struct tls_reader {
    size_t record_left;  /* bytes of the record at hand that are still to come */
    struct buf message;  /* the handshake message at hand as far as it came */
    bool has_hello;      /* a ServerHello was there */
    bool cut;            /* it was longer than what is kept */
};

/* Whether the bytes can begin a direction of TLS: a handshake record with a hello in it. *more: there are too few to
 * tell. */
bool tls_begins(struct cursor c, bool *more);

/* Takes the bytes at *c as far as they can be read; false when no more names will come. */
bool tls_push(struct tls_reader *t, struct cursor *c, name_fn *fn, void *ctx);

/* No more bytes will come: hands over what is whole of a message that is not. */
void tls_finish(struct tls_reader *t, name_fn *fn, void *ctx);

#endif
