/* SPDX-License-Identifier: BSD-2-Clause */
/* events.h - YAML as a flat sequence of events, without what rule files do not need: anchors, aliases, tags, several
 * documents. Those are told as errors, with everything that is no YAML. The only part of the folder that knows
 * libyaml. */
#ifndef RULES_EVENTS_H
#define RULES_EVENTS_H

#include "io/source.h"
#include "rules/problems.h"

enum {
    EVENTS_DEPTH_MAX = 16,         /* of lists and mappings in each other */
    EVENTS_TEXT_MAX = 4096,        /* bytes of one text */
    EVENTS_FILE_MAX = 256 << 20,   /* bytes of a file */
    EVENTS_SILENCE_MAX = 1 << 20,  /* bytes of a file without an event: one text or one comment */
};

enum event_type { EVENT_TEXT, EVENT_LIST, EVENT_LIST_END, EVENT_MAP, EVENT_MAP_END, EVENT_END };

struct event {
    enum event_type type; /* behind an error that ends the reading: EVENT_END, again and again */
    const char *text;     /* EVENT_TEXT: with a NUL behind it, and none inside; valid until the next event */
    size_t n;
    bool plain;  /* without quotes */
    bool faulty; /* told as an error: nothing more is to be said of its text */
    struct rules_place at;
};

struct events;

/* All is borrowed; name is the file's in messages. */
struct events *events_new(struct source *s, const char *name, struct rules_problems *problems);
void events_free(struct events *e); /* NULL is fine */

bool events_failed(const struct events *e); /* reading ended at an error */

void events_next(struct events *e, struct event *out);

#endif
