/* SPDX-License-Identifier: BSD-2-Clause */
/* draft.h - a signature for a group of unknown flows: what the first messages of all of them have in common, and how
 * it did when it was tried on every flow of the run. */
#ifndef SCAFFOLD_DRAFT_H
#define SCAFFOLD_DRAFT_H

#include "unknown/profile.h"

#include <stdio.h>

enum { DRAFT_HEAD = 16, DRAFT_ID = 80, DRAFT_WHY = 160, DRAFT_BITS = 24, DRAFT_FLOWS = 3 };

/* value * 1 + plus is the length of the message. */
struct draft_length {
    bool given;
    uint32_t at;
    const char *type; /* as rule files call it */
    struct number_form form;
    int64_t plus;
};

struct draft {
    const struct profile *profile;
    char id[DRAFT_ID];
    char refused[DRAFT_WHY]; /* why there is none; empty: there is one */
    unsigned side;           /* whose first message */
    uint32_t flows;          /* that it was made of */
    bool fixed[DRAFT_HEAD];  /* bytes that are the same in all of them */
    uint8_t value[DRAFT_HEAD];
    struct draft_length length;
    unsigned bits;
    struct message example;  /* borrowed from the sample; kept 0: none that is whole */
    uint64_t hits, misses;   /* flows of the group with payload */
    uint64_t unknown_hits, unknown; /* other flows of the run that nothing recognises */
    uint64_t known_hits, known;     /* that nDPI recognises */
};

/* Of a profile, which is borrowed. known: flows of other protocols that it is to be told from, or NULL. */
void draft_make(struct draft *d, const struct profile *p, const struct samples *known);

/* How many bytes from at on are fixed, one after the other. */
uint32_t draft_run(const struct draft *d, uint32_t at);

/* Bytes of a message that it looks at. */
uint32_t draft_reach(const struct draft *d);

/* Refuses what others' flows have, too: call when all flows were counted. */
void draft_judge(struct draft *d);

/* As a rule file; trial: to be tried, before what nDPI finds, and without its results. */
void drafts_write(FILE *out, const struct draft *v, size_t n, bool trial);

#endif
