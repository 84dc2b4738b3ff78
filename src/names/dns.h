/* SPDX-License-Identifier: BSD-2-Clause */
/* dns.h - messages of the DNS (RFC 1035), of mDNS (RFC 6762) and LLMNR (RFC 4795), which have the same form. */
#ifndef NAMES_DNS_H
#define NAMES_DNS_H

#include "decode/cursor.h"

enum {
    DNS_WIRE_MAX = 255,             /* bytes of a name on the wire (RFC 1035, 2.3.4) */
    DNS_NAME_MAX = 2 * DNS_WIRE_MAX /* and as text */
};

enum { DNS_TYPE_A = 1, DNS_TYPE_CNAME = 5, DNS_TYPE_AAAA = 28 };

enum { DNS_CLASS_IN = 1 };

/* Labels with dots between them; a dot or backslash inside a label has a backslash in front (RFC 1035, 5.1), all other
 * bytes are as they were sent. The root has no bytes. */
struct dns_name {
    uint16_t n;
    char text[DNS_NAME_MAX];
};

enum dns_section { DNS_QUESTION, DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL, DNS_SECTIONS };

struct dns_reader {
    struct cursor whole, at;
    uint16_t flags;
    uint16_t count[DNS_SECTIONS], left[DNS_SECTIONS];
};

struct dns_record {
    enum dns_section section;
    uint16_t type, class_; /* without the top bit, which mDNS uses otherwise (RFC 6762, 10.2 and 5.4) */
    uint32_t ttl;          /* of a question 0 */
    struct cursor data;    /* of a question empty */
    struct dns_name name;
};

/* False when the bytes begin no message: too few, or a header that no message has. */
bool dns_open(struct dns_reader *r, const void *message, size_t n);

bool dns_is_response(const struct dns_reader *r);
bool dns_is_answered(const struct dns_reader *r); /* a response to a query, without an error */

/* The next record; false behind the last, or where the message breaks. */
bool dns_next(struct dns_reader *r, struct dns_record *record);

/* The name in the data of a CNAME and the like. */
bool dns_data_name(const struct dns_reader *r, const struct dns_record *record, struct dns_name *name);

/* Names are the same whatever the case of ASCII letters (RFC 4343). */
bool dns_name_eq(const struct dns_name *a, const struct dns_name *b);

/* Reads a name at *c, which is moved behind it. Compressed names point into message, to what is before them. An end
 * of *c in the place of a label ends the name when partial is true (RFC 4704, 4.2), else it is an error. */
bool dns_read_name(const struct cursor *message, struct cursor *c, bool partial, struct dns_name *name);

#endif
