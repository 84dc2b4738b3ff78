/* SPDX-License-Identifier: BSD-2-Clause */
/* profile.h - all that is told of a group of unknown flows, as data: what a text or a document says of it. */
#ifndef UNKNOWN_PROFILE_H
#define UNKNOWN_PROFILE_H

#include "unknown/bytestats.h"
#include "unknown/grouping.h"
#include "unknown/records.h"
#include "unknown/texts.h"
#include "unknown/types.h"
#include "unknown/view.h"

enum { PROFILE_FLOWS = 100, PROFILE_NAME = 48, PROFILE_LINES = 16, PROFILE_LINE = 160, PROFILE_PORTS = 8,
       PROFILE_EXEMPLARS = 3 };

extern const char *const side_names[2]; /* as they are told: C>S, S>C */

struct exemplar {
    const char *why; /* typical, shortest, oddest */
    struct message m;
    uint64_t flow_id;
};

/* The bytes behind the fields of fixed place. */
struct profile_body {
    uint32_t at;
    uint32_t bytes; /* 0: there is none */
    double entropy, chi2;
    bool random, text;
    bool packed; /* nearly random: compressed, or random with other bytes between */
};

struct profile_side {
    struct view view;
    struct fields fields;
    struct type_split types;
    struct text_shape text;
    struct profile_body body;
    struct records records;
    bool cut[HEADER_MOST]; /* where fields begin, see boundaries.h */
    bool little;
    uint32_t least, most, sizes; /* bytes of messages, and how many different sizes */
    uint32_t senders;            /* addresses that sent them */
    uint32_t flows;              /* in which it said something */
    uint32_t first_least, first_most; /* sizes of first messages */
    uint32_t speaks_first;       /* flows */
    int64_t answers_after, repeats_after; /* median ns; -1: never */
    struct exemplar exemplar[PROFILE_EXEMPLARS];
    uint32_t n_exemplars;
};

struct profile_port {
    uint16_t port;
    uint32_t flows;
};

struct profile {
    char id[24];               /* U01 */
    char name[PROFILE_NAME];   /* of numbers only: udp7011-a751 */
    const struct group *group;
    const struct groups *groups;
    uint8_t transport;
    const struct sample **flow; /* that were looked at: with their beginning, if any has it */
    size_t n_flows;
    uint32_t midstream, lossy, one_way; /* of the group */
    uint64_t messages;         /* kept of it */
    uint32_t clients, servers;
    struct profile_port port[PROFILE_PORTS]; /* of the server, the most frequent first */
    uint32_t n_ports, all_ports;
    uint16_t from_port; /* of the clients of all flows, where servers have many: it may be the server's; 0: none */
    bool inferred;             /* else nothing is said of a structure */
    struct profile_side side[2];
    char (*unexplained)[PROFILE_LINE], (*next)[PROFILE_LINE]; /* owned */
    uint32_t n_unexplained, n_next;
};

/* Of group number of groups; all arguments are borrowed for the profile's life. */
struct profile *profile_new(const struct samples *s, const struct groups *groups, size_t number);
void profile_free(struct profile *p); /* NULL is fine */

/* tcp, udp, or NULL. */
const char *profile_transport(uint8_t transport);

/* Used to make a profile. */
void infer_sides(struct profile *p);
void dialogue_describe(struct profile *p);
void advice_give(struct profile *p);

#endif
