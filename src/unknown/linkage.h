/* SPDX-License-Identifier: BSD-2-Clause */
/* linkage.h - average linkage: things are put together as long as the mean distance between two heaps is small. */
#ifndef UNKNOWN_LINKAGE_H
#define UNKNOWN_LINKAGE_H

#include <stddef.h>
#include <stdint.h>

/* Distances of n things: one of i and k, i > k, stands at linkage_at(i, k). */
static inline size_t linkage_at(size_t i, size_t k)
{
    return i * (i - 1) / 2 + k;
}

/* Sets heap[i] to the lowest number of those that i is in a heap with. weight[i]: how many things i stands for. The
 * distances are used up. The result follows from the arguments alone; ties go to lower numbers. */
void linkage(float *distances, const uint32_t *weight, size_t n, float cut, uint32_t *heap);

#endif
