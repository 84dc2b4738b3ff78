/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.h - the bytes under which prefixes of addresses and ports are found. Private to src/rules. */
#ifndef RULES_KEYS_H
#define RULES_KEYS_H

#include "dpitool/value.h"

enum { KEY_MAX = 18, PORT_BITS = 16 };

/* The first bits of the address; returns the length of the key. */
size_t key_of_address(uint8_t key[static KEY_MAX], const struct dpi_addr *a, unsigned bits);
size_t key_of_port(uint8_t key[static KEY_MAX], uint8_t transport, uint16_t port, unsigned bits);

static inline unsigned address_bits(const struct dpi_addr *a)
{
    return a->family == 4 ? 32 : 128;
}

/* Cuts the numbers from first to last, each of so many bits, most significant byte first, into prefixes. Calls take
 * with the first number of each and its bits. */
void keys_split(const uint8_t *first, const uint8_t *last, unsigned bits,
                void (*take)(void *ctx, const uint8_t *number, unsigned prefix_bits), void *ctx);

#endif
