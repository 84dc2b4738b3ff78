/* SPDX-License-Identifier: BSD-2-Clause */
/* channel.c - places for batches in the arena. */
#include "detect/channel.h"

#include <sys/mman.h>

struct channel *channel_new(void)
{
    void *p = mmap(NULL, sizeof(struct channel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void channel_free(struct channel *ch)
{
    munmap(ch, sizeof(*ch));
}

struct detect_batch *channel_batch(struct channel *ch, uint64_t number)
{
    return (struct detect_batch *)(ch->arena + ch->place[number % CHANNEL_PLACES].offset);
}

struct detect_reply *channel_reply(struct channel *ch, uint64_t number)
{
    return &ch->reply[number % CHANNEL_REPLIES];
}

static size_t end_of(const struct detect_batch *b)
{
    size_t n = offsetof(struct detect_batch, bytes) + b->used;
    return (n + 63) & ~(size_t)63;
}

/* Where the batch behind `number` begins: in the other half when this one has no room for the largest. */
static size_t next_offset(struct channel *ch, uint64_t number, bool *other_half)
{
    size_t at = ch->place[number % CHANNEL_PLACES].offset + end_of(channel_batch(ch, number));
    size_t half = ch->place[number % CHANNEL_PLACES].offset / CHANNEL_HALF;
    *other_half = at + sizeof(struct detect_batch) > (half + 1) * CHANNEL_HALF;
    return *other_half ? (1 - half) * CHANNEL_HALF : at;
}

struct detect_batch *channel_next(struct channel *ch)
{
    uint64_t number = atomic_load(&ch->submitted) + 1;
    bool other_half = true;
    size_t offset = number == 1 ? 0 : next_offset(ch, number - 1, &other_half);
    ch->place[number % CHANNEL_PLACES].offset = offset;
    ch->place[number % CHANNEL_PLACES].checkpoint_first = other_half;
    struct detect_batch *b = channel_batch(ch, number);
    b->n = b->used = 0;
    return b;
}

uint64_t channel_half_begins(const struct channel *ch, uint64_t number)
{
    while (!ch->place[number % CHANNEL_PLACES].checkpoint_first)
        number--;
    return number - 1;
}
