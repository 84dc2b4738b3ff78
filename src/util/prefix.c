/* SPDX-License-Identifier: BSD-2-Clause */
/* prefix.c - parsing and matching of address prefixes. */
#include "util/prefix.h"

#include <arpa/inet.h>

/* The byte of a mask of so many bits at index i. */
static uint8_t mask_at(unsigned bits, unsigned i)
{
    if (bits >= 8 * (i + 1))
        return 0xff;
    return bits <= 8 * i ? 0 : (uint8_t)(0xff00 >> (bits - 8 * i));
}

/* Digits of a number up to max, nothing else. */
static bool parse_bits(const char *text, unsigned max, unsigned *out)
{
    unsigned v = 0;
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 3 || text[n])
        return false;
    for (size_t i = 0; i < n; i++)
        v = 10 * v + (unsigned)(text[i] - '0');
    *out = v;
    return v <= max;
}

bool prefix_parse(struct prefix *p, const char *text)
{
    char addr[INET6_ADDRSTRLEN];
    size_t n = strcspn(text, "/");
    *p = (struct prefix){.addr = {.family = memchr(text, ':', n) ? 6 : 4}};
    bool is6 = p->addr.family == 6;
    p->bits = is6 ? 128 : 32;
    if (n >= sizeof(addr))
        return false;
    memcpy(addr, text, n);
    addr[n] = '\0';
    if (inet_pton(is6 ? AF_INET6 : AF_INET, addr, p->addr.b) != 1)
        return false;
    if (text[n] && !parse_bits(text + n + 1, p->bits, &p->bits))
        return false;
    for (unsigned i = 0; i < sizeof(p->addr.b); i++)
        p->addr.b[i] &= mask_at(p->bits, i);
    return true;
}

bool prefix_has(const struct prefix *p, const struct dpi_addr *a)
{
    if (a->family != p->addr.family)
        return false;
    for (unsigned i = 0; 8 * i < p->bits; i++)
        if ((a->b[i] & mask_at(p->bits, i)) != p->addr.b[i])
            return false;
    return true;
}
