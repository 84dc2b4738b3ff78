/* SPDX-License-Identifier: BSD-2-Clause */
/* opening.c - segments behind each other in one buffer: a head with what is asked of each, its headers, its payload. */
#include "reasm/opening.h"

#include "decode/cursor.h"
#include "util/ip_length.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPENING_BYTES = 48 << 10,
    OPENING_SEGMENTS = 200,
    FULL_SEGMENT = 1200, /* payload: what fits the smallest packets that every IPv6 link takes (RFC 8200, 5) */
};

struct head {
    uint16_t header, payload; /* bytes behind this */
    uint8_t side;
    bool gap; /* bytes of its side are missing in front of it */
};

enum { NOTHING = UINT32_MAX };

struct opening {
    uint8_t *bytes;
    uint32_t size; /* of bytes */
    uint32_t used;
    uint32_t room; /* what it would be without what an earlier connection has left */
    unsigned n;
    bool full;
    bool cut; /* see opening_is_cut */
    uint32_t largest[2]; /* payload of a segment of each side */
    uint32_t last_payload;
    uint32_t first[2]; /* where the first segment of each side stands; NOTHING: there is none */
    uint8_t last_side;
    bool last_whole; /* the last segment ends where it said it would */
};

void opening_reset(struct opening *o)
{
    *o = (struct opening){.bytes = o->bytes, .size = o->size, .first = {NOTHING, NOTHING}};
}

struct opening *opening_new(void)
{
    struct opening *o = xcalloc(1, sizeof(*o));
    opening_reset(o);
    return o;
}

void opening_free(struct opening *o)
{
    if (!o)
        return;
    free(o->bytes);
    free(o);
}

uint32_t opening_bytes(const struct opening *o)
{
    return o ? (uint32_t)sizeof(*o) + o->room : 0;
}

bool opening_is_cut(const struct opening *o)
{
    return o->cut;
}

static uint8_t *make_room(struct opening *o, uint32_t n)
{
    if (o->used + n > o->room) {
        uint32_t twice = (o->used + n) * 2;
        o->room = twice < OPENING_BYTES ? twice : OPENING_BYTES;
    }
    if (o->room > o->size) {
        o->size = o->room;
        o->bytes = xrealloc(o->bytes, o->size, 1);
    }
    uint8_t *at = o->bytes + o->used;
    o->used += n;
    return at;
}

/* Payload of s that was captured and is new. */
static uint32_t new_payload(const struct segment *s, uint32_t skip)
{
    uint32_t captured = s->cap > s->header ? s->cap - s->header : 0;
    return captured > skip ? captured - skip : 0;
}

static void note_sizes(struct opening *o, unsigned side, uint32_t payload, bool gap)
{
    if (payload > o->largest[side])
        o->largest[side] = payload;
    uint32_t full = o->largest[side] > FULL_SEGMENT ? o->largest[side] : FULL_SEGMENT;
    if (o->n > 0 && o->last_side == side && !gap)
        o->cut |= o->last_payload < full;
    o->last_payload = payload;
}

void opening_add(struct opening *o, const struct segment *s, uint32_t skip, bool gap)
{
    uint32_t payload = new_payload(s, skip);
    if (payload == 0 || o->full)
        return;
    uint32_t n = (uint32_t)sizeof(struct head) + s->header + payload;
    if (o->n == OPENING_SEGMENTS || n > OPENING_BYTES - o->used) {
        o->full = true;
        return;
    }
    gap |= o->n > 0 && o->last_side == s->side && !o->last_whole;
    note_sizes(o, s->side, payload, gap);
    struct head head = {(uint16_t)s->header, (uint16_t)payload, s->side, gap};
    if (o->first[s->side] == NOTHING)
        o->first[s->side] = o->used;
    uint8_t *p = make_room(o, n);
    memcpy(p, &head, sizeof(head));
    memcpy(p + sizeof(head), s->ip, s->header);
    memcpy(p + sizeof(head) + s->header, s->ip + s->header + skip, payload);
    o->n++;
    o->last_side = s->side;
    o->last_whole = skip + payload == s->len;
}

static struct head head_at(const struct opening *o, uint32_t pos)
{
    struct head head;
    memcpy(&head, o->bytes + pos, sizeof(head));
    return head;
}

/* The segment at *pos is the next of the same side without a gap, and fits behind len bytes. */
static bool continues(const struct opening *o, uint32_t pos, uint8_t side, uint32_t len)
{
    if (pos == o->used)
        return false;
    struct head head = head_at(o, pos);
    return head.side == side && !head.gap && head.payload <= OPENING_PACKET_MAX - len;
}

uint32_t opening_next(const struct opening *o, uint32_t *pos, uint8_t out[static OPENING_PACKET_MAX])
{
    if (*pos == o->used)
        return 0;
    struct head head = head_at(o, *pos);
    uint32_t len = head.header;
    memcpy(out, o->bytes + *pos + sizeof(head), head.header);
    do {
        head = head_at(o, *pos);
        memcpy(out + len, o->bytes + *pos + sizeof(head) + head.header, head.payload);
        len += head.payload;
        *pos += (uint32_t)sizeof(head) + head.header + head.payload;
    } while (continues(o, *pos, head.side, len));
    ip_set_length(out, len);
    return len;
}

struct opening_made opening_made(const struct opening *o, uint32_t from, uint32_t to)
{
    struct head head = head_at(o, from);
    struct opening_made made = {.header = head.header, .side = head.side};
    for (; from < to; made.segments++) {
        head = head_at(o, from);
        from += (uint32_t)sizeof(head) + head.header + head.payload;
    }
    return made;
}

/* --- the handshake ------------------------------------------------------------------------------------ */

enum { TCP_SEQ = 4, TCP_ACKED = 8, TCP_FLAGS = 13 };

/* Where the TCP header begins; 0 when extension headers stand before it. */
static uint32_t tcp_offset(const uint8_t *ip)
{
    if (ip[0] >> 4 == 4)
        return (uint32_t)(ip[0] & 15) * 4;
    return ip[6] == IPPROTO_NUM_TCP ? 40 : 0;
}

static const uint8_t *first_packet(const struct opening *o, unsigned side)
{
    return o->bytes + o->first[side] + sizeof(struct head);
}

static uint32_t first_seq(const struct opening *o, unsigned side)
{
    if (o->first[side] == NOTHING)
        return 0;
    const uint8_t *ip = first_packet(o, side);
    return be32_at(ip + tcp_offset(ip) + TCP_SEQ);
}

static void put_be32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

uint32_t opening_handshake(const struct opening *o, unsigned client, unsigned step,
                           uint8_t out[static OPENING_PACKET_MAX])
{
    static const uint8_t flags[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK};
    unsigned side = step == 1 ? !client : client;
    if (o->first[side] == NOTHING)
        return 0;
    uint32_t len = head_at(o, o->first[side]).header;
    memcpy(out, first_packet(o, side), len);
    uint8_t *tcp = out + tcp_offset(out);
    if (tcp == out)
        return 0;
    put_be32(tcp + TCP_SEQ, first_seq(o, side) - (step < 2));
    put_be32(tcp + TCP_ACKED, step == 0 ? 0 : first_seq(o, !side));
    tcp[TCP_FLAGS] = flags[step];
    ip_set_length(out, len);
    return len;
}
