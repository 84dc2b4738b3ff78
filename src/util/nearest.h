/* SPDX-License-Identifier: BSD-2-Clause */
/* nearest.h - what was meant by a word that is not known: for messages only. */
#ifndef UTIL_NEAREST_H
#define UTIL_NEAREST_H

#include <stddef.h>

/* The known word nearest to word (n bytes), or NULL when none is near enough to be meant. at gives the known
 * words, and NULL behind the last. A word that begins as the known one does is near; else one letter in three
 * may be wrong, missing, too many or swapped with its neighbour. Ties: the first. */
const char *nearest(const char *word, size_t n, const char *(*at)(size_t i, void *ctx), void *ctx);

#endif
