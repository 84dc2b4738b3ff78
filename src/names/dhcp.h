/* SPDX-License-Identifier: BSD-2-Clause */
/* dhcp.h - the names that clients have in DHCP (RFC 2131, 2132, 4702) and DHCPv6 (RFC 8415, 4704). */
#ifndef NAMES_DHCP_H
#define NAMES_DHCP_H

#include "names/kind.h"

void dhcp_names(const void *message, size_t n, name_fn *fn, void *ctx);   /* options 12 and 81 */
void dhcpv6_names(const void *message, size_t n, name_fn *fn, void *ctx); /* option 39, relayed or not */

#endif
