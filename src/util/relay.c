/* SPDX-License-Identifier: BSD-2-Clause */
/* relay.c - a ring of items. Both sides look at it once a batch, so that neither wakes the other for each item. */
#include "util/relay.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "util/thread.h"
#include "util/xalloc.h"

enum { BATCH = 128, ROOM = 8 * BATCH };

/* Items are counted from the first on: done <= worked <= given <= filled. */
struct relay {
    struct relay_ops ops;
    void *ctx;
    unsigned char *items; /* ROOM */
    /* of who gives them */
    uint64_t filled, done;
    bool finished;
    pthread_t thread;
    /* of both */
    pthread_mutex_t lock;
    pthread_cond_t more, less;
    uint64_t given, worked;
    bool over;
};

static void *item_at(const struct relay *r, uint64_t number)
{
    return r->items + (size_t)(number % ROOM) * r->ops.size;
}

/* What there is to do behind `at`, at most a batch; `at` itself when no more will come. */
static uint64_t await_more(struct relay *r, uint64_t at)
{
    pthread_mutex_lock(&r->lock);
    r->worked = at;
    pthread_cond_signal(&r->less);
    while (r->given == at && !r->over)
        pthread_cond_wait(&r->more, &r->lock);
    uint64_t given = r->given;
    pthread_mutex_unlock(&r->lock);
    return given - at < BATCH ? given : at + BATCH;
}

static void *work_off(void *relay)
{
    struct relay *r = relay;
    uint64_t at = 0, end;
    while ((end = await_more(r, at)) > at)
        for (; at < end; at++)
            r->ops.work(r->ctx, item_at(r, at));
    return NULL;
}

static void release(struct relay *r)
{
    pthread_cond_destroy(&r->less);
    pthread_cond_destroy(&r->more);
    pthread_mutex_destroy(&r->lock);
    free(r->items);
    free(r);
}

struct relay *relay_new(const struct relay_ops *ops, void *ctx)
{
    struct relay *r = xcalloc(1, sizeof(*r));
    r->ops = *ops;
    r->ctx = ctx;
    r->items = xcalloc(ROOM, ops->size);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->more, NULL);
    pthread_cond_init(&r->less, NULL);
    if (thread_start(&r->thread, work_off, r))
        return r;
    release(r);
    return NULL;
}

static void give(struct relay *r, bool over)
{
    pthread_mutex_lock(&r->lock);
    r->given = r->filled;
    r->over = over;
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->lock);
}

/* Waits until all but `left` of what is filled is worked off. */
static void await_less(struct relay *r, uint64_t left)
{
    pthread_mutex_lock(&r->lock);
    while (r->filled - r->worked > left)
        pthread_cond_wait(&r->less, &r->lock);
    uint64_t worked = r->worked;
    pthread_mutex_unlock(&r->lock);
    for (; r->done < worked; r->done++)
        r->ops.done(r->ctx, item_at(r, r->done));
}

void *relay_next(struct relay *r)
{
    if (r->filled - r->done == ROOM)
        await_less(r, ROOM - BATCH);
    return item_at(r, r->filled);
}

void relay_put(struct relay *r)
{
    if (++r->filled % BATCH == 0)
        give(r, false);
}

void relay_finish(struct relay *r)
{
    if (r->finished)
        return;
    r->finished = true;
    give(r, true);
    pthread_join(r->thread, NULL);
    await_less(r, 0);
}

void relay_free(struct relay *r)
{
    if (!r)
        return;
    relay_finish(r);
    release(r);
}
