/* SPDX-License-Identifier: BSD-2-Clause */
/* channel.h - the memory that the tracker's process and the worker's share, and how they wake each other.
 *
 * Batches are numbered from 1 and stand one behind the other in an arena: first the bytes of a batch, then its
 * messages. When so many bytes have come together the next batch begins with a checkpoint, and what is behind that one
 * stands at the begin of the arena again. The first DETECT_UNDER_WAY batches of a checkpoint stand elsewhere: they are
 * written while those before may still be needed.
 *
 * The worker may have been taken over by what it works on. So the tracker's side has all that it relies on in memory of
 * its own (struct channel_log), and what it reads of the shared one, it believes only after a look. */
#ifndef DETECT_CHANNEL_H
#define DETECT_CHANNEL_H

#include "detect/detect.h"

#include <stdatomic.h>
#include <sys/types.h>

enum {
    CHANNEL_LOG = 16 << 20,    /* bytes of batches between two checkpoints, about */
    CHANNEL_BATCH_MAX = DETECT_BATCH_BYTES + DETECT_BATCH_MSGS * sizeof(struct detect_msg) + 64,
    CHANNEL_FRONTS = CHANNEL_LOG + CHANNEL_BATCH_MAX, /* where the first batches stand, in turn */
    CHANNEL_ARENA = CHANNEL_FRONTS + 2 * DETECT_UNDER_WAY * CHANNEL_BATCH_MAX,
    CHANNEL_PLACES = 4096,     /* batches between two checkpoints, at most, and some more */
    CHANNEL_REPLIES = DETECT_UNDER_WAY + 1,
    CHANNEL_SKIPS = 64,
    CHANNEL_LABELS = 64 << 10, /* bytes of the library's names */
};

/* The message at hand: batch << 16 | index + 1; the low 16 bits are 0 before the first message of a batch. It grows,
 * but for a worker that starts again at a checkpoint. */
typedef uint64_t channel_at;

/* Messages for a slot that are not to be worked off again, from the first up to the one at which the worker died. */
struct channel_skip {
    uint32_t slot;
    channel_at from, until;
};

/* Where a batch stands in the arena, and how large it is. */
struct channel_place {
    size_t offset;
    uint32_t n, used;
    bool checkpoint_first;
};

struct channel {
    /* by the worker */
    struct dpi_err start; /* how starting the library went ... */
    size_t n_labels;      /* ... and its names, packed */
    char labels[CHANNEL_LABELS];
    _Atomic uint64_t done; /* number of the last batch worked off */
    _Atomic channel_at at;
    _Atomic int32_t sleeper; /* process that sleeps, 0: none */
    _Atomic uint8_t idle;    /* not 0: it waits for a batch. Of a stranger no bool is read */
    struct detect_reply reply[CHANNEL_REPLIES]; /* by the batch's number */
    /* by the tracker's side */
    _Alignas(64) _Atomic uint64_t submitted; /* number of the last batch handed over */
    _Atomic uint64_t awaited; /* number of the batch that is waited for, 0: none */
    _Atomic int32_t processor; /* that the worker is to keep to; TURNS_ANYWHERE */
    uint32_t n_skips;
    struct channel_skip skip[CHANNEL_SKIPS];
    struct channel_place place[CHANNEL_PLACES]; /* by the batch's number modulo CHANNEL_PLACES */
    _Alignas(64) uint8_t arena[CHANNEL_ARENA];
};

/* What the tracker's side knows without the worker. */
struct channel_log {
    uint64_t submitted, checkpoint; /* number of the last batch that begins with one */
    uint32_t n_skips;
    struct channel_place place[CHANNEL_PLACES];
};

struct channel *channel_new(void); /* NULL: there is no memory to share */
void channel_free(struct channel *ch);

/* In the tracker's process, when the worker's is there: no other process that is started gets that memory. */
void channel_own(struct channel *ch);

/* Where the bytes of the batch behind the last one submitted go. The batch DETECT_UNDER_WAY before it has been worked
 * off. */
uint8_t *channel_next(struct channel *ch, struct channel_log *log);

/* Hands that batch over; its bytes are in place. */
void channel_submit(struct channel *ch, struct channel_log *log, const struct detect_batch *b);

void channel_skip(struct channel *ch, struct channel_log *log, struct channel_skip skip); /* at most CHANNEL_SKIPS */

/* A batch as it stands at the place. */
struct detect_batch channel_batch(struct channel *ch, const struct channel_place *place);
struct detect_reply *channel_reply(struct channel *ch, uint64_t number);

/* Waits at the end of a pipe for bytes that say "look", and takes them: how many, 0 when the other side is gone. */
ssize_t channel_await_byte(int fd);

/* Number of the first batch behind the checkpoint that is there for batch `number`. */
uint64_t channel_begins(const struct channel_log *log, uint64_t number);

#endif
