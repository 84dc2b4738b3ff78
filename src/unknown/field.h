/* SPDX-License-Identifier: BSD-2-Clause */
/* field.h - a field of the messages of one side, and what speaks for it. */
#ifndef UNKNOWN_FIELD_H
#define UNKNOWN_FIELD_H

#include "unknown/message.h"

enum field_role {
#define ROLE(name, text, doc) ROLE_##name,
#include "unknown/roles.def"
#undef ROLE
    FIELD_ROLES
};

struct field_word {
    const char *text, *doc;
};

extern const struct field_word field_roles[FIELD_ROLES];

enum { FIELD_TEXT = 120, FIELDS_MOST = 64, HEADER_MOST = 64 };

struct field {
    uint32_t at;     /* from the first byte of the message; from behind the last when from_end */
    uint32_t size;   /* 0: to the end */
    enum field_role role;
    bool from_end;
    bool number;     /* little is told */
    bool little;
    bool sure;       /* tested on every message; else a guess */
    uint32_t hits, of; /* how often it was right, of how many tests */
    uint32_t distinct;
    uint32_t times;  /* length: message size = value * times + add */
    int64_t add;     /* also: what a sequence goes up by, or down */
    char text[FIELD_TEXT]; /* its value or relation, in words */
};

/* Ascending by offset, those from the end behind; none overlaps another. */
struct fields {
    struct field *v; /* owned */
    size_t n;
};

void fields_free(struct fields *f);
struct fields fields_copy(const struct fields *f);

/* Whether no field has one of these bytes. */
bool fields_have_room(const struct fields *f, uint32_t at, uint32_t size);
void fields_add(struct fields *f, const struct field *new); /* left out when there is no room */
const struct field *fields_find(const struct fields *f, enum field_role role); /* the first, or NULL */

void field_say(struct field *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Distinct values of numbers; sorts v. */
uint32_t distinct_of(uint64_t *v, size_t n);

#endif
