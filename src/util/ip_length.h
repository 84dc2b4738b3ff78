/* SPDX-License-Identifier: BSD-2-Clause */
/* ip_length.h - writes the length of an IP packet into its header. */
#ifndef UTIL_IP_LENGTH_H
#define UTIL_IP_LENGTH_H

#include <stdint.h>

/* ip: at least 20 bytes of an IPv4 or 40 of an IPv6 header. len: of the whole packet, at most 65535. */
static inline void ip_set_length(uint8_t *ip, uint32_t len)
{
    uint8_t *field = ip[0] >> 4 == 4 ? ip + 2 : ip + 4;
    uint32_t value = ip[0] >> 4 == 4 ? len : len - 40;
    field[0] = (uint8_t)(value >> 8);
    field[1] = (uint8_t)value;
}

#endif
