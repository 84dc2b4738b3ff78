/* SPDX-License-Identifier: BSD-2-Clause */
/* reading.h - how rule files are read. A reader takes the whole of the value whose first event is l->e, and leaves the
 * event behind it there. What is wrong is told and passed over, so that everything else in the file is read, too.
 * Private to src/rules. */
#ifndef RULES_READING_H
#define RULES_READING_H

#include "rules/events.h"
#include "rules/model.h"

struct loader {
    struct rules *r;
    struct events *events;
    struct rules_problems *problems;
    struct event e;
    uint32_t file;
    bool shipped;
    bool full; /* there are too many values, which was told */
};

struct key {
    const char *name;
    void (*read)(struct loader *l, void *into);
};

struct keys {
    const struct key *v;
    size_t n;
    const char *where; /* they stand, for messages */
};

#define FAIL(l, ...) rules_error((l)->problems, &(l)->e.at, __VA_ARGS__)

/* --- any YAML ----------------------------------------------------------------------------------------- */

void reading_next(struct loader *l);
void reading_skip(struct loader *l);
bool reading_is_null(const struct event *e);

/* Tells that the value is of another type, and passes over it. */
void reading_wrong_type(struct loader *l, const char *what, const char *expected);

/* lines: as many as keys, zeroed. False when it is none or does not come to its end, so that what is missing in it
 * is not to be told. */
bool reading_mapping(struct loader *l, const struct keys *keys, unsigned *lines, void *into);

/* Calls item for each; it takes a whole value as a reader does. */
void reading_list(struct loader *l, const char *what, const char *expected,
                  void (*item)(struct loader *l, void *into), void *into);

/* A text into the arena; NULL when it is none, which is told. The event is taken. */
const char *reading_text(struct loader *l, const char *what, const char *expected, size_t max);

/* --- members of applications and signatures ------------------------------------------------------------ */

const char *reading_id(struct loader *l, struct rules_place *at); /* *at: where it stands */
const char *reading_name(struct loader *l, const char *what, const char *expected);
uint8_t reading_category(struct loader *l);
const char *reading_source(struct loader *l);
bool reading_flag(struct loader *l, const char *what);

#endif
