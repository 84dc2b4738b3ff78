/* SPDX-License-Identifier: BSD-2-Clause */
/* dhcp.c - options of DHCP and DHCPv6. */
#include "names/dhcp.h"

#include "names/dns.h"

#include <string.h>

struct found {
    name_fn *fn;
    void *ctx;
};

static void give_wire_name(const struct found *to, struct cursor c)
{
    const struct cursor nowhere = cursor_of(NULL, 0); /* names are not compressed here */
    struct dns_name name;
    if (dns_read_name(&nowhere, &c, true, &name) && name.n)
        to->fn(to->ctx, NAME_DHCP, name.text, name.n);
}

/* --- DHCP --------------------------------------------------------------------------------------------- */

enum {
    DHCP_PAD = 0,
    DHCP_HOST_NAME = 12,
    DHCP_OVERLOAD = 52,
    DHCP_FQDN = 81,
    DHCP_END = 255,
    OPTION_MAX = 1024, /* of an option that comes in parts */
};

struct option {
    uint8_t code;
    size_t n;
    uint8_t bytes[OPTION_MAX];
};

/* Puts the parts of one option together (RFC 3396). */
static void collect(struct option *o, struct cursor c)
{
    const uint8_t *p;
    uint8_t code, n;
    while (cursor_u8(&c, &code) && code != DHCP_END) {
        if (code == DHCP_PAD)
            continue;
        if (!cursor_u8(&c, &n) || !cursor_bytes(&c, &p, n))
            return;
        if (code != o->code || n > sizeof(o->bytes) - o->n)
            continue;
        memcpy(o->bytes + o->n, p, n);
        o->n += n;
    }
}

/* Some clients count a NUL behind the name (RFC 2132, 2, asks to live with that). */
static void give_text(const struct found *to, const uint8_t *p, size_t n)
{
    while (n && p[n - 1] == '\0')
        n--;
    if (n)
        to->fn(to->ctx, NAME_DHCP, p, n);
}

static void give_fqdn(const struct found *to, const struct option *o)
{
    enum { HEAD = 3, ENCODED = 4 }; /* flags and two codes; the E bit: as in the DNS, else ASCII (RFC 4702, 2.3) */
    if (o->n <= HEAD)
        return;
    if (o->bytes[0] & ENCODED)
        give_wire_name(to, cursor_of(o->bytes + HEAD, o->n - HEAD));
    else
        give_text(to, o->bytes + HEAD, o->n - HEAD);
}

void dhcp_names(const void *message, size_t n, name_fn *fn, void *ctx)
{
    enum { TO_SNAME = 44, SNAME = 64, FILE_NAME = 128, COOKIE = 0x63825363 };
    const struct found to = {fn, ctx};
    struct cursor c = cursor_of(message, n);
    const uint8_t *sname, *file;
    uint32_t cookie;
    if (!cursor_skip(&c, TO_SNAME) || !cursor_bytes(&c, &sname, SNAME) || !cursor_bytes(&c, &file, FILE_NAME) ||
        !cursor_be32(&c, &cookie) || cookie != COOKIE)
        return;
    struct option overload = {.code = DHCP_OVERLOAD}, host = {.code = DHCP_HOST_NAME}, fqdn = {.code = DHCP_FQDN};
    collect(&overload, c);
    struct cursor fields[3] = {c}; /* in the order of RFC 3396, 5 */
    if (overload.n && (overload.bytes[0] & 1))
        fields[1] = cursor_of(file, FILE_NAME);
    if (overload.n && (overload.bytes[0] & 2))
        fields[2] = cursor_of(sname, SNAME);
    for (unsigned i = 0; i < 3; i++) {
        collect(&host, fields[i]);
        collect(&fqdn, fields[i]);
    }
    give_text(&to, host.bytes, host.n);
    give_fqdn(&to, &fqdn);
}

/* --- DHCPv6 ------------------------------------------------------------------------------------------- */

enum { V6_RELAY_MESSAGE = 9, V6_FQDN = 39, V6_RELAYS_MAX = 8 };

/* The options of a message, behind its head: relays have a longer one (RFC 8415, 8 and 9). */
static bool options_of(struct cursor *c)
{
    enum { FORWARD = 12, REPLY = 13, RELAY_HEAD = 33, HEAD = 3 };
    uint8_t type;
    if (!cursor_u8(c, &type) || type == 0 || type > 36)
        return false;
    return cursor_skip(c, type == FORWARD || type == REPLY ? RELAY_HEAD : HEAD);
}

/* Gives the name among the options; *inner is the message that is relayed in them. */
static bool walk_options(const struct found *to, struct cursor c, struct cursor *inner)
{
    const uint8_t *p;
    uint16_t code, n;
    bool has_inner = false;
    while (cursor_be16(&c, &code) && cursor_be16(&c, &n) && cursor_bytes(&c, &p, n)) {
        if (code == V6_FQDN && n > 1)
            give_wire_name(to, cursor_of(p + 1, n - 1u)); /* behind the flags */
        if (code == V6_RELAY_MESSAGE) {
            *inner = cursor_of(p, n);
            has_inner = true;
        }
    }
    return has_inner;
}

void dhcpv6_names(const void *message, size_t n, name_fn *fn, void *ctx)
{
    const struct found to = {fn, ctx};
    struct cursor c = cursor_of(message, n);
    for (unsigned depth = 0; depth < V6_RELAYS_MAX; depth++)
        if (!options_of(&c) || !walk_options(&to, c, &c))
            return;
}
