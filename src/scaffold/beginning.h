/* SPDX-License-Identifier: BSD-2-Clause */
/* beginning.h - what the first messages of one side of a group have in common. */
#ifndef SCAFFOLD_BEGINNING_H
#define SCAFFOLD_BEGINNING_H

#include "unknown/profile.h"

enum { BEGINNING_HEAD = 16 }; /* bytes: where headers are. Further ones are seldom of the protocol when few agree */
/* Too much is the same in three flows by chance: 7 % of the other flows of their capture did not have it, of four 0.3 %
 * (make scaffold-check). */
enum { BEGINNING_BITS = 24, BEGINNING_FLOWS = 4, BEGINNING_KINDS = 4 };

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
    uint32_t kind;                /* number among those of its side */
    uint32_t flows;               /* that it was made of */
    bool midstream;               /* too few have their beginning: they are taken as they begin in the capture */
    bool fixed[BEGINNING_HEAD]; /* bytes that are the same in all of them */
    uint8_t value[BEGINNING_HEAD];
    int16_t before[BEGINNING_HEAD]; /* the byte before it, fixed or not; -1: it is not the same in all of them */
    struct beginning_length length;
    uint16_t port; /* of the server; 0: any */
    unsigned bits;
    struct message example; /* borrowed from the sample; kept 0: none that is whole */
    uint64_t hits, unknown_hits, known_hits; /* flows of the group, other unknown ones, those that nDPI recognises */
};

/* Flows that it is to be told from. */
struct rivals {
    struct rival {
        const struct sample *sample;
        const struct profile *of; /* its group, those of one group stand together; NULL: nDPI recognises it */
    } *v;
    size_t n;
};

/* One that all first messages of a side have, or one for each kind of them. */
struct beginnings {
    struct beginning v[BEGINNING_KINDS];
    uint32_t n; /* at least 1: where none is given, v[0] says how far it is from it */
};

/* Of a profile, which is borrowed. Rivals of the profile itself are none. */
void beginnings_find(struct beginnings *out, const struct profile *p, unsigned side, const struct rivals *rivals);

/* Whether the first messages of a flow are where it begins, as far as can be told. */
bool beginning_is_seen(const struct sample *s);

/* Whether a flow has it. */
bool beginning_matches(const struct beginning *b, const struct sample *s);

/* Bytes that are fixed, one after the other. */
struct beginning_bytes {
    uint32_t at;
    const uint8_t *value;
    uint32_t n;
};

/* The first ones into what is zeroed, then the next ones; false: there are no more. */
bool beginning_next(const struct beginning *b, struct beginning_bytes *bytes);

/* Bytes that a message must have for it. */
uint32_t beginning_reach(const struct beginning *b);

#endif
