/* SPDX-License-Identifier: BSD-2-Clause */
/* x509.c - walks a certificate without building anything. Elements that go on behind the end are walked as far as they
 * are there. */
#include "names/x509.h"

#include "decode/cursor.h"

#include <string.h>

enum {
    DER_OID = 0x06,
    DER_OCTETS = 0x04,
    DER_UTF8 = 0x0c,
    DER_PRINTABLE = 0x13,
    DER_TELETEX = 0x14,
    DER_IA5 = 0x16,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_VERSION = 0xa0,    /* [0] in TBSCertificate (RFC 5280, 4.1) */
    DER_EXTENSIONS = 0xa3, /* [3] */
    DER_DNS_NAME = 0x82,   /* [2] in GeneralName (RFC 5280, 4.2.1.6) */
};

struct element {
    uint8_t tag;
    bool whole;
    struct cursor body;
};

/* Definite lengths of up to four bytes, which is what DER has for less than 4 GiB. */
static bool read_length(struct cursor *c, size_t *n)
{
    uint8_t first, byte;
    if (!cursor_u8(c, &first))
        return false;
    *n = first;
    if (first < 0x80)
        return true;
    *n = 0;
    for (unsigned bytes = first & 0x7f, i = 0; i < bytes; i++) {
        if (bytes > 4 || !cursor_u8(c, &byte))
            return false;
        *n = *n << 8 | byte;
    }
    return first != 0x80;
}

static bool next_element(struct cursor *c, struct element *e)
{
    size_t n;
    if (!cursor_u8(c, &e->tag) || (e->tag & 0x1f) == 0x1f || !read_length(c, &n))
        return false;
    size_t there = cursor_left(c) < n ? cursor_left(c) : n;
    e->whole = there == n;
    e->body = cursor_of(c->p, there);
    return cursor_skip(c, there);
}

/* The next element, which must have the tag. */
static bool enter(struct cursor *c, uint8_t tag, struct cursor *body)
{
    struct element e;
    if (!next_element(c, &e) || e.tag != tag)
        return false;
    *body = e.body;
    return true;
}

static bool has_oid(struct cursor *c, const uint8_t oid[static 3])
{
    struct cursor body;
    return enter(c, DER_OID, &body) && cursor_left(&body) == 3 && memcmp(body.p, oid, 3) == 0;
}

static void give(name_fn *fn, void *ctx, const struct element *e)
{
    if (e->whole && cursor_left(&e->body))
        fn(ctx, NAME_CERTIFICATE, e->body.p, cursor_left(&e->body));
}

/* SubjectAltName ::= SEQUENCE OF GeneralName, inside the octets of the extension. */
static void alternative_names(struct cursor octets, name_fn *fn, void *ctx)
{
    struct cursor names;
    struct element e;
    if (!enter(&octets, DER_SEQUENCE, &names))
        return;
    while (next_element(&names, &e))
        if (e.tag == DER_DNS_NAME)
            give(fn, ctx, &e);
}

/* Extensions: SEQUENCE OF SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING } */
static void extensions(struct cursor c, name_fn *fn, void *ctx)
{
    static const uint8_t subject_alt_name[3] = {0x55, 0x1d, 0x11}; /* 2.5.29.17 */
    struct cursor list, extension;
    struct element e;
    if (!enter(&c, DER_SEQUENCE, &list))
        return;
    while (enter(&list, DER_SEQUENCE, &extension)) {
        if (!has_oid(&extension, subject_alt_name))
            continue;
        while (next_element(&extension, &e))
            if (e.tag == DER_OCTETS)
                alternative_names(e.body, fn, ctx);
    }
}

static bool is_text(uint8_t tag)
{
    return tag == DER_UTF8 || tag == DER_PRINTABLE || tag == DER_TELETEX || tag == DER_IA5;
}

/* Name ::= SEQUENCE OF SET OF SEQUENCE { OID, text } */
static void common_names(struct cursor name, name_fn *fn, void *ctx)
{
    static const uint8_t common_name[3] = {0x55, 0x04, 0x03}; /* 2.5.4.3 */
    struct cursor set, attribute;
    struct element e;
    while (enter(&name, DER_SET, &set))
        while (enter(&set, DER_SEQUENCE, &attribute))
            if (has_oid(&attribute, common_name) && next_element(&attribute, &e) && is_text(e.tag))
                give(fn, ctx, &e);
}

void x509_names(const void *certificate, size_t n, name_fn *fn, void *ctx)
{
    enum { SERIAL, SIGNATURE, ISSUER, VALIDITY, SUBJECT };
    struct cursor c = cursor_of(certificate, n), body, tbs, subject = cursor_of(NULL, 0);
    struct element e;
    if (!enter(&c, DER_SEQUENCE, &body) || !enter(&body, DER_SEQUENCE, &tbs))
        return;
    for (unsigned at = SERIAL; next_element(&tbs, &e);) {
        if (e.tag == DER_VERSION)
            continue;
        if (at == SUBJECT)
            subject = e.body;
        else if (e.tag == DER_EXTENSIONS)
            extensions(e.body, fn, ctx);
        at++;
    }
    common_names(subject, fn, ctx);
}
