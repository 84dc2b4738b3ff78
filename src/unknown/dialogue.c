/* SPDX-License-Identifier: BSD-2-Clause */
/* dialogue.c - who speaks first, sizes, rhythm, and messages to look at. */
#include "unknown/profile.h"

#include "util/xalloc.h"

#include <stdlib.h>

enum { COMPARED_BYTES = 32, COMPARED_MESSAGES = 32 };

/* --- times -------------------------------------------------------------------------------------------- */

struct spans {
    int64_t *v;
    size_t n;
};

static void add_span(struct spans *s, int64_t ns)
{
    if ((s->n & (s->n - 1)) == 0)
        s->v = xrealloc(s->v, s->n ? s->n * 2 : 1, sizeof(*s->v));
    s->v[s->n++] = ns;
}

static int compare_spans(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t take_median(struct spans *s)
{
    int64_t median = -1;
    if (s->n) {
        qsort(s->v, s->n, sizeof(*s->v), compare_spans);
        median = s->v[s->n / 2];
    }
    free(s->v);
    return median;
}

/* The time from each message of the other side to the next of this one. */
static void add_answers(struct spans *to, const struct sample *s, unsigned side)
{
    const struct sample_side *mine = &s->side[side], *other = &s->side[!side];
    for (uint32_t i = 0, k = 0; i < mine->n_messages; i++) {
        while (k + 1 < other->n_messages && other->message[k + 1].index < mine->message[i].index)
            k++;
        if (k < other->n_messages && other->message[k].index + 1 == mine->message[i].index)
            add_span(to, mine->message[i].time_ns - other->message[k].time_ns);
    }
}

static void add_repeats(struct spans *to, const struct sample *s, unsigned side)
{
    const struct sample_side *mine = &s->side[side];
    for (uint32_t i = 1; i < mine->n_messages; i++)
        add_span(to, mine->message[i].time_ns - mine->message[i - 1].time_ns);
}

static void measure_rhythm(struct profile *p, unsigned side)
{
    struct spans answers = {0}, repeats = {0};
    for (size_t i = 0; i < p->n_flows; i++) {
        add_answers(&answers, p->flow[i], side);
        add_repeats(&repeats, p->flow[i], side);
    }
    p->side[side].answers_after = take_median(&answers);
    p->side[side].repeats_after = take_median(&repeats);
}

/* --- sizes -------------------------------------------------------------------------------------------- */

static bool spoke_first(const struct sample *s, unsigned side)
{
    return s->side[side].n_messages && s->side[side].message[0].index == 0;
}

static void measure_first(struct profile *p, unsigned side)
{
    struct profile_side *s = &p->side[side];
    s->first_least = UINT32_MAX;
    for (size_t i = 0; i < p->n_flows; i++) {
        const struct sample_side *from = &p->flow[i]->side[side];
        if (!from->n_messages)
            continue;
        uint32_t size = from->message[0].size;
        s->flows++;
        s->speaks_first += spoke_first(p->flow[i], side);
        s->first_least = size < s->first_least ? size : s->first_least;
        s->first_most = size > s->first_most ? size : s->first_most;
    }
}

static void measure_sizes(struct profile_side *s)
{
    uint64_t *sizes = xcalloc(s->view.m.n + 1, sizeof(*sizes));
    for (size_t i = 0; i < s->view.m.n; i++)
        sizes[i] = s->view.m.v[i].size;
    s->sizes = distinct_of(sizes, s->view.m.n);
    if (s->view.m.n) {
        s->least = (uint32_t)sizes[0];
        s->most = (uint32_t)sizes[s->view.m.n - 1];
    }
    free(sizes);
}

static void count_senders(struct profile *p, unsigned side)
{
    uint64_t *seen = xcalloc(p->n_flows + 1, sizeof(*seen));
    size_t n = 0;
    for (size_t i = 0; i < p->n_flows; i++) {
        const struct dpi_addr *a = &p->flow[i]->addr[side];
        if (p->flow[i]->side[side].n_messages) /* addresses of IPv6 by both halves: an equal sum is chance */
            seen[n++] = number_of(a->b, (struct number_form){8, false}) * UINT64_C(0x9e3779b97f4a7c15) +
                        number_of(a->b + 8, (struct number_form){8, false});
    }
    p->side[side].senders = distinct_of(seen, n);
    free(seen);
}

/* --- exemplars ---------------------------------------------------------------------------------------- */

/* In how many of its first bytes it differs from some others. */
static uint32_t oddness(const struct messages *m, const struct message *of)
{
    uint32_t sum = 0;
    for (size_t k = 0; k < COMPARED_MESSAGES && k < m->n; k++) {
        const struct message *other = &m->v[k * m->n / (m->n < COMPARED_MESSAGES ? m->n : COMPARED_MESSAGES)];
        for (uint32_t i = 0; i < COMPARED_BYTES; i++)
            sum += message_at(of, i) != message_at(other, i);
    }
    return sum;
}

static void add_exemplar(struct profile *p, struct profile_side *s, const char *why, const struct message *m)
{
    for (uint32_t i = 0; i < s->n_exemplars; i++)
        if (s->exemplar[i].m.bytes == m->bytes)
            return;
    s->exemplar[s->n_exemplars++] = (struct exemplar){why, *m, p->flow[m->flow]->flow_id};
}

static void choose_exemplars(struct profile *p, struct profile_side *s)
{
    const struct messages *m = &s->view.m;
    uint32_t least = UINT32_MAX, most = 0;
    size_t typical = 0, oddest = 0, shortest = 0;
    for (size_t i = 0; i < m->n; i++) {
        uint32_t odd = oddness(m, &m->v[i]);
        typical = odd < least ? i : typical;
        oddest = odd > most ? i : oddest;
        shortest = m->v[i].size < m->v[shortest].size ? i : shortest;
        least = odd < least ? odd : least;
        most = odd > most ? odd : most;
    }
    if (!m->n)
        return;
    add_exemplar(p, s, "typical", &m->v[typical]);
    add_exemplar(p, s, "shortest", &m->v[shortest]);
    add_exemplar(p, s, "oddest", &m->v[oddest]);
}

void dialogue_describe(struct profile *p)
{
    for (unsigned side = 0; side < 2; side++) {
        measure_rhythm(p, side);
        measure_first(p, side);
        measure_sizes(&p->side[side]);
        count_senders(p, side);
        choose_exemplars(p, &p->side[side]);
    }
}
