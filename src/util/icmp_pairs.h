/* SPDX-License-Identifier: BSD-2-Clause */
/* icmp_pairs.h - which ICMP and ICMPv6 messages ask and answer each other. */
#ifndef UTIL_ICMP_PAIRS_H
#define UTIL_ICMP_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

/* True when messages of type (of IP protocol transport, 1 or 58) have a counterpart: *other is its type.
 * The pairs are those of Community ID version 1. */
bool icmp_counterpart(uint8_t transport, uint8_t type, uint8_t *other);

#endif
