/* SPDX-License-Identifier: BSD-2-Clause */
/* message.h - one message of an unknown flow, and the only ways its bytes are read. */
#ifndef UNKNOWN_MESSAGE_H
#define UNKNOWN_MESSAGE_H

#include "decode/cursor.h"

struct message {
    const uint8_t *bytes; /* borrowed from its sample; the first kept of size */
    uint32_t kept, size;
    uint32_t flow;  /* number of its flow among those looked at */
    uint32_t index; /* among the messages of its flow, both sides counted */
    int64_t time_ns;
    uint8_t side; /* 0: the client sent it */
};

struct messages {
    struct message *v;
    size_t n;
};

/* How a number stands in a message. */
struct number_form {
    uint8_t width; /* bytes, 1 to 8 */
    bool little;
};

/* The byte at, or -1 behind the last that was kept. */
static inline int message_at(const struct message *m, uint32_t at)
{
    return at < m->kept ? m->bytes[at] : -1;
}

static inline uint64_t number_of(const uint8_t *p, struct number_form f)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < f.width; i++)
        v = v << 8 | p[f.little ? f.width - 1u - i : i];
    return v;
}

static inline bool message_number(const struct message *m, uint32_t at, struct number_form f, uint64_t *v)
{
    struct cursor c = cursor_of(m->bytes, m->kept);
    const uint8_t *p;
    if (!cursor_skip(&c, at) || !cursor_bytes(&c, &p, f.width))
        return false;
    *v = number_of(p, f);
    return true;
}

#endif
