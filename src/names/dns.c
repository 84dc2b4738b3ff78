/* SPDX-License-Identifier: BSD-2-Clause */
/* dns.c - reads messages record by record. Nothing is believed but what is there. */
#include "names/dns.h"

#include <strings.h>

enum { FLAG_RESPONSE = 0x8000, OPCODE_MASK = 0x7800, RCODE_MASK = 0x000f };

bool dns_open(struct dns_reader *r, const void *message, size_t n)
{
    enum { OPCODE_DSO = 6 }; /* the highest that is assigned (RFC 8490) */
    uint16_t id;
    r->whole = r->at = cursor_of(message, n);
    if (!cursor_be16(&r->at, &id) || !cursor_be16(&r->at, &r->flags))
        return false;
    for (unsigned i = 0; i < DNS_SECTIONS; i++) {
        if (!cursor_be16(&r->at, &r->count[i]))
            return false;
        r->left[i] = r->count[i];
    }
    return (r->flags & OPCODE_MASK) >> 11 <= OPCODE_DSO && (r->count[DNS_QUESTION] || r->count[DNS_ANSWER]);
}

bool dns_is_response(const struct dns_reader *r)
{
    return r->flags & FLAG_RESPONSE;
}

bool dns_is_answered(const struct dns_reader *r)
{
    return (r->flags & (FLAG_RESPONSE | OPCODE_MASK | RCODE_MASK)) == FLAG_RESPONSE;
}

/* --- names -------------------------------------------------------------------------------------------- */

static void add_label(struct dns_name *name, const uint8_t *p, size_t n)
{
    if (name->n)
        name->text[name->n++] = '.';
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '.' || p[i] == '\\')
            name->text[name->n++] = '\\';
        name->text[name->n++] = (char)p[i];
    }
}

/* A pointer leads to a prior occurrence (RFC 1035, 4.1.4): each one further to the front, so that none goes in
 * circles. */
static bool follow(const struct cursor *message, struct cursor *c, const uint8_t **front, uint8_t high)
{
    uint8_t low;
    if (!cursor_u8(c, &low))
        return false;
    size_t offset = (size_t)(high & 0x3f) << 8 | low;
    if (offset >= cursor_left(message) || message->p + offset >= *front)
        return false;
    *front = message->p + offset;
    return true;
}

bool dns_read_name(const struct cursor *message, struct cursor *c, bool partial, struct dns_name *name)
{
    struct cursor part = *c;
    const uint8_t *front = c->p, *label;
    size_t wire = 1;
    bool jumped = false;
    uint8_t n;
    for (name->n = 0;;) {
        if (partial && !jumped && cursor_left(&part) == 0)
            n = 0;
        else if (!cursor_u8(&part, &n))
            return false;
        if ((n & 0xc0) == 0xc0) {
            if (!follow(message, &part, &front, n))
                return false;
            if (!jumped)
                *c = part;
            jumped = true;
            part = (struct cursor){front, message->end};
            continue;
        }
        wire += 1 + (size_t)n;
        if (n == 0)
            break;
        if (n > 63 || wire > DNS_WIRE_MAX || !cursor_bytes(&part, &label, n))
            return false;
        add_label(name, label, n);
    }
    if (!jumped)
        *c = part;
    return true;
}

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b)
{
    return a->n == b->n && strncasecmp(a->text, b->text, a->n) == 0;
}

/* --- records ------------------------------------------------------------------------------------------ */

static bool read_head(struct dns_reader *r, struct dns_record *record)
{
    if (!dns_read_name(&r->whole, &r->at, false, &record->name) || !cursor_be16(&r->at, &record->type) ||
        !cursor_be16(&r->at, &record->class_))
        return false;
    record->class_ &= 0x7fff;
    return true;
}

static bool read_body(struct dns_reader *r, struct dns_record *record)
{
    const uint8_t *data;
    uint16_t n;
    if (!cursor_be32(&r->at, &record->ttl) || !cursor_be16(&r->at, &n) || !cursor_bytes(&r->at, &data, n))
        return false;
    record->data = cursor_of(data, n);
    return true;
}

bool dns_next(struct dns_reader *r, struct dns_record *record)
{
    unsigned section = DNS_QUESTION;
    while (section < DNS_SECTIONS && r->left[section] == 0)
        section++;
    if (section == DNS_SECTIONS)
        return false;
    r->left[section]--;
    record->section = (enum dns_section)section;
    record->ttl = 0;
    record->data = cursor_of(NULL, 0);
    return read_head(r, record) && (section == DNS_QUESTION || read_body(r, record));
}

bool dns_data_name(const struct dns_reader *r, const struct dns_record *record, struct dns_name *name)
{
    struct cursor data = record->data;
    return dns_read_name(&r->whole, &data, false, name);
}
