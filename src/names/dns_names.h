/* SPDX-License-Identifier: BSD-2-Clause */
/* dns_names.h - what a DNS message tells: names asked for, addresses, and which name led to which address. */
#ifndef NAMES_DNS_NAMES_H
#define NAMES_DNS_NAMES_H

#include "dpitool/value.h"
#include "names/dns.h"
#include "names/kind.h"

/* Hands over the questions, CNAMEs and addresses; of a message without a question, as mDNS answers are (RFC 6762, 6),
 * the owners of the answers. False when it is no DNS message: a question breaks, or is of a class that none has. */
bool dns_names(const void *message, size_t n, name_fn *fn, void *ctx);

/* addr is what a name was answered with, for ttl seconds: the least of the chain. All is borrowed. */
typedef void dns_hint_fn(void *ctx, const struct dns_name *name, const struct dpi_addr *addr, uint32_t ttl);

/* Hands over the addresses at the ends of CNAME chains with the name that was asked for. */
void dns_hints(const void *message, size_t n, dns_hint_fn *fn, void *ctx);

#endif
