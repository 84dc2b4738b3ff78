/* SPDX-License-Identifier: BSD-2-Clause */
/* notes.c - the lines under "warnings". */
#include "engine/notes.h"

#include "decode/decode.h"
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
    vsnprintf(line, sizeof(line), fmt, ap);
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
    for (size_t i = 0; i < notes->n_links; i++) {
        if (notes->links[i].link_type == link_type) {
            notes->links[i].packets++;
            return;
        }
    }
    if (notes->n_links == notes->links_capacity) {
        notes->links_capacity = notes->links_capacity ? notes->links_capacity * 2 : 4;
        notes->links = xrealloc(notes->links, notes->links_capacity, sizeof(*notes->links));
    }
    notes->links[notes->n_links++] = (struct link_count){link_type, 1};
}

static void link_note(struct notes *notes, const struct link_count *l)
{
    const char *name = decode_link_name(l->link_type);
    notes_add(notes, "%" PRIu64 " packets have link type %u (%s), which dpitool cannot decode", l->packets,
              l->link_type, name ? name : "not assigned");
}

void notes_finish(struct notes *notes, const struct tracker_stats *stats)
{
    const struct packet_clock *c = &stats->clock;
    for (size_t i = 0; i < notes->n_links; i++)
        link_note(notes, &notes->links[i]);
    if (stats->evicted)
        notes_add(notes, "%" PRIu64 " flows were ended early, idle longest first, to keep --max-flows or --memory",
                  stats->evicted);
    if (c->jumps.count)
        notes_add(notes, "time jumps forward by more than an hour %" PRIu64 " times, first at packet %" PRIu64,
                  c->jumps.count, c->jumps.first_packet);
    if (c->strays.count)
        notes_add(notes,
                  "%" PRIu64 " packets are more than an hour ahead of their neighbours, the first is packet %" PRIu64
                  "; they do not move the clock",
                  c->strays.count, c->strays.first_packet);
    if (c->backs.count)
        notes_add(notes, "time steps back by more than a minute %" PRIu64 " times, first at packet %" PRIu64,
                  c->backs.count, c->backs.first_packet);
}

void notes_free(struct notes *notes)
{
    arena_free(&notes->arena);
    free(notes->v);
    free(notes->links);
}
