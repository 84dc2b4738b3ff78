/* SPDX-License-Identifier: BSD-2-Clause */
/* icmp_pairs.c - the pairs of request and reply, once for flow keys and for Community ID. */
#include "util/icmp_pairs.h"

#include <stddef.h>

enum { ICMP = 1, ICMPV6 = 58 };

static const struct pair {
    uint8_t transport, a, b;
} pairs[] = {
    {ICMP, 8, 0},       /* echo */
    {ICMP, 13, 14},     /* timestamp */
    {ICMP, 15, 16},     /* information */
    {ICMP, 10, 9},      /* router solicitation and advertisement */
    {ICMP, 17, 18},     /* address mask */
    {ICMPV6, 128, 129}, /* echo */
    {ICMPV6, 133, 134}, /* router solicitation and advertisement */
    {ICMPV6, 135, 136}, /* neighbor solicitation and advertisement */
    {ICMPV6, 130, 131}, /* multicast listener query and report */
    {ICMPV6, 139, 140}, /* node information */
    {ICMPV6, 144, 145}, /* home agent address discovery */
};

bool icmp_counterpart(uint8_t transport, uint8_t type, uint8_t *other)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const struct pair *p = &pairs[i];
        if (p->transport == transport && (p->a == type || p->b == type)) {
            *other = p->a == type ? p->b : p->a;
            return true;
        }
    }
    return false;
}
