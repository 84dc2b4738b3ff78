/* SPDX-License-Identifier: BSD-2-Clause */
/* cursor.h - the only way packet bytes are read: every read is checked against the end first. */
#ifndef DECODE_CURSOR_H
#define DECODE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *p, *end; /* p <= end */
};

static inline struct cursor cursor_of(const void *bytes, size_t n)
{
    static const uint8_t nothing[1]; /* NULL + 0 is undefined */
    const uint8_t *p = bytes ? bytes : nothing;
    return (struct cursor){p, p + n};
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->p);
}

/* Each of these consumes what it reads and returns true, or consumes nothing and returns false. */
static inline bool cursor_skip(struct cursor *c, size_t n)
{
    if (cursor_left(c) < n) /* subtract, never add: no pointer overflow */
        return false;
    c->p += n;
    return true;
}

static inline bool cursor_bytes(struct cursor *c, const uint8_t **out, size_t n)
{
    const uint8_t *p = c->p;
    if (!cursor_skip(c, n))
        return false;
    *out = p;
    return true;
}

static inline bool cursor_u8(struct cursor *c, uint8_t *out)
{
    const uint8_t *p;
    if (!cursor_bytes(c, &p, 1))
        return false;
    *out = p[0];
    return true;
}

static inline bool cursor_be16(struct cursor *c, uint16_t *out)
{
    const uint8_t *p;
    if (!cursor_bytes(c, &p, 2))
        return false;
    *out = (uint16_t)(p[0] << 8 | p[1]);
    return true;
}

static inline bool cursor_be32(struct cursor *c, uint32_t *out)
{
    const uint8_t *p;
    if (!cursor_bytes(c, &p, 4))
        return false;
    *out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return true;
}

/* Fields of a header of fixed size that cursor_bytes has already returned whole. */
static inline uint16_t be16_at(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32_at(const uint8_t *p)
{
    return (uint32_t)be16_at(p) << 16 | be16_at(p + 2);
}

static inline uint16_t le16_at(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t le32_at(const uint8_t *p)
{
    return (uint32_t)le16_at(p + 2) << 16 | le16_at(p);
}

#endif
