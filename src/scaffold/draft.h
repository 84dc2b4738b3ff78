/* SPDX-License-Identifier: BSD-2-Clause */
/* draft.h - signatures for groups of unknown flows, each of a side that has enough in common or of a kind of its
 * messages, and how they did when they were tried on every flow of the run. */
#ifndef SCAFFOLD_DRAFT_H
#define SCAFFOLD_DRAFT_H

#include "scaffold/beginning.h"

#include <stdio.h>

enum { DRAFT_ID = 80, DRAFT_WHY = 280, DRAFT_MOST = 2 * BEGINNING_KINDS, DRAFT_SIDE = 16 };

#define draft_id_begin "unknown."

struct draft {
    const struct profile *profile;
    char id[DRAFT_ID];       /* draft_id_begin, the number of the group, its name; draft_side follows */
    char refused[DRAFT_WHY]; /* why there is none; empty: there is one */
    struct beginning v[DRAFT_MOST]; /* of the client, then of the server; some may not be given */
    uint32_t n;
    /* Of the dissector for Wireshark, when it claims more packets that way: */
    bool uncut; /* streams are not cut into messages by the sizes that the profile tells */
    bool eager; /* heuristics are asked before ports */
    bool ordered; /* tshark puts segments in order before */
    bool contested[PROFILE_PORTS]; /* beside the profile's ports: the dissector of another group is asked there, too */
    uint64_t flows;           /* of the group, with payload */
    uint64_t seen, seen_hits; /* of them, those whose beginning was captured, and those of these that have it */
    uint64_t unknown, known;  /* other flows of the run, that nothing and that nDPI recognises */
    uint64_t known_flow;      /* one of these that has it */
    uint64_t *taken_by;       /* beside drafts: flows of the group that have another one's; owned, NULL: none has */
    const struct draft *also; /* the other group of which most flows have it, and how many; NULL: of none */
    uint32_t also_flows;
};

/* Beside groups. */
struct drafts {
    struct draft *v; /* owned */
    size_t n;
    uint64_t unknown, known; /* flows with payload that were counted */
};

/* Of n profiles beside each other, which are borrowed. Each is told apart from known flows and, where that is possible,
 * from the other groups. */
void drafts_make(struct drafts *d, struct profile *const *profile, size_t n, const struct samples *known);
void drafts_free(struct drafts *d);

/* Whether a flow has one of its signatures. */
bool draft_matches(const struct draft *d, const struct sample *s);

/* What follows the id of a draft in that of its signature: client, or client2 for that of the second kind. */
void draft_side(char out[static DRAFT_SIDE], const struct beginning *b);

/* --- the trial ---------------------------------------------------------------------------------------- */

/* Forgets how they did. */
void drafts_reset(struct drafts *d);

/* A flow with payload that the signatures of all drafts were tried on. */
struct tried_flow {
    uint64_t id;
    size_t group;           /* drafts.n: of none */
    bool unknown;           /* or nDPI recognises it */
    bool seen;              /* its beginning was captured */
    struct dpi_text rule;   /* FILE:ID of the signature that it has; empty: none */
};

void drafts_count(struct drafts *d, const struct tried_flow *f);

/* Refuses what has not stood the trial: call when all flows were counted. True: others may now do better, who are to
 * be tried once more. */
bool drafts_judge(struct drafts *d);

/* Flows that have one of its signatures: of the group, other unknown ones, those that nDPI recognises. */
struct draft_hits {
    uint64_t own, unknown, known;
};

struct draft_hits draft_hits(const struct draft *d);

/* As a rule file. For the trial they override what nDPI finds. */
void drafts_write(FILE *out, const struct drafts *d, bool trial);

#endif
