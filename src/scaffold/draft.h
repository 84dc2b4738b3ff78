/* SPDX-License-Identifier: BSD-2-Clause */
/* draft.h - signatures for a group of unknown flows: one for each side that has enough in common, and how they did when
 * they were tried on every flow of the run. */
#ifndef SCAFFOLD_DRAFT_H
#define SCAFFOLD_DRAFT_H

#include "scaffold/beginning.h"

#include <stdio.h>

enum { DRAFT_ID = 80, DRAFT_WHY = 160 };

#define draft_id_begin "unknown."

struct draft {
    const struct profile *profile;
    char id[DRAFT_ID];       /* draft_id_begin, the number of the group, its name; that of a side follows */
    char refused[DRAFT_WHY]; /* why there is none; empty: there is one */
    struct beginning side[2];
    /* Of the dissector for Wireshark, when it claims more packets that way: */
    bool uncut; /* streams are not cut into messages by the sizes that the profile tells */
    bool eager; /* heuristics are asked before ports */
    uint64_t flows;          /* of the group, with payload */
    uint64_t unknown, known; /* other flows of the run, that nothing and that nDPI recognises */
};

/* Of a profile, which is borrowed. known: as for beginning_find. */
void draft_make(struct draft *d, const struct profile *p, const struct samples *known);

/* Forgets how it did. */
void draft_reset(struct draft *d);

/* Flows of the group that have one of its signatures, and others. */
uint64_t draft_hits(const struct draft *d);
uint64_t draft_unknown_hits(const struct draft *d);
uint64_t draft_known_hits(const struct draft *d);

/* Refuses what others' flows have, too: call when all flows were counted. True: one side is left of two, which is to be
 * tried once more, as a flow is counted for one of them only. */
bool draft_judge(struct draft *d);

/* As a rule file; trial: to be tried, before what nDPI finds, and without its results. */
void drafts_write(FILE *out, const struct draft *v, size_t n, bool trial);

#endif
