/* SPDX-License-Identifier: BSD-2-Clause */
/* tls.c - hellos and certificates as far as they are sent in the clear. */
#include "names/tls.h"

#include "names/x509.h"

#include <string.h>

enum { RECORD_HEAD = 5, RECORD_HANDSHAKE = 22, RECORD_MAX = (1 << 14) + 2048, MESSAGE_HEAD = 4 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, CERTIFICATE = 11 };

/* --- fields ------------------------------------------------------------------------------------------- */

static bool read_be24(struct cursor *c, size_t *n)
{
    uint8_t high;
    uint16_t low;
    if (cursor_left(c) < 3 || !cursor_u8(c, &high) || !cursor_be16(c, &low))
        return false;
    *n = (size_t)high << 16 | low;
    return true;
}

/* A vector with a length of one or two bytes in front; of one that is cut, what is there. */
static bool read_vector(struct cursor *c, unsigned length_bytes, struct cursor *body, bool *whole)
{
    uint16_t n;
    uint8_t n8;
    if (length_bytes == 2) {
        if (!cursor_be16(c, &n))
            return false;
    } else {
        if (!cursor_u8(c, &n8))
            return false;
        n = n8;
    }
    size_t there = cursor_left(c) < n ? cursor_left(c) : n;
    *whole = there == n;
    *body = cursor_of(c->p, there);
    return cursor_skip(c, there);
}

static bool skip_vector(struct cursor *c, unsigned length_bytes)
{
    struct cursor body;
    bool whole;
    return read_vector(c, length_bytes, &body, &whole) && whole;
}

/* --- extensions --------------------------------------------------------------------------------------- */

static void server_names(struct cursor c, name_fn *fn, void *ctx)
{
    enum { HOST_NAME = 0 };
    struct cursor list, name;
    uint8_t type;
    bool whole;
    if (!read_vector(&c, 2, &list, &whole))
        return;
    while (cursor_u8(&list, &type) && read_vector(&list, 2, &name, &whole) && whole)
        if (type == HOST_NAME && cursor_left(&name))
            fn(ctx, NAME_SNI, name.p, cursor_left(&name));
}

static void protocols(struct cursor c, name_fn *fn, void *ctx)
{
    struct cursor list, name;
    bool whole;
    if (!read_vector(&c, 2, &list, &whole))
        return;
    while (read_vector(&list, 1, &name, &whole) && whole)
        if (cursor_left(&name))
            fn(ctx, NAME_ALPN, name.p, cursor_left(&name));
}

static void encrypted_hello(struct cursor c, name_fn *fn, void *ctx)
{
    static const char *const words[] = {"outer", "inner"};
    uint8_t type;
    if (cursor_u8(&c, &type) && type < 2)
        fn(ctx, NAME_ECH, words[type], strlen(words[type]));
}

static void extension(uint16_t type, struct cursor body, name_fn *fn, void *ctx)
{
    static const struct {
        uint16_t type;
        void (*read)(struct cursor c, name_fn *fn, void *ctx);
    } known[] = {{0, server_names}, {16, protocols}, {0xfe0d, encrypted_hello}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].type == type)
            known[i].read(body, fn, ctx);
}

/* Goes to the extensions of a hello: past version, random and the vectors in front of them. */
static bool enter_extensions(struct cursor *c, bool of_client)
{
    enum { VERSION_AND_RANDOM = 34, CHOSEN = 3 };
    struct cursor list;
    bool whole;
    if (!cursor_skip(c, VERSION_AND_RANDOM) || !skip_vector(c, 1))
        return false;
    if (of_client ? !skip_vector(c, 2) || !skip_vector(c, 1) : !cursor_skip(c, CHOSEN))
        return false;
    if (!read_vector(c, 2, &list, &whole))
        return false;
    *c = list;
    return true;
}

/* SNI (RFC 6066, 3), ALPN (RFC 7301) and whether there is an encrypted ClientHello (RFC 9849), of a message without its
 * four bytes of head; of one that is cut, what is whole. */
static void client_hello(struct cursor c, name_fn *fn, void *ctx)
{
    struct cursor body;
    uint16_t type;
    bool whole;
    if (!enter_extensions(&c, true))
        return;
    while (cursor_be16(&c, &type) && read_vector(&c, 2, &body, &whole))
        extension(type, body, fn, ctx);
}

/* From TLS 1.3 on certificates are encrypted. The version chosen is in an extension (RFC 8446, 4.2.1). */
static bool chooses_tls13(struct cursor c)
{
    enum { SUPPORTED_VERSIONS = 43 };
    struct cursor body;
    uint16_t type;
    bool whole;
    if (!enter_extensions(&c, false))
        return false;
    while (cursor_be16(&c, &type) && read_vector(&c, 2, &body, &whole))
        if (type == SUPPORTED_VERSIONS)
            return true;
    return false;
}

/* --- messages ----------------------------------------------------------------------------------------- */

/* The first certificate is the server's own (RFC 5246, 7.4.2). *n: bytes up to its end. */
static bool first_certificate(struct cursor c, struct cursor *certificate, size_t *n)
{
    size_t all, length;
    if (!read_be24(&c, &all) || !read_be24(&c, &length))
        return false;
    *n = 6 + length;
    size_t there = cursor_left(&c) < length ? cursor_left(&c) : length;
    *certificate = cursor_of(c.p, there);
    return true;
}

static void read_certificate(struct cursor c, name_fn *fn, void *ctx)
{
    struct cursor certificate;
    size_t n;
    if (first_certificate(c, &certificate, &n))
        x509_names(certificate.p, cursor_left(&certificate), fn, ctx);
}

struct message {
    uint8_t type;
    size_t n, wanted; /* bytes behind the head, and how many of them are needed */
    struct cursor body;
    bool bounded; /* what is needed is more than is kept: it is cut */
};

/* What is there of the message at hand; false when not even its length is. */
static bool message_at_hand(const struct tls_reader *t, struct message *m)
{
    struct cursor c = cursor_of(t->message.p, t->message.n), certificate;
    if (!cursor_u8(&c, &m->type) || !read_be24(&c, &m->n))
        return false;
    size_t max = m->type == CERTIFICATE ? TLS_CERTIFICATE_MAX : TLS_HELLO_MAX;
    m->wanted = m->n;
    m->body = c;
    if (m->type == CERTIFICATE && m->n >= 6) {
        if (!first_certificate(c, &certificate, &m->wanted))
            m->wanted = 6;
        m->wanted = m->wanted < m->n ? m->wanted : m->n;
    }
    m->bounded = m->wanted > max;
    m->wanted = m->bounded ? max : m->wanted;
    return true;
}

static void read_message(const struct message *m, name_fn *fn, void *ctx)
{
    if (m->type == CLIENT_HELLO)
        client_hello(m->body, fn, ctx);
    else if (m->type == CERTIFICATE)
        read_certificate(m->body, fn, ctx);
}

/* Whether names may come behind the message: a certificate, behind the one ServerHello. */
static bool goes_on(struct tls_reader *t, const struct message *m)
{
    bool is_first = m->type == SERVER_HELLO && !t->has_hello;
    t->has_hello = true;
    return is_first && !m->bounded && !chooses_tls13(m->body);
}

/* Takes messages as far as they are whole; false when that was all. */
static bool take_messages(struct tls_reader *t, name_fn *fn, void *ctx)
{
    struct message m;
    while (message_at_hand(t, &m) && cursor_left(&m.body) >= m.wanted) {
        t->cut |= m.bounded;
        m.body.end = m.body.p + m.wanted;
        read_message(&m, fn, ctx);
        if (!goes_on(t, &m)) {
            t->message.n = 0; /* tls_finish has nothing to add */
            return false;
        }
        size_t used = MESSAGE_HEAD + m.n;
        memmove(t->message.p, t->message.p + used, t->message.n - used);
        t->message.n -= used;
    }
    return true;
}

/* --- records ------------------------------------------------------------------------------------------ */

static bool is_version(uint8_t major, uint8_t minor)
{
    return major == 3 && minor <= 4;
}

bool tls_begins(struct cursor c, bool *more)
{
    enum { NEEDED = RECORD_HEAD + 1 };
    static const uint8_t first[] = {RECORD_HANDSHAKE, 3};
    size_t n = cursor_left(&c), known = n < sizeof(first) ? n : sizeof(first);
    *more = n < NEEDED && memcmp(c.p, first, known) == 0;
    if (n < NEEDED || c.p[0] != RECORD_HANDSHAKE || !is_version(c.p[1], c.p[2]))
        return false;
    return be16_at(c.p + 3) <= RECORD_MAX && (c.p[5] == CLIENT_HELLO || c.p[5] == SERVER_HELLO);
}

/* Any other record than of the handshake says that the rest is encrypted. */
static bool enter_record(struct tls_reader *t, struct cursor *c)
{
    const uint8_t *head;
    if (!cursor_bytes(c, &head, RECORD_HEAD) || head[0] != RECORD_HANDSHAKE || !is_version(head[1], head[2]))
        return false;
    t->record_left = be16_at(head + 3);
    return t->record_left > 0 && t->record_left <= RECORD_MAX;
}

bool tls_push(struct tls_reader *t, struct cursor *c, name_fn *fn, void *ctx)
{
    while (t->record_left ? cursor_left(c) > 0 : cursor_left(c) >= RECORD_HEAD) {
        if (!t->record_left && !enter_record(t, c))
            return false;
        size_t n = cursor_left(c) < t->record_left ? cursor_left(c) : t->record_left;
        buf_add(&t->message, c->p, n);
        t->record_left -= n;
        cursor_skip(c, n);
        if (!take_messages(t, fn, ctx))
            return false;
    }
    return true;
}

void tls_finish(struct tls_reader *t, name_fn *fn, void *ctx)
{
    struct message m;
    if (message_at_hand(t, &m))
        read_message(&m, fn, ctx);
}
