/* SPDX-License-Identifier: BSD-2-Clause */
/* precedence.h - which of two rules that hold for a flow goes before the other: one table. Private to src/rules. */
#ifndef RULES_PRECEDENCE_H
#define RULES_PRECEDENCE_H

#include "rules/model.h"

/* What tells of an application, the most telling first. */
enum level { LEVEL_ASKED, LEVEL_CERTIFICATE, LEVEL_HINT, LEVEL_FINGERPRINT, LEVEL_ADDRESS, LEVEL_PORT, LEVEL_PROTOCOL };

/* How a host rule says it. */
enum form { FORM_EXACT, FORM_SUFFIX, FORM_GLOB };

/* A rule of which something was found in a flow. */
struct candidate {
    const struct entry *entry;
    enum level level;
    unsigned length;  /* bytes of a suffix, literal bytes of a glob, bits of a prefix of an address */
    size_t name;      /* which of the flow's names; 0 when it is none */
    enum name_kind name_kind;
    bool client_only; /* found by the client's address */
    enum condition fails; /* the first further condition that does not hold; CONDITIONS: all do */
};

/* Negative when a goes before b, positive when b goes before a; 0 only for one and the same rule. *why, unless NULL,
 * says why the other one does not. */
int precedence(const struct rules *r, const struct candidate *a, const struct candidate *b, const char **why);

/* The same for two entries under one key, as far as they tell. */
int precedence_of_entries(const struct rules *r, const struct entry *a, const struct entry *b);

/* The length of a candidate that is found by a host or glob. */
unsigned precedence_length(const struct rules *r, const struct entry *e);

#endif
