/* SPDX-License-Identifier: BSD-2-Clause */
/* notes.c - the lines under "warnings". */
#include "engine/notes.h"

#include "decode/decode.h"
#include "util/shorten.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void notes_add(struct notes *notes, const char *fmt, ...)
{
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    shorten_format(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (notes->n == notes->capacity) {
        notes->capacity = notes->capacity ? notes->capacity * 2 : 8;
        notes->v = xrealloc(notes->v, notes->capacity, sizeof(*notes->v));
    }
    size_t n = strlen(line);
    notes->v[notes->n++] = (struct dpi_text){arena_text(&notes->arena, line, n), n};
}

void notes_link(struct notes *notes, uint32_t link_type)
{
    size_t i = notes->last_link;
    if (i >= notes->n_links || notes->links[i].link_type != link_type)
        for (i = 0; i < notes->n_links && notes->links[i].link_type != link_type;)
            i++;
    if (i == NOTES_LINKS_MAX) {
        notes->other_links++;
        return;
    }
    if (i == notes->n_links)
        notes->links[notes->n_links++].link_type = link_type;
    notes->links[i].packets++;
    notes->last_link = i;
}

/* --- what can be said only at the end ----------------------------------------------------------------- */

static void link_notes(struct notes *notes)
{
    for (size_t i = 0; i < notes->n_links; i++) {
        const struct link_count *l = &notes->links[i];
        const char *name = decode_link_name(l->link_type);
        notes_add(notes, "%" PRIu64 " %s link type %u (%s), which dpitool cannot decode", l->packets,
                  l->packets == 1 ? "packet has" : "packets have", l->link_type, name ? name : "not assigned");
    }
    if (notes->other_links)
        notes_add(notes, "%" PRIu64 " %s yet another link type, which dpitool cannot decode", notes->other_links,
                  notes->other_links == 1 ? "packet has" : "packets have");
}

static void moment_note(struct notes *notes, const char *what, uint64_t count, uint64_t first_packet)
{
    if (count == 1)
        notes_add(notes, "%s once, at packet %" PRIu64, what, first_packet);
    else if (count)
        notes_add(notes, "%s %" PRIu64 " times, first at packet %" PRIu64, what, count, first_packet);
}

static void strays_note(struct notes *notes, uint64_t count, uint64_t first_packet)
{
    if (count == 1)
        notes_add(notes,
                  "packet %" PRIu64 " is more than an hour ahead of its neighbours; it does not move the clock",
                  first_packet);
    else if (count)
        notes_add(notes,
                  "%" PRIu64 " packets are more than an hour ahead of their neighbours, the first is packet %" PRIu64
                  "; they do not move the clock",
                  count, first_packet);
}

static void count_note(struct notes *notes, uint64_t count, const char *one, const char *many)
{
    if (count)
        notes_add(notes, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

void notes_fragments(struct notes *notes, const struct defrag_stats *stats)
{
    count_note(notes, stats->incomplete, "datagram lacks fragments, or they came too late",
               "datagrams lack fragments, or they came too late");
    count_note(notes, stats->early, "datagram was given up early, oldest first, to keep --memory",
               "datagrams were given up early, oldest first, to keep --memory");
    count_note(notes, stats->overlaps, "fragment overlaps others; the bytes that came first count",
               "fragments overlap others; the bytes that came first count");
    count_note(notes, stats->bad, "fragment cannot be right, by its length or place, and was left out",
               "fragments cannot be right, by their length or place, and were left out");
}

void notes_finish(struct notes *notes, const struct tracker_stats *stats)
{
    const struct packet_clock *c = &stats->clock;
    link_notes(notes);
    if (stats->evicted)
        notes_add(notes, "%" PRIu64 " %s ended early, idle longest first, to keep --max-flows or --memory",
                  stats->evicted, stats->evicted == 1 ? "flow was" : "flows were");
    moment_note(notes, "time jumps forward by more than an hour", c->jumps.count, c->jumps.first_packet);
    strays_note(notes, c->strays.count, c->strays.first_packet);
    moment_note(notes, "time steps back by more than a minute", c->backs.count, c->backs.first_packet);
}

void notes_free(struct notes *notes)
{
    arena_free(&notes->arena);
    free(notes->v);
}
