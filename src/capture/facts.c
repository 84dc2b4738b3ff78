/* SPDX-License-Identifier: BSD-2-Clause */
/* facts.c - bounded copies of what a capture says of itself. */
#include "capture/facts.h"

#include <string.h>

enum { ABOUT_MAX = 1000 };

void facts_about(struct capture_facts *f, enum dpi_about kind, struct dpi_text text)
{
    size_t n = text.n < ABOUT_MAX ? text.n : ABOUT_MAX;
    if (!f->about[kind].p && n)
        f->about[kind] = (struct dpi_text){arena_text(&f->arena, text.p, n), n};
}

void facts_gap(struct capture_facts *f, uint64_t offset, uint64_t bytes, const char *what)
{
    f->gap_bytes += bytes;
    if (f->n_gaps++ >= DPI_GAPS_MAX)
        return;
    const char *kept = arena_text(&f->arena, what, strlen(what));
    f->gaps[f->n_gaps - 1] = (struct dpi_gap){.offset = offset, .bytes = bytes, .what = kept};
}

void facts_free(struct capture_facts *f)
{
    iface_list_free(&f->ifaces);
    names_free(&f->names);
    arena_free(&f->arena);
    *f = (struct capture_facts){0};
}
