/* SPDX-License-Identifier: BSD-2-Clause */
/* ids.h - ids of flows in a list: added in any order, sorted once, then found. */
#ifndef UTIL_IDS_H
#define UTIL_IDS_H

#include <stddef.h>
#include <stdint.h>

void ids_add(uint64_t **v, size_t *n, uint64_t id); /* *v is NULL while *n is 0; free it */
void ids_sort(uint64_t *v, size_t n);

/* Where the id stands in a list that is sorted; n: nowhere. */
size_t ids_find(const uint64_t *v, size_t n, uint64_t id);

#endif
