/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.c - prefixes as keys, and ranges as prefixes. */
#include "rules/keys.h"

enum { NUMBER_MAX = 16 };

/* Clears what is behind the first bits of n bytes. */
static void mask(uint8_t *number, size_t n, unsigned bits)
{
    size_t whole = bits / 8;
    if (whole >= n)
        return;
    number[whole] &= (uint8_t)(0xff00 >> bits % 8);
    memset(number + whole + 1, 0, n - whole - 1);
}

size_t key_of_address(uint8_t key[static KEY_MAX], const struct dpi_addr *a, unsigned bits)
{
    size_t n = address_bits(a) / 8;
    key[0] = a->family;
    key[1] = (uint8_t)bits;
    memcpy(key + 2, a->b, n);
    mask(key + 2, n, bits);
    return 2 + n;
}

size_t key_of_port(uint8_t key[static KEY_MAX], uint8_t transport, uint16_t port, unsigned bits)
{
    key[0] = transport;
    key[1] = (uint8_t)bits;
    key[2] = (uint8_t)(port >> 8);
    key[3] = (uint8_t)port;
    mask(key + 2, 2, bits);
    return 4;
}

/* Sets all that is behind the first bits. */
static void fill(uint8_t *number, size_t n, unsigned bits)
{
    for (size_t i = 0; i < n; i++) {
        unsigned before = 8 * (unsigned)i;
        if (bits <= before)
            number[i] = 0xff;
        else if (bits < before + 8)
            number[i] |= (uint8_t)(0xff >> (bits - before));
    }
}

/* False when it was the last number there is. */
static bool increment(uint8_t *number, size_t n)
{
    while (n > 0)
        if (++number[--n])
            return true;
    return false;
}

/* The shortest prefix that begins with number and ends at last or before. */
static unsigned widest(const uint8_t *number, const uint8_t *last, size_t n, uint8_t *end)
{
    unsigned bits = 8 * (unsigned)n;
    uint8_t begin[NUMBER_MAX], up_to[NUMBER_MAX];
    memcpy(end, number, n);
    while (bits > 0) {
        memcpy(begin, number, n);
        memcpy(up_to, number, n);
        mask(begin, n, bits - 1);
        fill(up_to, n, bits - 1);
        if (memcmp(begin, number, n) != 0 || memcmp(up_to, last, n) > 0)
            break;
        memcpy(end, up_to, n);
        bits--;
    }
    return bits;
}

void keys_split(const uint8_t *first, const uint8_t *last, unsigned bits,
                void (*take)(void *ctx, const uint8_t *number, unsigned prefix_bits), void *ctx)
{
    uint8_t number[NUMBER_MAX], end[NUMBER_MAX];
    size_t n = bits / 8;
    memcpy(number, first, n);
    while (memcmp(number, last, n) <= 0) {
        take(ctx, number, widest(number, last, n, end));
        memcpy(number, end, n);
        if (!increment(number, n))
            break;
    }
}
