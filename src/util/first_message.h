/* SPDX-License-Identifier: BSD-2-Clause */
/* first_message.h - one of the first messages of a flow, as far as it is kept to be told by signatures: a datagram, or
 * the bytes of a TCP connection that one side sends before the other one does. */
#ifndef UTIL_FIRST_MESSAGE_H
#define UTIL_FIRST_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    FIRST_MESSAGES_MAX = 8,  /* kept of a side */
    FIRST_HEAD_MAX = 256,    /* bytes kept of a message from its start */
    FIRST_TAIL_MAX = 32,     /* and from its end */
    FIRST_LENGTH_MAX = 1 << 20, /* what is longer is cut */
};

struct first_message {
    const uint8_t *head, *tail;
    uint32_t len;
    uint16_t n_head, n_tail;
    bool cut; /* where it ends is not known: neither len nor tail says anything */
};

/* A whole message of n bytes, which are borrowed. */
static inline struct first_message first_message_of(const uint8_t *bytes, uint32_t n)
{
    uint32_t tail = n < FIRST_TAIL_MAX ? n : FIRST_TAIL_MAX;
    return (struct first_message){
        .head = bytes, .tail = bytes + (n - tail), .len = n, .n_tail = (uint16_t)tail,
        .n_head = (uint16_t)(n < FIRST_HEAD_MAX ? n : FIRST_HEAD_MAX)};
}

/* The byte at an offset from the start, or, below 0, from the end; -1: it is not there, or was not kept. */
static inline int first_message_at(const struct first_message *m, int32_t at)
{
    if (at >= 0)
        return at < m->n_head ? m->head[at] : -1;
    if (m->cut || (uint32_t)-at > m->len)
        return -1;
    if (-at <= m->n_tail)
        return m->tail[m->n_tail + at];
    return -1;
}

#endif
