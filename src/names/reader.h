/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.h - names in the bytes that one side of a TCP connection sends, in order: TLS, HTTP/1, DNS. It keeps what is
 * not whole yet, and knows when no more will come. */
#ifndef NAMES_READER_H
#define NAMES_READER_H

#include "names/kind.h"

#include <stdbool.h>

struct name_reader;

/* What it gives: names, and whole DNS messages, which have more to tell. */
struct name_sink {
    name_fn *name;
    void (*dns)(void *ctx, const void *message, size_t n);
    void *ctx;
};

/* is_dns: DNS messages with a length in front (RFC 1035, 4.2.2); else what the first bytes say. */
struct name_reader *name_reader_new(bool is_dns);
void name_reader_free(struct name_reader *r); /* NULL is fine */

/* The next bytes. False when no more names will come. */
bool name_reader_push(struct name_reader *r, const void *p, size_t n, const struct name_sink *to);

/* No more bytes will come, or some are missing: gives what is whole of what is not. */
void name_reader_finish(struct name_reader *r, const struct name_sink *to);

size_t name_reader_bytes(const struct name_reader *r); /* of memory, for the ledger; 0 of NULL */
bool name_reader_cut(const struct name_reader *r);     /* a message was longer than what is kept of one */

#endif
