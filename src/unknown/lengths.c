/* SPDX-License-Identifier: BSD-2-Clause */
/* lengths.c - tries every offset, width and byte order: message size = value * times + add. */
#include "unknown/lengths.h"

#include "unknown/boundaries.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    OFFSETS = 33, WIDEST = 4, ADD_LEAST = -8, ADD_MOST = 64, ADDS = ADD_MOST - ADD_LEAST + 1,
    FEWEST_MESSAGES = 5, FEWEST_SIZES = 3, FULL_PACKET = 1400, PART_BYTES = 8,
};

static const double share = 0.95;

struct trial {
    const struct messages *m;
    uint64_t *values, *sizes;
    uint32_t counted; /* messages that are not as large as packets get */
    uint32_t largest;
};

/* A message that fills a packet may be the beginning of a longer one. */
static bool counts(const struct trial *t, const struct message *m)
{
    return m->size < t->largest || t->largest < FULL_PACKET;
}

/* The sum that is right most often, by a vote; false when none is in the range. */
static bool vote(const struct trial *t, const struct field *f, int64_t *add, uint32_t *hits)
{
    uint32_t votes[ADDS] = {0};
    struct number_form form = {(uint8_t)f->size, f->little};
    *hits = 0;
    for (size_t i = 0; i < t->m->n; i++) {
        const struct message *m = &t->m->v[i];
        uint64_t v;
        if (!counts(t, m) || !message_number(m, f->at, form, &v) || v > UINT32_MAX)
            continue;
        int64_t k = (int64_t)m->size - (int64_t)v * f->times - ADD_LEAST;
        if (k >= 0 && k < ADDS && ++votes[k] > *hits) {
            *hits = votes[k];
            *add = k + ADD_LEAST;
        }
        if (i == FEWEST_MESSAGES && *hits < 2)
            return false;
    }
    return *hits > 0;
}

/* How many sizes and values the messages have for which it is right: a constant proves nothing. */
static uint32_t least_distinct(const struct trial *t, const struct field *f)
{
    size_t n = 0;
    struct number_form form = {(uint8_t)f->size, f->little};
    for (size_t i = 0; i < t->m->n; i++) {
        const struct message *m = &t->m->v[i];
        if (!counts(t, m) || !message_number(m, f->at, form, &t->values[n]))
            continue;
        t->sizes[n] = m->size;
        n += (int64_t)m->size == (int64_t)t->values[n] * f->times + f->add;
    }
    uint32_t sizes = distinct_of(t->sizes, n), values = distinct_of(t->values, n);
    return sizes < values ? sizes : values;
}

/* The last digits of a decimal number go up with the size as long as the others stay. */
static bool are_digits(const struct trial *t, const struct field *f)
{
    for (size_t i = 0; i < t->m->n; i++)
        for (uint32_t k = 0; k <= f->size; k++) {
            int b = f->at > 0 ? message_at(&t->m->v[i], f->at - 1 + k) : -1;
            if (b < '0' || b > '9')
                return false;
        }
    return true;
}

static bool try_form(const struct trial *t, struct field *f)
{
    uint32_t needed = FEWEST_SIZES + (f->times > 1);
    if (!vote(t, f, &f->add, &f->hits) || f->hits < share * t->counted || f->hits < FEWEST_MESSAGES)
        return false;
    if (are_digits(t, f))
        return false;
    f->of = t->counted;
    f->distinct = least_distinct(t, f);
    return f->distinct >= needed;
}

static bool is_better(const struct field *a, const struct field *b)
{
    if (a->hits != b->hits)
        return a->hits > b->hits;
    return a->size != b->size ? a->size < b->size : a->at < b->at;
}

static bool search(const struct trial *t, uint32_t times, struct field *best)
{
    bool found = false;
    for (uint32_t at = 0; at < OFFSETS; at++)
        for (uint32_t form = 0; form < 2 * WIDEST; form++) {
            struct field f = {.at = at, .size = form / 2 + 1, .little = form % 2, .times = times,
                              .role = ROLE_LENGTH, .number = form / 2 > 0, .sure = true};
            if (f.size == 1 && f.little)
                continue;
            if (try_form(t, &f) && (!found || is_better(&f, best))) {
                *best = f;
                found = true;
            }
        }
    return found;
}

static void open_trial(struct trial *t, const struct messages *m)
{
    *t = (struct trial){.m = m, .values = xcalloc(m->n + 1, sizeof(uint64_t)),
                        .sizes = xcalloc(m->n + 1, sizeof(uint64_t))};
    for (size_t i = 0; i < m->n; i++)
        t->largest = m->v[i].size > t->largest ? m->v[i].size : t->largest;
    for (size_t i = 0; i < m->n; i++)
        t->counted += counts(t, &m->v[i]);
}

static bool find_in(const struct messages *m, struct field *out)
{
    static const uint32_t times[] = {1, 4, 2, 8};
    struct trial t;
    bool found = false;
    open_trial(&t, m);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && !found; i++)
        found = t.counted >= FEWEST_MESSAGES && search(&t, times[i], out);
    free(t.values);
    free(t.sizes);
    return found;
}

/* More is asked of a part: it was chosen among several. */
static bool find_in_part(const struct messages *m, uint32_t at, uint8_t value, struct field *out)
{
    struct messages part = {.v = xcalloc(m->n, sizeof(*m->v))};
    for (size_t i = 0; i < m->n; i++)
        if (message_at(&m->v[i], at) == value)
            part.v[part.n++] = m->v[i];
    bool found = find_in(&part, out) && out->distinct >= FEWEST_SIZES + 1 && out->hits >= 2 * FEWEST_MESSAGES;
    free(part.v);
    out->sure = false;
    field_say(out, "where byte %" PRIu32 " is %02x: ", at, value);
    return found;
}

/* --- width -------------------------------------------------------------------------------------------- */

/* Whether the byte at is zero in all messages that have the field, and nobody else's. */
static bool is_zero(const struct positions *p, const struct fields *others, uint32_t at, const struct field *f)
{
    return at < p->n && p->v[at].is == POSITION_ZERO && p->v[at].distinct == 1 && p->v[at].n >= p->v[f->at].n &&
           fields_have_room(others, at, 1);
}

static bool aligned(uint32_t at, uint32_t size)
{
    return at % size == 0;
}

/* Zero bytes on the left of the number, as many as a field of two or four bytes has, rather an aligned one. */
static uint32_t zeros_before(const struct field *f, const struct positions *p, const struct fields *others)
{
    uint32_t zeros = 0, n = 0;
    bool fits = false;
    while (zeros < f->at && f->size + zeros < 4 && is_zero(p, others, f->at - zeros - 1, f))
        zeros++;
    for (uint32_t size = 2; size <= 4; size *= 2) {
        bool filled = size > f->size && size - f->size <= zeros;
        bool here = filled && aligned(f->at + f->size - size, size);
        if (here || (filled && !fits))
            n = size - f->size;
        fits = fits || here;
    }
    return n;
}

/* And on its right. */
static uint32_t zeros_behind(const struct field *f, const struct positions *p, const struct fields *others)
{
    uint32_t n = 0;
    while (f->size + n < 4 && is_zero(p, others, f->at + f->size + n, f))
        n++;
    while (n && ((f->size + n) & (f->size + n - 1)))
        n--;
    return n;
}

/* Which bytes are high ones, when both sides have zeros: the aligned form, else the narrower one, else what other
 * numbers are like. */
static bool is_little(const struct field *f, uint32_t before, uint32_t behind, const struct positions *p)
{
    bool big_fits = aligned(f->at - before, f->size + before), little_fits = aligned(f->at, f->size + behind);
    if (big_fits != little_fits)
        return little_fits;
    if (before != behind)
        return behind < before;
    return boundaries_little(p, &(struct fields){0});
}

void length_widen(struct field *f, const struct positions *p, const struct fields *others)
{
    if (f->at >= p->n)
        return;
    uint32_t before = zeros_before(f, p, others), behind = zeros_behind(f, p, others);
    if (f->size > 1) { /* the byte order is known */
        before = f->little ? 0 : before;
        behind = f->little ? behind : 0;
    }
    if (before && behind && is_little(f, before, behind, p))
        before = 0;
    if (before) {
        f->at -= before;
        f->size += before;
    } else if (behind) {
        f->size += behind;
        f->little = true;
    }
}

/* ------------------------------------------------------------------------------------------------------ */

bool length_find(const struct messages *m, const struct positions *p, struct field *out)
{
    bool found = find_in(m, out);
    for (uint32_t at = 0; at < PART_BYTES && at < p->n && !found; at++)
        if (!position_is_const(&p->v[at]) && p->v[at].top_n >= 0.3 * p->v[at].n)
            found = find_in_part(m, at, p->v[at].top, out);
    return found;
}
