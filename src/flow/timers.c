/* SPDX-License-Identifier: BSD-2-Clause */
/* timers.c - a 4-ary heap of lower bounds.
 *
 * An entry keeps the deadline its timer had when it was queued. The owner only ever raises the true deadline
 * (lowering goes through timers_lower), so every entry is a lower bound: when the smallest entry is exact, no
 * other timer can be earlier, and when it is not, it is put back with its true deadline. */
#include "flow/timers.h"

#include "util/xalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ARITY = 4, FIRST_CAPACITY = 64 };

struct entry {
    int64_t deadline;
    struct timer *timer;
};

struct timers {
    struct entry *heap;
    size_t n, capacity;
};

struct timers *timers_new(void)
{
    struct timers *q = xcalloc(1, sizeof(*q));
    q->capacity = FIRST_CAPACITY;
    q->heap = xrealloc(NULL, q->capacity, sizeof(*q->heap));
    return q;
}

void timers_free(struct timers *q)
{
    if (!q)
        return;
    free(q->heap);
    free(q);
}

static bool before(struct entry a, struct entry b)
{
    if (a.deadline != b.deadline)
        return a.deadline < b.deadline;
    return a.timer->id < b.timer->id;
}

static void put(struct timers *q, size_t i, struct entry e)
{
    q->heap[i] = e;
    e.timer->place = i;
}

static void sift_up(struct timers *q, size_t i, struct entry e)
{
    while (i > 0) {
        size_t parent = (i - 1) / ARITY;
        if (!before(e, q->heap[parent]))
            break;
        put(q, i, q->heap[parent]);
        i = parent;
    }
    put(q, i, e);
}

static void sift_down(struct timers *q, size_t i, struct entry e)
{
    for (;;) {
        size_t first = i * ARITY + 1;
        if (first >= q->n)
            break;
        size_t best = first;
        for (size_t c = first + 1; c < first + ARITY && c < q->n; c++)
            if (before(q->heap[c], q->heap[best]))
                best = c;
        if (!before(q->heap[best], e))
            break;
        put(q, i, q->heap[best]);
        i = best;
    }
    put(q, i, e);
}

static void grow(struct timers *q)
{
    struct entry *old = q->heap;
    q->capacity *= 2;
    q->heap = xcalloc_table(q->capacity, sizeof(*q->heap));
    memcpy(q->heap, old, q->n * sizeof(*q->heap));
    free(old);
}

void timers_add(struct timers *q, struct timer *t)
{
    if (q->n == q->capacity)
        grow(q);
    sift_up(q, q->n++, (struct entry){t->deadline, t});
}

void timers_remove(struct timers *q, struct timer *t)
{
    size_t hole = t->place;
    struct entry last = q->heap[--q->n];
    if (hole == q->n)
        return;
    if (hole > 0 && before(last, q->heap[(hole - 1) / ARITY]))
        sift_up(q, hole, last);
    else
        sift_down(q, hole, last);
}

void timers_lower(struct timers *q, struct timer *t, int64_t deadline)
{
    t->deadline = deadline;
    if (deadline < q->heap[t->place].deadline)
        sift_up(q, t->place, (struct entry){deadline, t});
}

struct timer *timers_due(struct timers *q, int64_t now)
{
    while (q->n > 0 && q->heap[0].deadline < now) {
        struct timer *t = q->heap[0].timer;
        if (t->deadline == q->heap[0].deadline) {
            timers_remove(q, t);
            return t;
        }
        sift_down(q, 0, (struct entry){t->deadline, t});
    }
    return NULL;
}
