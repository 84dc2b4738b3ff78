/* SPDX-License-Identifier: BSD-2-Clause */
/* datagram.h - one datagram of which fragments have come: its frames, what of it is covered, its bytes. */
#ifndef DEFRAG_DATAGRAM_H
#define DEFRAG_DATAGRAM_H

#include "decode/decode.h"
#include "flow/timers.h"

enum {
    DATAGRAM_MAX = 65535, /* RFC 791, 3.1, with the header; RFC 8200, 3, behind it */
    DATAGRAM_UNIT = 8,    /* all fragments but the last are multiples of this */
    DATAGRAM_UNITS = (DATAGRAM_MAX + 1) / DATAGRAM_UNIT,
    DATAGRAM_FRAMES = DATAGRAM_UNITS, /* frames kept, copies too */
    DATAGRAM_HEADER_MAX = 1 << 15 | 1 << 8, /* 16 extension headers of 2 KiB behind an IPv6 header are less */
};

/* A captured frame. */
struct frame {
    struct frame *next;
    struct packet packet; /* its data are bytes */
    uint8_t bytes[];
};

/* One fragment: part of a frame, or of a datagram around it, which itself came in fragments. */
struct piece {
    struct piece *next;
    struct frame *frames;
    size_t n_frames, n_bytes;
    uint8_t *outer; /* owned: the datagram around it; NULL: its bytes are in the only frame */
    const uint8_t *ip;
    uint32_t ip_len, ip_cap;
    struct decode_fragment part;
    bool bad; /* it cannot be right: its frames count, its bytes do not */
};

struct datagram {
    struct timer timer;     /* first: a timer is its datagram */
    struct datagram *chain; /* in the index's bucket, then in the queue of those decided */
    struct datagram *older, *newer;
    uint32_t hash;
    struct piece *first, **last; /* in the order in which they came; last: where the next is linked */
    size_t n_frames, n_bytes;
    struct decoded *around;   /* owned; what decoding left in head; NULL without it */
    const struct piece *head; /* the first piece at offset 0, if there is one that can be right that */
    unsigned depth;           /* tunnels around it */
    uint32_t end;             /* of the payload seen so far */
    bool ended;               /* the last fragment was seen: end is final */
    bool complete;            /* all is covered */
    bool is_copy;             /* a fragment of a datagram that was completed before, which was decoded as around */
    bool overlap, bad;        /* see flags.def */
    uint32_t units;           /* covered */
    uint64_t have[DATAGRAM_UNITS / 64]; /* a bit per unit covered */
    size_t key_len;
    uint8_t key[];
};

/* Room to put one datagram together: the header ends where the payload starts. */
struct datagram_room {
    uint8_t bytes[DATAGRAM_HEADER_MAX + DATAGRAM_MAX + 1];
    const struct piece *owner[DATAGRAM_UNITS]; /* of each unit: who came first */
};

struct datagram_bytes {
    const uint8_t *ip;
    size_t n, missing; /* bytes at ip; and behind them, not captured or unknown */
    uint64_t copies, overlaps;
};

struct piece *piece_of_packet(const struct packet *p, const struct decoded *d);
/* The n bytes at ip, put together of g's frames, which go over to the piece, are inside of it a fragment. */
struct piece *piece_of_datagram(struct datagram *g, const uint8_t *ip, size_t n, const struct decoded *d);

struct datagram *datagram_new(const uint8_t *key, size_t key_len);
void datagram_free(struct datagram *g); /* NULL is fine */

/* Whether one of g's pieces says the same, byte for byte. */
bool datagram_has(const struct datagram *g, const struct piece *piece);

void datagram_add(struct datagram *g, struct piece *piece, const struct decoded *d);

/* Puts in place what there is, earlier pieces over later ones, and looks for overlaps. False: there is no whole
 * datagram; out then has the counts only. */
bool datagram_join(struct datagram *g, struct datagram_room *room, struct datagram_bytes *out);

#endif
