/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/replies.h"

#include "util/xalloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum slot_state { SLOT_CLOSED, SLOT_OPEN, SLOT_ENDED };

struct replies {
    uint8_t *state; /* enum slot_state of each slot */
    size_t n_state;
    bool has_guilty;
    uint32_t guilty;
    struct detect_reply reply;
};

struct replies *replies_new(void)
{
    return xcalloc(1, sizeof(struct replies));
}

void replies_free(struct replies *rs)
{
    if (!rs)
        return;
    free(rs->state);
    free(rs);
}

void replies_blame(struct replies *rs, uint32_t slot)
{
    rs->has_guilty = true;
    rs->guilty = slot;
}

static uint8_t *slot_state(struct replies *rs, uint32_t slot)
{
    if (slot >= rs->n_state) {
        size_t n = rs->n_state ? rs->n_state : 256;
        while (n <= slot)
            n *= 2;
        rs->state = xrealloc(rs->state, n, 1);
        memset(rs->state + rs->n_state, SLOT_CLOSED, n - rs->n_state);
        rs->n_state = n;
    }
    return &rs->state[slot];
}

static void note_messages(struct replies *rs, const struct sent *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        uint8_t *state = slot_state(rs, b->msg[i].slot);
        if (b->msg[i].op == DETECT_OPEN)
            *state = SLOT_OPEN;
        else if (b->msg[i].op == DETECT_END && *state == SLOT_OPEN)
            *state = SLOT_ENDED;
    }
}

/* What a stranger can change meanwhile is looked at in a copy, which the fence keeps from being read a second time. */
static void copy_out(void *to, const void *theirs, size_t n)
{
    memcpy(to, theirs, n);
    atomic_signal_fence(memory_order_seq_cst);
}

/* Their number of something, at most max. */
static uint32_t copy_number(const uint32_t *theirs, uint32_t max)
{
    uint32_t n;
    copy_out(&n, theirs, sizeof(n));
    return n < max ? n : max;
}

static bool is_sound(const struct replies *rs, const struct detect_verdict *v)
{
    return v->slot < rs->n_state && rs->state[v->slot] != SLOT_CLOSED && v->attrs_len <= DETECT_ATTRS_MAX &&
           v->attrs <= sizeof(rs->reply.bytes) - v->attrs_len && v->by < DETECT_BYS && v->app_by < DETECT_BYS;
}

static void believe_steps(struct replies *rs, const struct detect_reply *theirs)
{
    struct detect_reply *r = &rs->reply;
    uint32_t n = copy_number(&theirs->n_steps, DETECT_BATCH_STEPS);
    for (uint32_t i = 0; i < n; i++) {
        struct detect_step s;
        copy_out(&s, &theirs->step[i], sizeof(s));
        if (s.slot < rs->n_state && s.by < DETECT_BYS && s.state < DETECT_STATES)
            r->step[r->n_steps++] = s;
    }
}

/* The worker may have been taken over by what it works on: what it says is copied first, and then looked at. */
static void believe(struct replies *rs, const struct detect_reply *theirs)
{
    struct detect_reply *r = &rs->reply;
    uint32_t n = copy_number(&theirs->n, DETECT_BATCH_MSGS);
    believe_steps(rs, theirs);
    for (uint32_t i = 0; i < n; i++) {
        struct detect_verdict v;
        copy_out(&v, &theirs->verdict[i], sizeof(v));
        if (!is_sound(rs, &v))
            continue;
        copy_out(r->bytes + r->used, theirs->bytes + v.attrs, v.attrs_len);
        v.attrs = r->used;
        r->used += v.attrs_len;
        rs->state[v.slot] = SLOT_CLOSED;
        r->verdict[r->n++] = v;
    }
}

/* Of flows that the batch has ended and nothing is said of, nothing can be said. */
static void complete(struct replies *rs, const struct sent *b)
{
    struct detect_reply *r = &rs->reply;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t slot = b->msg[i].slot;
        if (b->msg[i].op != DETECT_END || rs->state[slot] != SLOT_ENDED)
            continue;
        rs->state[slot] = SLOT_CLOSED;
        bool guilty = rs->has_guilty && rs->guilty == slot;
        rs->has_guilty &= !guilty; /* the slot will be another flow's */
        r->verdict[r->n++] = (struct detect_verdict){.slot = slot, .fault = true, .guilty = guilty};
    }
}

const struct detect_reply *replies_believe(struct replies *rs, const struct sent *sent,
                                           const struct detect_reply *theirs)
{
    rs->reply.n = rs->reply.used = rs->reply.n_steps = 0;
    note_messages(rs, sent);
    if (theirs)
        believe(rs, theirs);
    complete(rs, sent);
    return &rs->reply;
}
