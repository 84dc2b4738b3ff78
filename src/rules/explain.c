/* SPDX-License-Identifier: BSD-2-Clause */
/* explain.c - every candidate for a flow, and why it does not win. */
#include "rules/match.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

enum { CANDIDATES_MAX = 10000 }; /* told of one flow */

struct list {
    const struct rules *r;
    struct candidate *v;
    size_t n, room;
};

static bool add(void *ctx, const struct candidate *c)
{
    struct list *l = ctx;
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 16;
        l->v = xrealloc(l->v, l->room, sizeof(*l->v));
    }
    l->v[l->n++] = *c;
    return l->n < CANDIDATES_MAX;
}

/* Those that hold first. */
static int compare(const void *a, const void *b, void *rules)
{
    const struct candidate *x = a, *y = b;
    bool x_holds = x->fails == CONDITIONS, y_holds = y->fails == CONDITIONS;
    if (x_holds != y_holds)
        return x_holds ? -1 : 1;
    return precedence(rules, x, y, NULL);
}

/* Whether any two candidates by names of the certificate do not agree; they are sorted, so the first of a name is
 * its best. */
static bool certificate_disagrees(const struct list *l)
{
    const struct candidate *first = NULL;
    for (size_t i = 0; i < l->n; i++) {
        const struct candidate *c = &l->v[i];
        bool first_of_name = true;
        if (c->level != LEVEL_CERTIFICATE || c->fails != CONDITIONS)
            continue;
        for (size_t k = 0; k < i && first_of_name; k++)
            first_of_name = l->v[k].level != LEVEL_CERTIFICATE || l->v[k].name != c->name;
        if (first_of_name && match_disagrees(l->r, &first, c))
            return true;
    }
    return false;
}

static const char *why_not(const struct list *l, const struct candidate *c, const struct candidate *winner,
                           bool disagrees)
{
    static const char *const failing[CONDITIONS] = {
#define C(name, key) "its " key " do not match",
#include "rules/conditions.def"
#undef C
    };
    const char *why = NULL;
    if (c->fails != CONDITIONS)
        return failing[c->fails];
    if (disagrees && c->level == LEVEL_CERTIFICATE)
        return "the names of the certificate stand for several applications";
    if (c != winner)
        precedence(l->r, winner, c, &why);
    return why;
}

static const struct candidate *winner_of(const struct list *l, bool disagrees)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].fails == CONDITIONS && !(disagrees && l->v[i].level == LEVEL_CERTIFICATE))
            return &l->v[i];
    return NULL;
}

static void tell_one(const struct list *l, const struct candidate *c, const char *why,
                     void (*tell)(void *ctx, const struct rules_candidate_info *info), void *ctx)
{
    char text[ENTRY_TEXT_MAX];
    struct rules_candidate_info info = {.rule = entry_text(l->r, c->entry, text), .why = why};
    match_describe(l->r, c, &info.match);
    tell(ctx, &info);
}

void rules_explain(const struct rules *r, const struct rules_query *q,
                   void (*tell)(void *ctx, const struct rules_candidate_info *info), void *ctx)
{
    struct list l = {.r = r};
    for (size_t i = 0; i < q->n_names; i++)
        match_name(r, q, i, add, &l);
    match_rest(r, q, add, &l);
    if (l.n)
        qsort_r(l.v, l.n, sizeof(*l.v), compare, (void *)r);
    bool disagrees = certificate_disagrees(&l);
    const struct candidate *winner = winner_of(&l, disagrees);
    if (winner)
        tell_one(&l, winner, NULL, tell, ctx);
    for (size_t i = 0; i < l.n; i++)
        if (&l.v[i] != winner)
            tell_one(&l, &l.v[i], why_not(&l, &l.v[i], winner, disagrees), tell, ctx);
    free(l.v);
}
