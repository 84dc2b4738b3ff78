/* SPDX-License-Identifier: BSD-2-Clause */
/* diff.c - both sides sorted by what flows are, walked together; flows of one identity are matched by their first
 * packet's time, what is left of them in the order of time. */
#include "diff/diff.h"

#include "diff/identity.h"
#include "util/buf.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>

/* What the place in a capture is, and not the flow. */
static const unsigned places[] = {DPI_FIELD_flow_id, DPI_FIELD_capture, DPI_FIELD_interface, DPI_FIELD_first_packet};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One side, sorted; the order of flows with one identity. */
struct order {
    const struct diff *diff;
    bool by_time;
};

struct side {
    struct identity *v;
    size_t n;
};

/* --- columns ------------------------------------------------------------------------------------------ */

static bool in(const struct dpi_columns *c, unsigned column)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->v[i] == &dpi_fields[column % DPI_FIELD_COUNT])
            return true;
    return false;
}

static bool is_place(unsigned column)
{
    for (size_t i = 0; i < COUNT(places); i++)
        if (places[i] == column % DPI_FIELD_COUNT)
            return true;
    return false;
}

static bool wanted(const struct diff_options *o, unsigned column)
{
    if (in(&o->ignore, column))
        return false;
    return o->fields.n ? in(&o->fields, column) : o->everything || !is_place(column);
}

/* Of json, an absent value has no key: the column is missing only where the other side has a value that this one
 * cannot have. */
static bool lacks(const struct results *r, const struct results *other, unsigned column)
{
    bool there = r->has[column] || (r->json && r->all_fields);
    return !there && other->has[column];
}

/* Whether any flow of r has a value there. */
static bool any_value(const struct results *r, unsigned column)
{
    for (size_t i = 0; i < r->n; i++)
        if (results_cell(&r->flows[i], column).p)
            return true;
    return false;
}

static void choose_columns(struct diff *d, const struct diff_options *o)
{
    bool both_json = d->results[DIFF_OLD]->json && d->results[DIFF_NEW]->json;
    for (unsigned c = 0; c < (both_json ? RESULTS_COLUMNS : DPI_FIELD_COUNT); c++) {
        d->compared[c] = wanted(o, c);
        for (int side = 0; side < DIFF_SIDES && d->compared[c]; side++) {
            const struct results *r = d->results[side], *other = d->results[!side];
            if (!lacks(r, other, c))
                continue;
            d->compared[c] = false;
            d->lacking[side][c] = !r->json || any_value(other, c);
        }
    }
}

/* --- values ------------------------------------------------------------------------------------------- */

static struct dpi_text last_part(struct dpi_text path)
{
    const char *slash = path.p ? memrchr(path.p, '/', path.n) : NULL;
    return slash ? (struct dpi_text){slash + 1, (size_t)(path.p + path.n - slash) - 1} : path;
}

static int compare_cells(const struct results_flow *a, const struct results_flow *b, unsigned column)
{
    struct dpi_text x = results_cell(a, column), y = results_cell(b, column);
    if (!x.p || !y.p)
        return (x.p != NULL) - (y.p != NULL);
    return column == DPI_FIELD_capture ? dpi_text_cmp(last_part(x), last_part(y)) : dpi_text_cmp(x, y);
}

static int compare_all(const struct diff *d, const struct results_flow *a, const struct results_flow *b)
{
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++) {
        int cmp = d->compared[c] ? compare_cells(a, b, c) : 0;
        if (cmp)
            return cmp;
    }
    return 0;
}

/* --- order -------------------------------------------------------------------------------------------- */

static int compare_identity(const struct identity *a, const struct identity *b)
{
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return strcmp(a->text, b->text);
}

/* Numbers: without leading zeros the shorter one is the smaller. */
static int compare_flow_id(const struct results_flow *a, const struct results_flow *b)
{
    struct dpi_text x = results_cell(a, DPI_FIELD_flow_id), y = results_cell(b, DPI_FIELD_flow_id);
    return x.n != y.n ? x.n < y.n ? -1 : 1 : dpi_text_cmp(x, y);
}

/* Which of two flows of one identity comes first, in a way that both results know. */
static int compare_order(const struct order *o, const struct identity *a, const struct identity *b)
{
    return o->by_time ? compare_cells(a->flow, b->flow, DPI_FIELD_first_seen) : compare_all(o->diff, a->flow, b->flow);
}

static int compare_in_side(const void *pa, const void *pb, void *order)
{
    const struct identity *a = pa, *b = pb;
    const struct order *o = order;
    int cmp = compare_identity(a, b);
    if (!cmp)
        cmp = compare_order(o, a, b);
    if (!cmp)
        cmp = compare_flow_id(a->flow, b->flow);
    return cmp ? cmp : compare_all(o->diff, a->flow, b->flow);
}

static enum dpi_status find_twice(const struct side *s, const struct results *r, const struct order *o,
                                  struct dpi_err *err)
{
    for (size_t i = 1; i < s->n; i++) {
        const struct identity *a = &s->v[i - 1], *b = &s->v[i];
        if (compare_identity(a, b) || compare_order(o, a, b) || compare_flow_id(a->flow, b->flow))
            continue;
        bool told_apart = !r->has[DPI_FIELD_flow_id] && (!o->by_time || compare_all(o->diff, a->flow, b->flow));
        if (told_apart)
            continue;
        bool forward = a->flow->line < b->flow->line;
        return dpi_fail(err, DPI_INPUT, "%s:%" PRIu64 ": the flow of line %" PRIu64 " is there twice", r->name,
                        forward ? b->flow->line : a->flow->line, forward ? a->flow->line : b->flow->line);
    }
    return DPI_OK;
}

static enum dpi_status sort_side(struct side *s, const struct results *r, const struct identity_columns *c,
                                 struct order *o, struct arena *arena, struct dpi_err *err)
{
    s->n = r->n;
    s->v = xcalloc(r->n, sizeof(*s->v));
    for (size_t i = 0; i < r->n; i++)
        DPI_TRY(identity_make(&s->v[i], c, r, &r->flows[i], arena, err));
    qsort_r(s->v, s->n, sizeof(*s->v), compare_in_side, o);
    return find_twice(s, r, o, err);
}

/* --- entries ------------------------------------------------------------------------------------------ */

static struct diff_entry *add_entry(struct diff *d, enum diff_what what)
{
    if ((d->n_entries & (d->n_entries - 1)) == 0)
        d->entries = xrealloc(d->entries, d->n_entries ? 2 * d->n_entries : 1, sizeof(*d->entries));
    struct diff_entry *e = &d->entries[d->n_entries++];
    *e = (struct diff_entry){.what = what};
    d->flows[what]++;
    return e;
}

static void add_alone(struct diff *d, enum diff_what what, const struct results_flow *f)
{
    add_entry(d, what)->flow[what == DIFF_GONE ? DIFF_OLD : DIFF_NEW] = f;
}

static bool differs(const struct diff *d, const struct tolerance *t, const struct results_flow *old,
                    const struct results_flow *new, unsigned column)
{
    if (!compare_cells(old, new, column))
        return false;
    struct dpi_text a = results_cell(old, column), b = results_cell(new, column);
    return !(t && a.p && b.p && tolerance_allows(t, column, a, b)) && d->compared[column];
}

/* All there is, byte for byte: most flows of two results are. */
static bool is_copy(const struct results_flow *a, const struct results_flow *b)
{
    return a->n == b->n && memcmp(a->ends, b->ends, a->n * sizeof(*a->ends)) == 0 &&
           (!a->n || memcmp(a->text, b->text, a->ends[a->n - 1]) == 0);
}

static void add_pair(struct diff *d, const struct tolerance *t, const struct results_flow *old,
                     const struct results_flow *new)
{
    struct diff_entry *e = NULL;
    unsigned columns = is_copy(old, new) ? 0 : RESULTS_COLUMNS;
    for (unsigned c = 0; c < columns; c++) {
        if (!d->compared[c] || !differs(d, t, old, new, c))
            continue;
        if (!e)
            e = add_entry(d, DIFF_CHANGED);
        e->changed[c / 8] = (uint8_t)(e->changed[c / 8] | 1 << c % 8);
        d->changed[c]++;
    }
    d->same += !e;
    if (!e)
        return;
    e->flow[DIFF_OLD] = old;
    e->flow[DIFF_NEW] = new;
}

/* --- matching ----------------------------------------------------------------------------------------- */

struct match {
    struct diff *diff;
    const struct tolerance *tolerance;
    const struct order *order;
    struct side *sides; /* DIFF_SIDES */
    size_t at[DIFF_SIDES];
};

/* Where the identity of the flow at hand ends. */
static size_t group_end(const struct side *s, size_t at)
{
    size_t end = at;
    while (end < s->n && compare_identity(&s->v[at], &s->v[end]) == 0)
        end++;
    return end;
}

/* Pairs what began at the same time and moves the rest to the front of both groups; how many are left. */
static void pair_equal(struct match *m, struct identity *old, size_t *n_old, struct identity *new, size_t *n_new)
{
    size_t i = 0, j = 0, left_old = 0, left_new = 0;
    while (i < *n_old || j < *n_new) {
        int cmp = i == *n_old ? 1 : j == *n_new ? -1 : compare_order(m->order, &old[i], &new[j]);
        if (cmp < 0) {
            old[left_old++] = old[i++];
        } else if (cmp > 0) {
            new[left_new++] = new[j++];
        } else {
            add_pair(m->diff, m->tolerance, old[i++].flow, new[j++].flow);
        }
    }
    *n_old = left_old;
    *n_new = left_new;
}

static void match_group(struct match *m, size_t old_end, size_t new_end)
{
    struct identity *old = m->sides[DIFF_OLD].v + m->at[DIFF_OLD], *new = m->sides[DIFF_NEW].v + m->at[DIFF_NEW];
    size_t n_old = old_end - m->at[DIFF_OLD], n_new = new_end - m->at[DIFF_NEW], both;
    pair_equal(m, old, &n_old, new, &n_new);
    both = n_old < n_new ? n_old : n_new;
    for (size_t i = 0; i < both; i++)
        add_pair(m->diff, m->tolerance, old[i].flow, new[i].flow);
    for (size_t i = both; i < n_old; i++)
        add_alone(m->diff, DIFF_GONE, old[i].flow);
    for (size_t i = both; i < n_new; i++)
        add_alone(m->diff, DIFF_ADDED, new[i].flow);
}

static void match_all(struct match *m)
{
    const struct side *old = &m->sides[DIFF_OLD], *new = &m->sides[DIFF_NEW];
    size_t *i = &m->at[DIFF_OLD], *j = &m->at[DIFF_NEW];
    while (*i < old->n || *j < new->n) {
        int cmp = *i == old->n ? 1 : *j == new->n ? -1 : compare_identity(&old->v[*i], &new->v[*j]);
        size_t old_end = cmp <= 0 ? group_end(old, *i) : *i, new_end = cmp >= 0 ? group_end(new, *j) : *j;
        match_group(m, old_end, new_end);
        *i = old_end;
        *j = new_end;
    }
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static const struct results_flow *flow_of(const struct diff_entry *e)
{
    return e->flow[DIFF_OLD] ? e->flow[DIFF_OLD] : e->flow[DIFF_NEW];
}

static int compare_entries(const void *pa, const void *pb)
{
    static const unsigned by[] = {DPI_FIELD_first_seen, DPI_FIELD_transport, DPI_FIELD_src_ip, DPI_FIELD_dst_ip,
                                  DPI_FIELD_src_port, DPI_FIELD_dst_port, DPI_FIELD_community_id, DPI_FIELD_vlan};
    const struct diff_entry *a = pa, *b = pb;
    int cmp = 0;
    for (size_t i = 0; i < COUNT(by) && !cmp; i++)
        cmp = compare_cells(flow_of(a), flow_of(b), by[i]);
    for (unsigned c = 0; c < RESULTS_COLUMNS && !cmp; c++)
        cmp = compare_cells(flow_of(a), flow_of(b), c);
    return cmp ? cmp : (a->what > b->what) - (a->what < b->what);
}

/* protocol, or protocol/application; free with free(). */
static char *label_of(const struct results_flow *f)
{
    struct buf b = {0};
    struct dpi_text protocol = results_cell(f, DPI_FIELD_protocol);
    struct dpi_text application = results_cell(f, DPI_FIELD_application);
    if (protocol.p)
        buf_add(&b, protocol.p, protocol.n);
    if (application.p) {
        buf_char(&b, '/');
        buf_add(&b, application.p, application.n);
    }
    buf_char(&b, '\0');
    return b.p;
}

static int compare_labels(const void *pa, const void *pb)
{
    const struct diff_relabelled *a = pa, *b = pb;
    int cmp = strcmp(a->from, b->from);
    return cmp ? cmp : strcmp(a->to, b->to);
}

static int compare_counts(const void *pa, const void *pb)
{
    const struct diff_relabelled *a = pa, *b = pb;
    return a->flows != b->flows ? a->flows > b->flows ? -1 : 1 : compare_labels(a, b);
}

/* Counts equal neighbours together. */
static size_t fold(struct diff_relabelled *v, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (used && compare_labels(&v[used - 1], &v[i]) == 0) {
            v[used - 1].flows++;
            free(v[i].from);
            free(v[i].to);
        } else {
            v[used++] = v[i];
        }
    }
    return used;
}

static void count_relabelled(struct diff *d)
{
    d->relabelled = xcalloc(d->flows[DIFF_CHANGED], sizeof(*d->relabelled));
    for (size_t i = 0; i < d->n_entries; i++) {
        const struct diff_entry *e = &d->entries[i];
        if (diff_entry_has(e, DPI_FIELD_protocol) || diff_entry_has(e, DPI_FIELD_application))
            d->relabelled[d->n_relabelled++] = (struct diff_relabelled){
                label_of(e->flow[DIFF_OLD]), label_of(e->flow[DIFF_NEW]), 1};
    }
    if (!d->n_relabelled)
        return;
    qsort(d->relabelled, d->n_relabelled, sizeof(*d->relabelled), compare_labels);
    d->n_relabelled = fold(d->relabelled, d->n_relabelled);
    qsort(d->relabelled, d->n_relabelled, sizeof(*d->relabelled), compare_counts);
}

static enum dpi_status compare(struct diff *d, struct side sides[static DIFF_SIDES], const struct tolerance *t,
                               struct arena *arena, struct dpi_err *err)
{
    struct identity_columns columns;
    const struct results *old = d->results[DIFF_OLD], *new = d->results[DIFF_NEW];
    struct order order = {d, old->has[DPI_FIELD_first_seen] && new->has[DPI_FIELD_first_seen]};
    if (!old->n || !new->n) /* without flows nothing is to be matched, and json has no columns */
        order.by_time = old->has[DPI_FIELD_first_seen] || new->has[DPI_FIELD_first_seen];
    DPI_TRY(identity_columns(&columns, old, new, err));
    for (int side = 0; side < DIFF_SIDES; side++)
        DPI_TRY(sort_side(&sides[side], d->results[side], &columns, &order, arena, err));
    struct match m = {.diff = d, .tolerance = t, .order = &order, .sides = sides};
    match_all(&m);
    if (d->n_entries)
        qsort(d->entries, d->n_entries, sizeof(*d->entries), compare_entries);
    count_relabelled(d);
    return DPI_OK;
}

enum dpi_status diff_make(struct diff *d, const struct results *old, const struct results *new,
                          const struct diff_options *o, struct dpi_err *err)
{
    struct side sides[DIFF_SIDES] = {{NULL, 0}, {NULL, 0}};
    struct arena arena = {0};
    *d = (struct diff){.results = {old, new}};
    choose_columns(d, o);
    enum dpi_status st = compare(d, sides, o->tolerance, &arena, err);
    free(sides[DIFF_OLD].v);
    free(sides[DIFF_NEW].v);
    arena_free(&arena);
    return st;
}

void diff_free(struct diff *d)
{
    for (size_t i = 0; i < d->n_relabelled; i++) {
        free(d->relabelled[i].from);
        free(d->relabelled[i].to);
    }
    free(d->relabelled);
    free(d->entries);
    *d = (struct diff){0};
}

size_t diff_lacks(const struct diff *d, enum diff_side side)
{
    size_t n = 0;
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++)
        n += d->lacking[side][c];
    return n;
}

bool diff_differs(const struct diff *d)
{
    return d->n_entries || diff_lacks(d, DIFF_OLD) || diff_lacks(d, DIFF_NEW);
}
