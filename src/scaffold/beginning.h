/* SPDX-License-Identifier: BSD-2-Clause */
/* beginning.h - what the first messages of one side of a group have in common. */
#ifndef SCAFFOLD_BEGINNING_H
#define SCAFFOLD_BEGINNING_H

#include "unknown/profile.h"

enum { BEGINNING_HEAD = 16, BEGINNING_BITS = 24, BEGINNING_FLOWS = 3 };

/* value + plus is the length of the message. */
struct beginning_length {
    bool given;
    uint32_t at;
    const char *type; /* as rule files call it */
    struct number_form form;
    int64_t plus;
};

struct beginning {
    bool given; /* it is a signature: of enough flows, and worth enough bits */
    const struct profile *profile;
    unsigned side;
    uint32_t flows;             /* that it was made of */
    bool fixed[BEGINNING_HEAD]; /* bytes that are the same in all of them */
    uint8_t value[BEGINNING_HEAD];
    struct beginning_length length;
    unsigned bits;
    struct message example; /* borrowed from the sample; kept 0: none that is whole */
    uint64_t hits, unknown_hits, known_hits; /* flows of the group, other unknown ones, those that nDPI recognises */
};

/* Of a profile, which is borrowed. known: flows of other protocols that it is to be told from, or NULL. */
void beginning_find(struct beginning *b, const struct profile *p, unsigned side, const struct samples *known);

/* How many bytes from at on are fixed, one after the other. */
uint32_t beginning_run(const struct beginning *b, uint32_t at);

/* Bytes of a message that it looks at. */
uint32_t beginning_reach(const struct beginning *b);

#endif
