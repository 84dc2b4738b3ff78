/* SPDX-License-Identifier: BSD-2-Clause */
/* notes.h - what a run noticed and the summary says: one line each. */
#ifndef ENGINE_NOTES_H
#define ENGINE_NOTES_H

#include "capture/packet.h"
#include "defrag/defrag.h"
#include "flow/tracker.h"
#include "util/arena.h"

#include "dpitool/value.h"

enum { NOTES_LINKS_MAX = 64 }; /* link types that are counted one by one */

struct link_count { /* packets of a link type that cannot be decoded */
    uint32_t link_type;
    uint64_t packets;
};

struct notes {
    struct arena arena;
    struct dpi_text *v;
    size_t n, capacity;
    struct link_count links[NOTES_LINKS_MAX]; /* in the order in which they were met */
    size_t n_links, last_link;                /* last_link: that of the packet before */
    uint64_t other_links;                     /* packets of all further link types */
};

void notes_add(struct notes *notes, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void notes_link(struct notes *notes, uint32_t link_type); /* one packet of a link type that cannot be decoded */

/* Adds what can be said only at the end. */
void notes_fragments(struct notes *notes, const struct defrag_stats *stats);
void notes_finish(struct notes *notes, const struct tracker_stats *stats);
void notes_free(struct notes *notes);

#endif
