/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c - the rankings of a run and what feeds them. */
#include "record/stats.h"

#include <stdlib.h>

#include "record/tally.h"
#include "util/xalloc.h"

/* Labels come from tables: there are hundreds. Addresses and names come from the capture: there may be
 * millions, of which so many are kept. */
enum { LABELS_MAX = 4096, NAMES_MAX = 65536 };

struct stats {
    struct tally *protocols, *applications, *categories, *addresses, *hostnames;
    uint64_t unknown, guessed;
};

struct stats *stats_new(void)
{
    struct stats *s = xcalloc(1, sizeof(*s));
    s->protocols = tally_new(LABELS_MAX);
    s->applications = tally_new(LABELS_MAX);
    s->categories = tally_new(LABELS_MAX);
    s->addresses = tally_new(NAMES_MAX);
    s->hostnames = tally_new(NAMES_MAX);
    return s;
}

struct weight {
    uint64_t packets, bytes;
};

static void count(struct tally *t, struct dpi_text name, struct weight w)
{
    if (name.n)
        tally_add(t, name, w.packets, w.bytes);
}

/* An end that talks to itself is counted once. */
static void count_addresses(struct stats *s, const struct dpi_record *r, struct weight w)
{
    const struct dpi_addr *ends[] = {&r->src, &r->dst};
    bool same = memcmp(&r->src, &r->dst, sizeof(r->src)) == 0;
    for (int i = 0; i < (same ? 1 : 2); i++) {
        char text[DPI_ADDR_MAX];
        size_t n = dpi_addr_text(text, ends[i]);
        count(s->addresses, (struct dpi_text){text, n}, w);
    }
}

void stats_record(struct stats *s, const struct dpi_record *r)
{
    struct weight w = {r->dir[0].packets + r->dir[1].packets, r->dir[0].bytes + r->dir[1].bytes};
    struct dpi_value host = dpi_record_attr(r, DPI_FIELD_hostname);
    count(s->protocols, r->protocol, w);
    count(s->applications, r->application, w);
    count(s->categories, r->category, w);
    count_addresses(s, r, w);
    if (host.kind == DPI_TEXT)
        count(s->hostnames, host.text, w);
    s->unknown += dpi_text_eq(r->protocol, dpi_text_of("Unknown"));
    s->guessed += dpi_text_eq(r->classified_by, dpi_text_of("ip")) ||
                  dpi_text_eq(r->classified_by, dpi_text_of("port"));
}

void stats_report(struct stats *s, struct dpi_run *run)
{
    run->protocols = tally_report(s->protocols);
    run->applications = tally_report(s->applications);
    run->categories = tally_report(s->categories);
    run->addresses = tally_report(s->addresses);
    run->hostnames = tally_report(s->hostnames);
    run->flows_unknown = s->unknown;
    run->flows_guessed = s->guessed;
}

void stats_free(struct stats *s)
{
    if (!s)
        return;
    tally_free(s->protocols);
    tally_free(s->applications);
    tally_free(s->categories);
    tally_free(s->addresses);
    tally_free(s->hostnames);
    free(s);
}
