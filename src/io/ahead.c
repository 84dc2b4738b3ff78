/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/ahead.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "util/thread.h"
#include "util/xalloc.h"

enum { BLOCKS = 2 };

/* Blocks are counted from the first on: back <= filled <= back + BLOCKS. */
struct ahead {
    struct source *s;
    struct ahead_block block[BLOCKS];
    pthread_t thread;
    bool joined;
    /* of the thread: how reading came to an end */
    enum dpi_status status;
    struct dpi_err err;
    bool ended;
    /* of both */
    pthread_mutex_t lock;
    pthread_cond_t more, less;
    uint64_t filled, back;
    _Atomic bool over; /* nobody wants more */
};

/* Until it is full. What comes to an end behind some bytes is told by the next block. */
static void fill(struct ahead *a, struct ahead_block *b)
{
    struct source *s = a->s;
    b->n = 0;
    while (b->n < AHEAD_BYTES && a->status == DPI_OK && !a->ended && !a->over) {
        size_t got;
        a->status = s->ops->read(s, b->buf + AHEAD_FRONT + b->n, AHEAD_BYTES - b->n, &got, &a->err);
        a->ended = a->status == DPI_OK && got == 0;
        b->n += a->status == DPI_OK ? got : 0;
    }
    b->file_offset = s->below ? source_file_offset(s->below) : 0;
    if (b->n > 0)
        return;
    b->status = a->status;
    b->err = a->err;
}

static bool await_room(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (a->filled - a->back == BLOCKS && !a->over)
        pthread_cond_wait(&a->less, &a->lock);
    bool go_on = !a->over;
    pthread_mutex_unlock(&a->lock);
    return go_on;
}

static void hand_over(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->filled++;
    pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->lock);
}

static void *read_on(void *ahead)
{
    struct ahead *a = ahead;
    for (bool more = true; more && await_room(a);) {
        struct ahead_block *b = &a->block[a->filled % BLOCKS];
        fill(a, b);
        more = b->n > 0;
        hand_over(a);
    }
    return NULL;
}

static void release(struct ahead *a)
{
    pthread_cond_destroy(&a->less);
    pthread_cond_destroy(&a->more);
    pthread_mutex_destroy(&a->lock);
    for (int i = 0; i < BLOCKS; i++)
        free(a->block[i].buf);
    free(a);
}

struct ahead *ahead_start(struct source *s)
{
    struct ahead *a = xcalloc(1, sizeof(*a));
    a->s = s;
    for (int i = 0; i < BLOCKS; i++) {
        a->block[i].size = AHEAD_FRONT + AHEAD_BYTES;
        a->block[i].buf = xmalloc(a->block[i].size);
    }
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->more, NULL);
    pthread_cond_init(&a->less, NULL);
    if (thread_start(&a->thread, read_on, a))
        return a;
    release(a);
    return NULL;
}

static void join(struct ahead *a)
{
    if (!a->joined)
        pthread_join(a->thread, NULL);
    a->joined = true;
}

struct ahead_block *ahead_block(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (a->filled == a->back)
        pthread_cond_wait(&a->more, &a->lock);
    pthread_mutex_unlock(&a->lock);
    struct ahead_block *b = &a->block[a->back % BLOCKS];
    if (b->n == 0)
        join(a);
    return b;
}

void ahead_give_back(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->back++;
    pthread_cond_signal(&a->less);
    pthread_mutex_unlock(&a->lock);
}

void ahead_stop(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->over = true;
    pthread_cond_signal(&a->less);
    pthread_mutex_unlock(&a->lock);
    join(a);
    release(a);
}
