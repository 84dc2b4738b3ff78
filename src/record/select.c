/* SPDX-License-Identifier: BSD-2-Clause */
/* select.c - a selection is read, and compared with the key of a flow. */
#include "record/select.h"

#include "record/build.h"
#include "util/prefix.h"

#include <string.h>

static bool parse_number(const char *s, size_t n, uint64_t max, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9' || __builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, (uint64_t)(s[i] - '0'), out))
            return false;
    }
    return n > 0 && *out <= max;
}

/* "1:" and the base64 of a SHA-1. */
static bool parse_community_id(struct selection *s, const char *text)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { DIGITS = 27 };
    if (strncmp(text, "1:", 2) != 0 || strspn(text + 2, base64) != DIGITS || strcmp(text + 2 + DIGITS, "=") != 0)
        return false;
    memcpy(s->community_id, text, 2 + DIGITS + 2);
    return true;
}

/* An address of n bytes, which prefix_parse takes, too, but without a length. */
static bool parse_addr(struct dpi_addr *a, const char *text, size_t n)
{
    char copy[DPI_ADDR_MAX];
    struct prefix p;
    if (n >= sizeof(copy) || memchr(text, '/', n))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    bool ok = prefix_parse(&p, copy);
    *a = p.addr;
    return ok;
}

/* [address]:port, [address], address:port of IPv4, or address. */
static bool parse_end(struct selection *s, unsigned end, const char *text, size_t n)
{
    const char *behind = text + n, *addr = text, *addr_end, *port;
    uint64_t number = 0;
    if (n && text[0] == '[') {
        addr++;
        addr_end = memchr(text, ']', n);
        if (!addr_end)
            return false;
        port = addr_end + 1;
    } else {
        const char *colon = memchr(text, ':', n);
        bool is6 = colon && memchr(colon + 1, ':', (size_t)(behind - colon - 1));
        addr_end = port = colon && !is6 ? colon : behind;
    }
    s->has_port[end] = port < behind;
    if (s->has_port[end] && (*port != ':' || !parse_number(port + 1, (size_t)(behind - port - 1), UINT16_MAX, &number)))
        return false;
    s->port[end] = (uint16_t)number;
    return parse_addr(&s->addr[end], addr, (size_t)(addr_end - addr));
}

static bool parse_ends(struct selection *s, const char *text)
{
    const char *between = strchr(text, '-');
    return between && parse_end(s, 0, text, (size_t)(between - text)) &&
           parse_end(s, 1, between + 1, strlen(between + 1)) && s->addr[0].family == s->addr[1].family;
}

enum dpi_status selection_parse(struct selection *s, const char *text, struct dpi_err *err)
{
    *s = (struct selection){.by = SELECT_ID};
    if (parse_number(text, strlen(text), UINT64_MAX, &s->id) && s->id)
        return DPI_OK;
    s->by = SELECT_COMMUNITY_ID;
    if (parse_community_id(s, text))
        return DPI_OK;
    s->by = SELECT_ENDS;
    if (parse_ends(s, text))
        return DPI_OK;
    return dpi_fail(err, DPI_USAGE,
                    "'%s' is no flow_id, no Community ID, and no pair of ends such as 192.0.2.2:50000-192.0.2.10:443 "
                    "or [fd00::1]:50000-[fd00::2]:443",
                    text);
}

/* Whether end e of the selection is side side of the key. */
static bool end_matches(const struct selection *s, unsigned e, const struct flow_key *key, unsigned side)
{
    struct dpi_addr addr = key_addr(key, side);
    return memcmp(&s->addr[e], &addr, sizeof(addr)) == 0 && (!s->has_port[e] || s->port[e] == key->port[side]);
}

static bool has_ports(const struct flow_key *key)
{
    return key->transport == IPPROTO_NUM_TCP || key->transport == IPPROTO_NUM_UDP || key->transport == IPPROTO_NUM_SCTP;
}

static bool ends_match(const struct selection *s, const struct flow_key *key)
{
    if ((s->has_port[0] || s->has_port[1]) && !has_ports(key))
        return false;
    return (end_matches(s, 0, key, 0) && end_matches(s, 1, key, 1)) ||
           (end_matches(s, 0, key, 1) && end_matches(s, 1, key, 0));
}

bool selection_matches(const struct selection *s, const struct flow *f, uint16_t seed, bool conversations)
{
    char id[COMMUNITY_ID_MAX];
    switch (s->by) {
    case SELECT_ID:
        return f->id == s->id;
    case SELECT_COMMUNITY_ID:
        return record_community_id(id, f, seed, conversations) && strcmp(id, s->community_id) == 0;
    default:
        return ends_match(s, &f->key);
    }
}

bool selected_look(struct selected *chosen, const struct selection *s, const struct flow *f, uint16_t seed,
                   bool conversations)
{
    if (!selection_matches(s, f, seed, conversations))
        return false;
    if (!chosen->flow_id) {
        chosen->flow_id = f->id;
        return true;
    }
    if (chosen->n_others++ < SELECTED_OTHERS_MAX)
        chosen->others[chosen->n_others - 1] = f->id;
    return false;
}
