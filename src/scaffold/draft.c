/* SPDX-License-Identifier: BSD-2-Clause */
/* draft.c - which sides of a group have a signature, and whether they stand. */
#include "scaffold/draft.h"

#include "decode/decode.h"

#include <inttypes.h>
#include <stdio.h>

static void refuse(struct draft *d)
{
    const struct profile *p = d->profile;
    const struct beginning *better = &d->side[d->side[1].bits > d->side[0].bits];
    if (p->transport != IPPROTO_NUM_TCP && p->transport != IPPROTO_NUM_UDP)
        snprintf(d->refused, DRAFT_WHY, "it is neither TCP nor UDP");
    else if (p->group->small || !p->inferred)
        snprintf(d->refused, DRAFT_WHY, "nothing is said of its structure: %s",
                 p->group->small ? "too few flows" : group_kinds[p->group->kind].text);
    else if (better->flows < BEGINNING_FLOWS)
        snprintf(d->refused, DRAFT_WHY, "only %u flows have their beginning, of %d at least", better->flows,
                 BEGINNING_FLOWS);
    else if (!better->given)
        snprintf(d->refused, DRAFT_WHY, "what all first messages have in common is worth %u bits, of %d at least",
                 better->bits, BEGINNING_BITS);
}

void draft_make(struct draft *d, const struct profile *p, const struct samples *known)
{
    *d = (struct draft){.profile = p};
    for (unsigned side = 0; side < 2; side++)
        beginning_find(&d->side[side], p, side, known);
    refuse(d);
    /* without the U of the number: ids have no capitals */
    snprintf(d->id, sizeof(d->id), draft_id_begin "%s.%s", p->id + 1, p->name);
}

void draft_reset(struct draft *d)
{
    d->flows = d->unknown = d->known = 0;
    for (unsigned side = 0; side < 2; side++)
        d->side[side].hits = d->side[side].unknown_hits = d->side[side].known_hits = 0;
}

uint64_t draft_hits(const struct draft *d)
{
    return d->side[0].hits + d->side[1].hits;
}

uint64_t draft_unknown_hits(const struct draft *d)
{
    return d->side[0].unknown_hits + d->side[1].unknown_hits;
}

uint64_t draft_known_hits(const struct draft *d)
{
    return d->side[0].known_hits + d->side[1].known_hits;
}

bool draft_judge(struct draft *d)
{
    enum { ONE_IN = 1000, FIRST_HITS = 10 };
    bool dropped = false;
    if (d->refused[0])
        return false;
    for (unsigned side = 0; side < 2; side++)
        if (d->side[side].given && d->side[side].known_hits * ONE_IN > d->known + d->flows) { /* nDPI errs, too */
            d->side[side].given = false;
            dropped = true;
        }
    if (!d->side[0].given && !d->side[1].given)
        snprintf(d->refused, DRAFT_WHY, "%" PRIu64 " of %" PRIu64 " flows that nDPI recognises have it, too",
                 draft_known_hits(d), d->known);
    else if (!dropped && draft_hits(d) * FIRST_HITS < d->flows * (FIRST_HITS - 1))
        snprintf(d->refused, DRAFT_WHY, "%" PRIu64 " of %" PRIu64 " flows of the group do not have it",
                 d->flows - draft_hits(d), d->flows);
    return dropped && !d->refused[0];
}
