/* SPDX-License-Identifier: BSD-2-Clause */
/* key.h - what makes two packets part of one flow, the same in both directions. */
#ifndef FLOW_KEY_H
#define FLOW_KEY_H

#include "decode/decode.h"

/* Side 0 has the smaller (address, port). ICMP and ICMPv6 have the type and its counterpart for ports, as
 * Community ID does (echo request and reply are one flow); a type without counterpart has type and code, and its
 * sender is side 0: such a flow has one direction. All bytes are set, so keys compare with memcmp. */
struct flow_key {
    uint8_t addr[2][16];
    uint16_t port[2];
    uint32_t tunnel; /* interned path, 0: none (tunnels.h) */
    uint16_t vlan;
    uint8_t transport;
    uint8_t family; /* 4 or 6 */
};

_Static_assert(sizeof(struct flow_key) == 44, "a flow key has no padding");

struct key_options {
    bool ignore_vlan;
    /* ndpiReader's key: no tunnel, and ports only for TCP and UDP, so that all ICMP of two hosts is one flow */
    bool conversations;
};

/* Fills key from a decoded packet in the tunnel path given; returns the side that sent it. */
unsigned key_make(struct flow_key *key, const struct decoded *d, uint32_t tunnel, const struct key_options *opt);

struct dpi_addr key_addr(const struct flow_key *key, unsigned side);

#endif
