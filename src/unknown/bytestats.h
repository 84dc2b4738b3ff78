/* SPDX-License-Identifier: BSD-2-Clause */
/* bytestats.h - how often each byte occurs, and what that says: constant, text, random. */
#ifndef UNKNOWN_BYTESTATS_H
#define UNKNOWN_BYTESTATS_H

#include "unknown/message.h"

struct bytestats {
    uint32_t n;
    uint32_t count[256];
};

/* The bytes from offset first to below behind, as far as they were kept. */
void bytestats_add(struct bytestats *b, const struct message *m, uint32_t first, uint32_t behind);

double bytestats_entropy(const struct bytestats *b); /* bits a byte */
uint32_t bytestats_distinct(const struct bytestats *b);
uint32_t bytestats_printable(const struct bytestats *b); /* ASCII, with line ends and tabulators */
bool bytestats_text(const struct bytestats *b);          /* nine in ten are printable; nothing is no text */

/* How far the counts are from those of random bytes, in standard deviations of chi-square with 255 degrees. */
double bytestats_chi2(const struct bytestats *b);

enum { BYTESTATS_ENOUGH = 256 }; /* bytes below which chi-square says nothing */

/* Enough bytes, and nothing tells them from random ones. */
bool bytestats_random(const struct bytestats *b);

#endif
