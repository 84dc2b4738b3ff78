/* SPDX-License-Identifier: BSD-2-Clause */
/* draft.c - which groups have signatures, and whether they stand. */
#include "scaffold/draft.h"

#include "decode/decode.h"
#include "scaffold/names.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One that is given goes before those that are not. */
static const struct beginning *best_of(const struct draft *d)
{
    const struct beginning *best = &d->v[0];
    for (uint32_t i = 1; i < d->n; i++)
        if (d->v[i].given > best->given || (d->v[i].given == best->given && d->v[i].bits > best->bits))
            best = &d->v[i];
    return best;
}

/* What of a group makes it one without signatures, whatever its messages are. */
static void refuse_group(struct draft *d)
{
    const struct profile *p = d->profile;
    if (p->transport != IPPROTO_NUM_TCP && p->transport != IPPROTO_NUM_UDP)
        snprintf(d->refused, DRAFT_WHY, "it is neither TCP nor UDP");
    else if (p->group->small || !p->inferred)
        snprintf(d->refused, DRAFT_WHY, "nothing is said of its structure: %s",
                 p->group->small ? "too few flows" : group_kinds[p->group->kind].text);
}

static void find_signatures(struct draft *d, const struct rivals *rivals)
{
    struct beginnings found;
    for (unsigned side = 0; side < 2; side++) {
        beginnings_find(&found, d->profile, side, rivals);
        memcpy(&d->v[d->n], found.v, found.n * sizeof(found.v[0]));
        d->n += found.n;
    }
    const struct beginning *best = best_of(d);
    if (d->v[0].flows < BEGINNING_FLOWS && d->v[d->n - 1].flows < BEGINNING_FLOWS)
        snprintf(d->refused, DRAFT_WHY, "neither side has first messages in %d flows", BEGINNING_FLOWS);
    else if (!best->given)
        snprintf(d->refused, DRAFT_WHY, "what first messages have in common is worth %u bits, of %d at least",
                 best->bits, BEGINNING_BITS);
}

static void draft_make(struct draft *d, const struct profile *p, const struct rivals *rivals)
{
    *d = (struct draft){.profile = p};
    refuse_group(d);
    if (!d->refused[0])
        find_signatures(d, rivals);
    /* without the U of the number: ids have no capitals */
    snprintf(d->id, sizeof(d->id), draft_id_begin "%s.%s", p->id + 1, p->name);
}

static void add_rivals(struct rivals *r, const struct sample *const *v, size_t n, const struct profile *of)
{
    for (size_t i = 0; i < n; i++)
        r->v[r->n++] = (struct rival){v[i], of};
}

void drafts_make(struct drafts *d, struct profile *const *profile, size_t n, const struct samples *known)
{
    struct rivals rivals = {0};
    size_t all = known->n;
    for (size_t i = 0; i < n; i++)
        all += profile[i]->n_flows;
    rivals.v = xcalloc(all + 1, sizeof(*rivals.v));
    add_rivals(&rivals, (const struct sample *const *)known->v, known->n, NULL);
    for (size_t i = 0; i < n; i++)
        add_rivals(&rivals, profile[i]->flow, profile[i]->n_flows, profile[i]);
    *d = (struct drafts){.v = xcalloc(n + 1, sizeof(*d->v)), .n = n};
    for (size_t i = 0; i < n; i++)
        draft_make(&d->v[i], profile[i], &rivals);
    free(rivals.v);
}

void drafts_free(struct drafts *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->v[i].taken_by);
    free(d->v);
    *d = (struct drafts){0};
}

bool draft_matches(const struct draft *d, const struct sample *s)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (d->v[i].given && beginning_matches(&d->v[i], s))
            return true;
    return false;
}

void draft_side(char out[static DRAFT_SIDE], const struct beginning *b)
{
    if (b->kind)
        snprintf(out, DRAFT_SIDE, "%s%" PRIu32, scaffold_sides[b->side], b->kind + 1);
    else
        snprintf(out, DRAFT_SIDE, "%s", scaffold_sides[b->side]);
}

/* --- counting ----------------------------------------------------------------------------------------- */

void drafts_reset(struct drafts *d)
{
    d->unknown = d->known = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct draft *one = &d->v[i];
        one->flows = one->seen = one->seen_hits = 0;
        one->also = NULL;
        one->also_flows = 0;
        free(one->taken_by);
        one->taken_by = NULL;
        for (uint32_t k = 0; k < one->n; k++)
            one->v[k].hits = one->v[k].unknown_hits = one->v[k].known_hits = 0;
    }
}

static struct beginning *side_named(struct draft *d, const char *id, size_t n)
{
    for (uint32_t i = 0; i < d->n; i++) {
        char side[DRAFT_SIDE];
        draft_side(side, &d->v[i]);
        size_t n_side = strlen(side);
        if (n > n_side && id[n - n_side - 1] == '.' && memcmp(id + n - n_side, side, n_side) == 0)
            return &d->v[i];
    }
    return NULL;
}

/* The one that a rule, FILE:ID, is of, and its group. */
static struct beginning *named_by(struct drafts *d, const struct dpi_text *rule, size_t *group)
{
    const char *id = rule->n ? memrchr(rule->p, ':', rule->n) : NULL;
    if (!id || (size_t)(rule->p + rule->n - id) <= sizeof(draft_id_begin))
        return NULL;
    *group = strtoul(id + sizeof(draft_id_begin), NULL, 10) - 1; /* as in the name of the group, from 1 */
    return *group < d->n ? side_named(&d->v[*group], id + 1, (size_t)(rule->p + rule->n - id) - 1) : NULL;
}

static void count_taken(struct drafts *d, size_t group, size_t by)
{
    struct draft *of = &d->v[group];
    if (!of->taken_by)
        of->taken_by = xcalloc(d->n, sizeof(*of->taken_by));
    of->taken_by[by]++;
}

void drafts_count(struct drafts *d, const struct tried_flow *f)
{
    size_t by = 0;
    struct beginning *named = named_by(d, &f->rule, &by);
    bool own = named && by == f->group;
    ++*(f->unknown ? &d->unknown : &d->known);
    if (named && !own && !f->unknown)
        d->v[by].known_flow = f->id;
    if (named)
        ++*(own ? &named->hits : f->unknown ? &named->unknown_hits : &named->known_hits);
    if (f->group >= d->n)
        return;
    d->v[f->group].flows++;
    d->v[f->group].seen += f->seen;
    d->v[f->group].seen_hits += own && f->seen;
    if (named && !own)
        count_taken(d, f->group, by);
}

struct draft_hits draft_hits(const struct draft *d)
{
    struct draft_hits n = {0};
    for (uint32_t i = 0; i < d->n; i++) {
        n.own += d->v[i].hits;
        n.unknown += d->v[i].unknown_hits;
        n.known += d->v[i].known_hits;
    }
    return n;
}

/* --- judging ------------------------------------------------------------------------------------------ */

/* True: flows that nDPI recognises have some of its signatures, which are no more. */
static bool drop_known(struct draft *d)
{
    enum { ONE_IN = 1000 }; /* nDPI errs, too */
    bool dropped = false;
    uint64_t hits = draft_hits(d).known;
    for (uint32_t i = 0; i < d->n && !d->refused[0]; i++)
        if (d->v[i].given && d->v[i].known_hits * ONE_IN > d->known + d->flows) {
            d->v[i].given = false;
            dropped = true;
        }
    if (dropped && !best_of(d)->given)
        snprintf(d->refused, DRAFT_WHY,
                 "%" PRIu64 " of %" PRIu64 " flows that nDPI recognises have it, too, as flow %" PRIu64, hits, d->known,
                 d->known_flow);
    return dropped;
}

/* Of a flow whose beginning was not captured the signature cannot be asked; unless it is of such flows. */
static bool has_most(const struct draft *d)
{
    bool seen = d->seen >= BEGINNING_FLOWS;
    return (seen ? d->seen_hits : draft_hits(d).own) * 10 >= (seen ? d->seen : d->flows) * 9;
}

/* The draft that most of the flows of another one have. */
static size_t taker_of(const struct drafts *d, size_t of)
{
    size_t best = d->n;
    for (size_t i = 0; d->v[of].taken_by && i < d->n; i++)
        if (d->v[of].taken_by[i] && (best == d->n || d->v[of].taken_by[i] > d->v[of].taken_by[best]))
            best = i;
    return best;
}

/* Nothing tells the two apart: the larger group, which comes first, keeps its own. */
static void refuse_alike(struct draft *one, struct draft *other, uint64_t taken)
{
    struct draft *loser = other < one ? one : other, *winner = other < one ? other : one;
    snprintf(loser->refused, DRAFT_WHY, "no signature tells it from %s %s: %" PRIu64 " of %" PRIu64
             " flows of %s have that of %s, too; they may be one protocol", winner->profile->id, winner->profile->name,
             taken, one->flows, one->profile->id, other->profile->id);
}

static bool judge_hits(struct drafts *d, size_t i)
{
    struct draft *one = &d->v[i];
    uint64_t without = one->flows - draft_hits(one).own;
    size_t by = taker_of(d, i);
    if (one->refused[0] || has_most(one))
        return false;
    if (by == d->n || one->taken_by[by] * 2 < without)
        snprintf(one->refused, DRAFT_WHY, "%" PRIu64 " of %" PRIu64 " flows of the group do not have it", without,
                 one->flows);
    else if (!d->v[by].refused[0])
        refuse_alike(one, &d->v[by], one->taken_by[by]);
    return by < d->n || draft_hits(one).unknown;
}

/* Of flows that were looked at. A flow is counted for the first of the signatures that it has; alone, as a dissector,
 * each of them finds it. */
static void note_also(struct drafts *d, size_t i)
{
    for (size_t k = 0; k < d->n && !d->v[i].refused[0]; k++) {
        const struct profile *p = d->v[k].profile;
        uint32_t n = 0;
        for (size_t f = 0; k != i && f < p->n_flows; f++)
            n += draft_matches(&d->v[i], p->flow[f]);
        if (n > d->v[i].also_flows) {
            d->v[i].also = &d->v[k];
            d->v[i].also_flows = n;
        }
    }
}

/* At a port there is one dissector: of two groups the second one would have the packets of both. */
static void note_contested(struct drafts *d, size_t i)
{
    const struct profile *p = d->v[i].profile;
    for (size_t k = 0; k < d->n; k++) {
        const struct profile *other = d->v[k].profile;
        if (k == i || d->v[k].refused[0] || other->transport != p->transport)
            continue;
        for (uint32_t a = 0; a < p->n_ports; a++)
            for (uint32_t b = 0; b < other->n_ports; b++)
                d->v[i].contested[a] |= p->port[a].port == other->port[b].port;
    }
}

bool drafts_judge(struct drafts *d)
{
    bool again = false;
    for (size_t i = 0; i < d->n; i++) {
        d->v[i].unknown = d->unknown - d->v[i].flows;
        d->v[i].known = d->known;
        again |= drop_known(&d->v[i]);
    }
    if (again)
        return true;
    for (size_t i = 0; i < d->n; i++)
        again |= judge_hits(d, i);
    for (size_t i = 0; i < d->n && !again; i++) {
        note_also(d, i);
        note_contested(d, i);
    }
    return again;
}
