/* SPDX-License-Identifier: BSD-2-Clause */
/* siphash.h - SipHash-2-4, a keyed hash that cannot be steered without the key.
 * J.-P. Aumasson, D. J. Bernstein: "SipHash: a fast short-input PRF", 2012. */
#ifndef UTIL_SIPHASH_H
#define UTIL_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t k[2];
};

struct siphash_key siphash_random_key(void); /* from the kernel */
uint64_t siphash(const struct siphash_key *key, const void *data, size_t n);

#endif
