/* SPDX-License-Identifier: BSD-2-Clause */
/* firsts.h - the first messages of one side of a group. */
#ifndef SCAFFOLD_FIRSTS_H
#define SCAFFOLD_FIRSTS_H

#include "scaffold/beginning.h"

struct firsts {
    struct message v[PROFILE_FLOWS]; /* borrowed from samples */
    uint32_t n;
};

/* A datagram; of a stream all that the side sends before the other one does. False: nothing. */
bool first_message(struct message *out, const struct sample *s, unsigned side);

/* Of the flows of a profile; midstream: of those, too, whose beginning was not captured. */
void firsts_collect(struct firsts *f, const struct profile *p, unsigned side, bool midstream);

/* Those that have a value at a place. */
void firsts_select(struct firsts *out, const struct firsts *f, uint32_t at, int value);

/* Whether a byte is the same in all of them. */
bool firsts_are_fixed(const struct firsts *f, uint32_t at);

bool firsts_are_of_one_size(const struct firsts *f);

/* The values at a place that at least so many have, the most frequent first; how many there are, at most n. */
uint32_t firsts_values(const struct firsts *f, uint32_t at, uint32_t least, uint8_t *value, uint32_t n);

/* A number in their head that tells the length of each, of several sizes. False: there is none. */
bool firsts_length(const struct firsts *f, struct beginning_length *out);

#endif
