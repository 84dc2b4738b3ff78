/* SPDX-License-Identifier: BSD-2-Clause */
/* grouping.h - unknown flows put into likely protocols, by what they sent first.
 *
 * The same flows give the same groups in whatever order they come. */
#ifndef UNKNOWN_GROUPING_H
#define UNKNOWN_GROUPING_H

#include "unknown/sample.h"

enum grouping_by {
    GROUP_BY_BOTH,    /* payload, and the server's port speaks for being alike */
    GROUP_BY_PAYLOAD, /* payload alone */
    GROUP_BY_PORT,    /* transport and server port alone */
};

enum group_kind {
#define KIND(name, text, doc) GROUP_##name,
#include "unknown/kinds.def"
#undef KIND
    GROUP_KINDS
};

struct group_word {
    const char *text, *doc;
};

extern const struct group_word group_kinds[GROUP_KINDS];

struct group {
    uint32_t *member; /* numbers of samples, ascending by flow_id */
    size_t n;
    enum group_kind kind;
    bool small;         /* too few flows and messages to tell what is constant */
    float cohesion;     /* 1 less the mean distance of some of its flows */
    size_t nearest;     /* number of the most similar group, over any transport; its own when there is none */
    float nearest_distance;
    size_t partner;       /* number of the group that flows share sockets with: see sockets.h */
    size_t partner_flows; /* of this group, that do; 0: there is none */
};

struct groups {
    struct group *v; /* those with most flows first */
    size_t n;
};

void groups_make(struct groups *g, const struct samples *s, enum grouping_by by);
void groups_free(struct groups *g);

#endif
