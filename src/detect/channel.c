/* SPDX-License-Identifier: BSD-2-Clause */
/* channel.c - places for batches in the arena. */
#include "detect/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct channel *channel_new(void)
{
    void *p = mmap(NULL, sizeof(struct channel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void channel_own(struct channel *ch)
{
    madvise(ch, sizeof(*ch), MADV_DONTFORK);
}

void channel_free(struct channel *ch)
{
    munmap(ch, sizeof(*ch));
}

/* The bytes of a batch are as many as it happens, messages stand at a multiple of 8. */
static size_t aligned(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

static size_t end_of(const struct channel_place *p)
{
    return p->offset + aligned(p->used) + p->n * sizeof(struct detect_msg);
}

static struct channel_place *place_of(struct channel_log *log, uint64_t number)
{
    return &log->place[number % CHANNEL_PLACES];
}

/* Where the first batches of a checkpoint go: not where those of the one before are. */
static size_t other_front(struct channel_log *log)
{
    bool first = log->checkpoint == 0 || place_of(log, log->checkpoint)->offset != CHANNEL_FRONTS;
    return first ? CHANNEL_FRONTS : CHANNEL_FRONTS + DETECT_UNDER_WAY * CHANNEL_BATCH_MAX;
}

static bool wants_checkpoint(struct channel_log *log, uint64_t number)
{
    return number == 1 || number - log->checkpoint == CHANNEL_PLACES - DETECT_UNDER_WAY ||
           (number - log->checkpoint > DETECT_UNDER_WAY && end_of(place_of(log, number - 1)) > CHANNEL_LOG);
}

uint8_t *channel_next(struct channel *ch, struct channel_log *log)
{
    uint64_t number = log->submitted + 1;
    struct channel_place *p = place_of(log, number);
    p->checkpoint_first = wants_checkpoint(log, number);
    if (p->checkpoint_first)
        p->offset = other_front(log);
    else
        p->offset = number - log->checkpoint == DETECT_UNDER_WAY ? 0 : end_of(place_of(log, number - 1));
    return ch->arena + p->offset;
}

void channel_submit(struct channel *ch, struct channel_log *log, const struct detect_batch *b)
{
    uint64_t number = ++log->submitted;
    struct channel_place *p = place_of(log, number);
    p->n = b->n;
    p->used = b->used;
    if (p->checkpoint_first)
        log->checkpoint = number;
    memcpy(ch->arena + p->offset + aligned(p->used), b->msg, b->n * sizeof(b->msg[0]));
    ch->place[number % CHANNEL_PLACES] = *p;
    atomic_store(&ch->submitted, number);
}

void channel_skip(struct channel *ch, struct channel_log *log, struct channel_skip skip)
{
    ch->skip[log->n_skips++] = skip;
    ch->n_skips = log->n_skips;
}

struct detect_batch channel_batch(struct channel *ch, const struct channel_place *p)
{
    uint8_t *bytes = ch->arena + p->offset;
    return (struct detect_batch){
        .n = p->n, .used = p->used, .bytes = bytes, .msg = (struct detect_msg *)(void *)(bytes + aligned(p->used))};
}

struct detect_reply *channel_reply(struct channel *ch, uint64_t number)
{
    return &ch->reply[number % CHANNEL_REPLIES];
}

uint64_t channel_begins(const struct channel_log *log, uint64_t number)
{
    while (!log->place[number % CHANNEL_PLACES].checkpoint_first)
        number--;
    return number;
}

ssize_t channel_await_byte(int fd)
{
    char bytes[64];
    ssize_t n;
    do {
        n = read(fd, bytes, sizeof(bytes));
    } while (n < 0 && errno == EINTR);
    return n;
}
