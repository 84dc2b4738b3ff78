/* SPDX-License-Identifier: BSD-2-Clause */
/* seq.h - sequence numbers of TCP: arithmetic modulo 2^32 (RFC 9293, 3.4). */
#ifndef UTIL_SEQ_H
#define UTIL_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* A number further than this from the one expected is none of the same stream: the largest window is 2^30 bytes
 * (RFC 7323, 2.3). */
enum { SEQ_WILD = 1 << 30 };

/* How far a is ahead of b; negative when it is behind. */
static inline int32_t seq_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static inline bool seq_is_wild(uint32_t a, uint32_t expected)
{
    int32_t d = seq_diff(a, expected);
    return d > SEQ_WILD || d < -SEQ_WILD;
}

#endif
