/* SPDX-License-Identifier: BSD-2-Clause */
/* community_id.h - Community ID flow hashing, version 1 (github.com/corelight/community-id-spec). */
#ifndef RECORD_COMMUNITY_ID_H
#define RECORD_COMMUNITY_ID_H

#include "dpitool/value.h"

#define COMMUNITY_ID_MAX 32 /* "1:" + base64 of 20 bytes + NUL */

/* src, dst: addresses of one family, in the direction of any packet of the flow. Ports in host byte order;
 * for ICMP and ICMPv6 the type and code of the packet, whatever has_ports says: the mapping of types is done
 * here. has_ports is false for transports without them. Returns the length, or 0 when src has no family. */
size_t community_id(char out[static COMMUNITY_ID_MAX], uint16_t seed, const struct dpi_addr *src,
                    const struct dpi_addr *dst, uint8_t transport, bool has_ports, uint16_t src_port,
                    uint16_t dst_port);

#endif
