/* SPDX-License-Identifier: BSD-2-Clause */
/* mix.h - a fast hash without a key: for marks, for tables whose keys nobody who made the input can choose, and for
 * caches with one place for each key, where all that can be forced is a miss. */
#ifndef UTIL_MIX_H
#define UTIL_MIX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static inline uint64_t mix_bytes(uint64_t h, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t v;
    for (; n >= sizeof(v); p += sizeof(v), n -= sizeof(v)) {
        memcpy(&v, p, sizeof(v));
        h = mix(h, v);
    }
    v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return mix(h, v);
}

#endif
