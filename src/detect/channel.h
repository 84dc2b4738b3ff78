/* SPDX-License-Identifier: BSD-2-Clause */
/* channel.h - the memory that the tracker's process and the worker's share, and how they wake each other.
 *
 * Batches are numbered from 1 and stand one behind the other in two halves of an arena, used in turns: while one is
 * filled, the other still has what came before it. The tracker's side writes everything but done, at, sleeper,
 * checkpoint and the replies, and believes nothing of those without looking. */
#ifndef DETECT_CHANNEL_H
#define DETECT_CHANNEL_H

#include "detect/detect.h"

#include <stdatomic.h>
#include <sys/types.h>

enum {
    CHANNEL_HALF = 8 << 20, /* bytes of batches between two checkpoints */
    CHANNEL_PLACES = 4096,   /* more than batches that fit both halves */
    CHANNEL_REPLIES = 3,
    CHANNEL_SKIPS = 64,
};

/* The message at hand: batch << 16 | index + 1; the low 16 bits are 0 between messages. */
typedef uint64_t channel_at;

/* Messages for a slot that are not to be worked off again, from the first up to the one at which the worker died. */
struct channel_skip {
    uint32_t slot;
    channel_at from, until;
};

struct channel {
    _Atomic uint64_t submitted; /* number of the last batch handed over */
    _Atomic uint64_t done;      /* number of the last batch worked off */
    _Atomic channel_at at;
    _Atomic int32_t sleeper;    /* process that sleeps, 0: none ... */
    uint64_t checkpoint;        /* ... and what it has worked off */
    uint32_t n_skips;
    struct channel_skip skip[CHANNEL_SKIPS];
    struct {
        size_t offset; /* in the arena */
        bool checkpoint_first;
    } place[CHANNEL_PLACES]; /* of a batch, by its number modulo CHANNEL_PLACES */
    struct detect_reply reply[CHANNEL_REPLIES]; /* by the batch's number */
    _Alignas(64) uint8_t arena[2 * CHANNEL_HALF];
};

struct channel *channel_new(void); /* NULL: there is no memory to share */
void channel_free(struct channel *ch);

struct detect_batch *channel_batch(struct channel *ch, uint64_t number);
struct detect_reply *channel_reply(struct channel *ch, uint64_t number);

/* Makes the place for the batch behind the last one submitted, and returns it. */
struct detect_batch *channel_next(struct channel *ch);

/* Number of the last batch in front of the half that batch `number` stands in: what the checkpoint for it has seen. */
uint64_t channel_half_begins(const struct channel *ch, uint64_t number);

#endif
