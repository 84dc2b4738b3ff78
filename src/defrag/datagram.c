/* SPDX-License-Identifier: BSD-2-Clause */
/* datagram.c - what of a datagram is covered by its fragments, and its bytes out of theirs. */
#include "defrag/datagram.h"

#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { IPV6_SIZE = 40, IPV4_KEPT_FLAGS = 0x40 /* do not fragment: says nothing of fragments */ };

/* --- pieces ------------------------------------------------------------------------------------------- */

/* The piece that d describes, whose bytes were copied from old to copy. */
static struct piece *new_piece(const struct decoded *d, const uint8_t *old, const uint8_t *copy)
{
    struct piece *piece = xcalloc(1, sizeof(*piece));
    piece->part = d->part;
    piece->part.payload = copy + (d->part.payload - old);
    piece->ip = copy + (d->ip - old);
    piece->ip_len = d->ip_len;
    piece->ip_cap = d->ip_cap;
    return piece;
}

struct piece *piece_of_packet(const struct packet *p, const struct decoded *d)
{
    struct frame *frame = xmalloc(sizeof(*frame) + p->caplen);
    frame->next = NULL;
    frame->packet = *p;
    frame->packet.data = frame->bytes;
    memcpy(frame->bytes, p->data, p->caplen);
    struct piece *piece = new_piece(d, p->data, frame->bytes);
    piece->frames = frame;
    piece->n_frames = 1;
    piece->n_bytes = p->caplen;
    return piece;
}

static void take_frames(struct piece *to, struct piece *from)
{
    while (from->frames) {
        struct frame *frame = from->frames;
        from->frames = frame->next;
        frame->next = to->frames;
        to->frames = frame;
        to->n_frames++;
        to->n_bytes += frame->packet.caplen;
    }
}

struct piece *piece_of_datagram(struct datagram *g, const uint8_t *ip, size_t n, const struct decoded *d)
{
    uint8_t *copy = xmemdup(ip, n);
    struct piece *piece = new_piece(d, ip, copy);
    piece->outer = copy;
    piece->n_bytes = n;
    for (struct piece *from = g->first; from; from = from->next)
        take_frames(piece, from);
    return piece;
}

static void free_piece(struct piece *piece)
{
    for (struct frame *frame = piece->frames, *next; frame; frame = next) {
        next = frame->next;
        free(frame);
    }
    free(piece->outer);
    free(piece);
}

/* --- what is covered ---------------------------------------------------------------------------------- */

struct datagram *datagram_new(const uint8_t *key, size_t key_len)
{
    struct datagram *g = xcalloc(1, sizeof(*g) + key_len);
    g->last = &g->first;
    g->key_len = key_len;
    memcpy(g->key, key, key_len);
    return g;
}

void datagram_free(struct datagram *g)
{
    if (!g)
        return;
    for (struct piece *piece = g->first, *next; piece; piece = next) {
        next = piece->next;
        free_piece(piece);
    }
    free(g->around);
    free(g);
}

/* Whether a fragment can be right beside those before it. */
static bool fits(const struct datagram *g, const struct decode_fragment *part)
{
    uint32_t end = part->offset + part->len;
    if (part->len == 0 || end > DATAGRAM_MAX)
        return false;
    if (part->more && part->len % DATAGRAM_UNIT) /* RFC 8200, 4.5; and RFC 791 has no way to go on behind it */
        return false;
    if (g->ended)
        return part->more ? end <= g->end : end == g->end;
    return part->more || end >= g->end;
}

static uint32_t units_of(uint32_t bytes)
{
    return (bytes + DATAGRAM_UNIT - 1) / DATAGRAM_UNIT;
}

static void cover(struct datagram *g, const struct decode_fragment *part)
{
    uint32_t end = part->offset + part->len;
    for (uint32_t u = part->offset / DATAGRAM_UNIT; u < units_of(end); u++) {
        uint64_t bit = UINT64_C(1) << u % 64;
        g->units += !(g->have[u / 64] & bit);
        g->have[u / 64] |= bit;
    }
    if (end > g->end)
        g->end = end;
    g->ended |= !part->more;
    g->complete = g->ended && g->units == units_of(g->end);
}

/* The first one at the start, and sooner one that can be right. */
static bool is_head(const struct datagram *g, const struct piece *piece)
{
    return piece->part.offset == 0 && (!g->head || (g->head->bad && !piece->bad));
}

static void set_head(struct datagram *g, const struct piece *piece, const struct decoded *d)
{
    free(g->around);
    g->around = xmemdup(d, sizeof(*d));
    g->head = piece;
}

void datagram_add(struct datagram *g, struct piece *piece, const struct decoded *d)
{
    *g->last = piece;
    g->last = &piece->next;
    g->n_frames += piece->n_frames;
    g->n_bytes += piece->n_bytes;
    g->depth = d->n_tunnels;
    g->overlap |= d->fragment_overlap; /* of the datagram around it */
    g->bad |= d->fragment_bad;
    piece->bad = !fits(g, &piece->part);
    if (is_head(g, piece))
        set_head(g, piece, d);
    if (piece->bad)
        g->bad = true;
    else
        cover(g, &piece->part);
}

/* --- its bytes ---------------------------------------------------------------------------------------- */

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Whether two pieces say the same, byte for byte. */
static bool same(const struct piece *left, const struct piece *right)
{
    const struct decode_fragment *a = &left->part, *b = &right->part;
    return a->offset == b->offset && a->len == b->len && a->more == b->more &&
           memcmp(a->payload, b->payload, smaller(a->cap, b->cap)) == 0;
}

bool datagram_has(const struct datagram *g, const struct piece *piece)
{
    for (const struct piece *p = g->first; p; p = p->next)
        if (!p->bad && same(p, piece))
            return true;
    return false;
}

/* Puts piece where nothing is yet. Returns whether all of its place was free. A hole that it leaves, because it was
 * captured in part, stays one: what another fragment has there was not what the receiver took. */
static bool place(struct datagram_room *room, const struct piece *piece, uint32_t *hole)
{
    const struct decode_fragment *part = &piece->part;
    uint8_t *to = room->bytes + DATAGRAM_HEADER_MAX + part->offset;
    bool is_free = true;
    for (uint32_t at = 0; at < part->len; at += DATAGRAM_UNIT) {
        const struct piece **owner = &room->owner[(part->offset + at) / DATAGRAM_UNIT];
        uint32_t n = smaller(DATAGRAM_UNIT, part->len - at);
        if (*owner) {
            is_free = false;
            continue;
        }
        *owner = piece;
        if (at < part->cap)
            memcpy(to + at, part->payload + at, smaller(n, part->cap - at));
        if (at + n > part->cap)
            *hole = smaller(*hole, part->offset + (at > part->cap ? at : part->cap));
    }
    return is_free;
}

static void join_pieces(struct datagram *g, struct datagram_room *room, uint32_t *hole, struct datagram_bytes *out)
{
    memset(room->owner, 0, units_of(g->end) * sizeof(room->owner[0]));
    for (const struct piece *piece = g->first; piece; piece = piece->next) {
        if (piece->bad)
            continue;
        const struct piece *before = room->owner[piece->part.offset / DATAGRAM_UNIT];
        if (before && same(before, piece))
            out->copies++;
        else
            out->overlaps += !place(room, piece, hole);
    }
    g->overlap |= out->overlaps > 0;
}

static void put16(uint8_t *field, uint32_t value)
{
    field[0] = (uint8_t)(value >> 8);
    field[1] = (uint8_t)value;
}

/* The first fragment's header as that of the whole. Checksums are never looked at. */
static uint8_t *put_header(struct datagram_room *room, const struct piece *head, unsigned family, uint32_t payload)
{
    size_t header = head->part.header;
    uint8_t *ip = room->bytes + DATAGRAM_HEADER_MAX - header;
    memcpy(ip, head->ip, header); /* IPv6: the fragment header stands behind it and is left out */
    if (family == 4) {
        put16(ip + 2, (uint32_t)header + payload);
        put16(ip + 6, (ip[6] & IPV4_KEPT_FLAGS) << 8);
    } else {
        put16(ip + 4, (uint32_t)header - IPV6_SIZE + payload);
        ip[head->part.next_at] = head->part.protocol;
    }
    return ip;
}

/* A "ping of death": the fragments fit, but not behind their header. */
static bool too_long(const struct datagram *g)
{
    size_t header = g->head->part.header;
    size_t counted = g->around->src.family == 4 ? header : header - IPV6_SIZE;
    return counted + g->end > DATAGRAM_MAX;
}

bool datagram_join(struct datagram *g, struct datagram_room *room, struct datagram_bytes *out)
{
    uint32_t hole = g->end;
    *out = (struct datagram_bytes){0};
    join_pieces(g, room, &hole, out);
    if (!g->complete)
        return false;
    if (too_long(g)) {
        g->bad = true;
        return false;
    }
    out->ip = put_header(room, g->head, g->around->src.family, g->end);
    out->n = g->head->part.header + hole;
    out->missing = g->end - hole;
    return true;
}
