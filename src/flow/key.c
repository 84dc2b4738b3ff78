/* SPDX-License-Identifier: BSD-2-Clause */
/* key.c - canonical flow keys. */
#include "flow/key.h"

#include "util/icmp_pairs.h"

#include <string.h>

static bool is_icmp(uint8_t transport)
{
    return transport == IPPROTO_NUM_ICMP || transport == IPPROTO_NUM_ICMPV6;
}

/* Ports of the key in the packet's direction; false when the direction is part of the key. */
static bool key_ports(uint16_t port[2], const struct decoded *d, bool conversations)
{
    port[0] = port[1] = 0;
    if (conversations && d->transport != IPPROTO_NUM_TCP && d->transport != IPPROTO_NUM_UDP)
        return true;
    if (d->has_ports) {
        port[0] = d->src_port;
        port[1] = d->dst_port;
        return true;
    }
    if (!is_icmp(d->transport))
        return true;
    uint8_t other;
    bool paired = icmp_counterpart(d->transport, (uint8_t)d->src_port, &other);
    port[0] = d->src_port;
    port[1] = paired ? other : d->dst_port;
    return paired;
}

unsigned key_make(struct flow_key *key, const struct decoded *d, uint32_t tunnel,
                  const struct key_options *opt)
{
    uint16_t port[2];
    bool both_ways = key_ports(port, d, opt->conversations);
    int order = memcmp(d->src.b, d->dst.b, sizeof(d->src.b));
    bool swap = both_ways && (order > 0 || (order == 0 && port[0] > port[1]));
    unsigned sender = swap ? 1 : 0;

    memcpy(key->addr[sender], d->src.b, sizeof(key->addr[0]));
    memcpy(key->addr[!sender], d->dst.b, sizeof(key->addr[0]));
    key->port[sender] = port[0];
    key->port[!sender] = port[1];
    key->tunnel = opt->conversations ? 0 : tunnel;
    key->vlan = opt->ignore_vlan ? 0 : d->vlan;
    key->transport = d->transport;
    key->family = d->src.family;
    return sender;
}

struct dpi_addr key_addr(const struct flow_key *key, unsigned side)
{
    struct dpi_addr a = {.family = key->family};
    memcpy(a.b, key->addr[side], sizeof(a.b));
    return a;
}
