/* SPDX-License-Identifier: BSD-2-Clause */
/* distance.h - how unlike the first messages of two flows are: 0 alike, 1 nothing in common. */
#ifndef UNKNOWN_DISTANCE_H
#define UNKNOWN_DISTANCE_H

#include "unknown/sample.h"

enum { DISTANCE_HEAD = 16, DISTANCE_TEXT = 64, DISTANCE_GRAMS = DISTANCE_TEXT - 2 };

/* What is compared of a flow. */
struct features {
    uint32_t gram[2][DISTANCE_GRAMS]; /* of each side: three bytes, ascending, each once */
    uint8_t n_grams[2];
    uint8_t n_head[2];
    uint8_t head[2][DISTANCE_HEAD];
    uint8_t class[2][DISTANCE_HEAD]; /* of each byte of head: digit, upper case, ... */
    uint8_t transport;
    int32_t port; /* of the server; -1: has none */
};

void features_of(struct features *f, const struct sample *s);

/* Of flows of one transport; others have nothing in common. with_port: the same server port makes flows more
 * alike. */
float distance(const struct features *a, const struct features *b, bool with_port);

#endif
