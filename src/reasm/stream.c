/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.c - two directions, each with a queue of what cannot be given out yet, and the order among them. */
#include "reasm/stream.h"

#include "decode/decode.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* START_WAIT: segments for which the first one of a side without SYN waits. FAR: bytes by which a segment may be off
 * what was seen of its side without another one NEAR it there; FARTHEST: no window is larger (RFC 7323, 2.3).
 * PIECE_COST: what a piece takes beside its bytes. */
enum { START_WAIT = 4, FAR = 1 << 26, FARTHEST = 1 << 30, NEAR = 1 << 20, PIECE_COST = 64 };

const struct stream_options stream_defaults = {STREAM_DEFAULTS};

/* A part of a segment that waits. */
struct held {
    uint32_t seq, len, cap;
    uint32_t ack;
    bool has_ack;
    uint64_t stamp; /* the number of its segment */
    uint64_t acked; /* that of the segment which acknowledged all before it; 0: none so far */
    int64_t time_ns;
    uint8_t *data;  /* owned */
};

struct direction {
    bool based;     /* next is known */
    uint32_t next;  /* number of the next byte to give out */
    uint32_t first; /* next as it was in the beginning */
    bool opened;    /* its SYN was seen */
    bool hinted;    /* a segment without bytes came before any with: */
    uint32_t hint;  /* its number */
    bool acked;     /* the other side has acknowledged: */
    uint32_t ack;   /* all before this */
    uint32_t first_ack; /* and what it was at first */
    bool absent;    /* nothing was seen of it although something was waited for */
    uint32_t excused; /* nobody waits for bytes before this, while is_excused */
    bool is_excused;
    bool is_far;       /* a segment that was too far away ended at: */
    uint32_t far_end;
    struct held *v;      /* by seq, none overlaps another */
    size_t n, room;
    uint64_t bytes; /* kept at all data of v */
    uint8_t *past;  /* history: the byte with number n is at n % opt.history ... */
    uint32_t past_from; /* ... for all from this one to next */
    struct stream_counts counts;
};

struct stream {
    struct stream_options opt;
    struct direction dir[2];
    uint64_t now; /* segments so far */
    stream_piece_fn *on_piece;
    void *ctx;
    bool finishing;
};

struct stream *stream_new(const struct stream_options *opt, stream_piece_fn *on_piece, void *ctx)
{
    struct stream *s = xcalloc(1, sizeof(*s));
    s->opt = *opt;
    s->on_piece = on_piece;
    s->ctx = ctx;
    return s;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    for (unsigned side = 0; side < 2; side++) {
        for (size_t i = 0; i < s->dir[side].n; i++)
            free(s->dir[side].v[i].data);
        free(s->dir[side].v);
        free(s->dir[side].past);
    }
    free(s);
}

const struct stream_counts *stream_counts(const struct stream *s, unsigned side)
{
    return &s->dir[side].counts;
}

uint64_t stream_bytes(const struct stream *s)
{
    const struct direction *d = s->dir;
    return sizeof(*s) + (d[0].room + d[1].room) * sizeof(struct held) + d[0].bytes + d[1].bytes + 2 * s->opt.history;
}

/* How far a is behind b, in numbers that wrap (RFC 9293, 3.4). */
static int64_t distance(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* --- what came again ---------------------------------------------------------------------------------- */

/* Notes n bytes that are given out, of which the last one has the number next - 1. */
static void remember(const struct stream *s, struct direction *d, const uint8_t *data, uint32_t n)
{
    uint32_t size = s->opt.history;
    if (!size)
        return;
    if (!d->past)
        d->past = xmalloc(size);
    for (uint32_t i = n > size ? n - size : 0; i < n; i++)
        d->past[(d->next - n + i) & (size - 1)] = data[i];
    if (distance(d->next, d->past_from) > size)
        d->past_from = d->next - size;
}

/* Counts those of n bytes from number seq on that were given out and were others. A keep-alive may carry any byte, one
 * (RFC 9293, 3.8.4). */
static void compare_past(const struct stream *s, struct direction *d, uint32_t seq, const uint8_t *data, uint32_t n)
{
    if (!d->past || (n == 1 && seq + 1 == d->next))
        return;
    for (uint32_t i = 0; i < n; i++)
        if (distance(seq + i, d->past_from) >= 0 && distance(seq + i, d->next) < 0)
            d->counts.other_bytes += d->past[(seq + i) & (s->opt.history - 1)] != data[i];
}

static void compare_held(const struct stream *s, struct direction *d, const struct held *old, const struct held *h,
                         const uint8_t *data)
{
    int64_t at = distance(old->seq, h->seq);
    if (!s->opt.history)
        return;
    for (int64_t i = at < 0 ? -at : 0; i < old->cap && at + i < h->cap; i++)
        d->counts.other_bytes += old->data[i] != data[at + i];
}

/* --- giving out --------------------------------------------------------------------------------------- */

static void give(struct stream *s, unsigned side, const uint8_t *data, uint32_t n, int64_t time_ns)
{
    if (n)
        s->on_piece(s->ctx, &(struct stream_piece){.side = side, .n = n, .data = data, .time_ns = time_ns});
}

static void give_gap(struct stream *s, unsigned side, uint32_t n, int64_t time_ns)
{
    if (!n)
        return;
    s->dir[side].counts.gap_bytes += n;
    s->dir[side].past_from = s->dir[side].next;
    s->on_piece(s->ctx, &(struct stream_piece){.side = side, .gap = true, .n = n, .time_ns = time_ns});
}

/* The bytes of h, which are those from next on. */
static void give_out(struct stream *s, unsigned side, const struct held *h, const uint8_t *data)
{
    struct direction *d = &s->dir[side];
    d->next += h->cap;
    remember(s, d, data, h->cap);
    give(s, side, data, h->cap, h->time_ns);
    d->next += h->len - h->cap;
    give_gap(s, side, h->len - h->cap, h->time_ns);
}

/* --- what waits --------------------------------------------------------------------------------------- */

static void keep(struct direction *d, size_t at, const struct held *h, const uint8_t *data)
{
    if (d->n == d->room) {
        d->room = d->room ? 2 * d->room : 16;
        d->v = xrealloc(d->v, d->room, sizeof(*d->v));
    }
    memmove(&d->v[at + 1], &d->v[at], (d->n - at) * sizeof(*d->v));
    d->v[at] = *h;
    d->v[at].acked = d->acked && distance(d->ack, h->seq) >= 0 ? h->stamp : 0;
    d->v[at].data = h->cap ? xmemdup(data, h->cap) : NULL;
    d->n++;
    d->bytes += h->cap;
}

static void drop_head(struct direction *d)
{
    d->bytes -= d->v[0].cap;
    free(d->v[0].data);
    memmove(&d->v[0], &d->v[1], --d->n * sizeof(*d->v));
}

/* The first piece that ends behind seq. */
static size_t find(const struct direction *d, uint32_t seq)
{
    size_t low = 0, high = d->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (distance(d->v[middle].seq + d->v[middle].len, seq) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The part of h from byte from on, len bytes long. */
static struct held part(const struct held *h, uint32_t from, uint32_t len)
{
    struct held p = *h;
    p.seq += from;
    p.len = len;
    p.cap = h->cap <= from ? 0 : h->cap - from < len ? h->cap - from : len;
    return p;
}

/* Its bytes, of which there may be none any more, or none at all. */
static const uint8_t *part_data(const struct held *h, const uint8_t *data, uint32_t from)
{
    return from < h->cap ? data + from : data;
}

/* Keeps what of h is not there yet. */
static void keep_new(const struct stream *s, struct direction *d, const struct held *h, const uint8_t *data)
{
    uint32_t from = 0, kept = 0;
    for (size_t i = find(d, h->seq); from < h->len; i++) {
        int64_t room = i < d->n ? distance(d->v[i].seq, h->seq + from) : h->len - from;
        if (room > 0) {
            struct held p = part(h, from, room < h->len - from ? (uint32_t)room : h->len - from);
            keep(d, i, &p, part_data(h, data, from));
            from += p.len;
            kept += p.len;
        } else {
            compare_held(s, d, &d->v[i], h, data);
            from = d->v[i].seq + d->v[i].len - h->seq;
        }
    }
    if (kept == 0)
        d->counts.retransmits++;
    else
        d->counts.overlap_bytes += h->len - kept;
}

/* --- whose turn it is --------------------------------------------------------------------------------- */

/* What keeps the first piece of a direction from being given out, the worst first. */
enum state {
    STATE_EMPTY,
    STATE_START, /* earlier ones may come */
    STATE_HOLE,  /* bytes are missing before it */
    STATE_TURN,  /* it acknowledges bytes of the other side that are not out yet */
    STATE_READY,
};

/* Where one SYN was seen, the other one will come. */
static bool starts(const struct stream *s, const struct direction *d, const struct direction *other)
{
    uint64_t oldest = UINT64_MAX, wait = other->opened ? s->opt.patience : START_WAIT;
    for (size_t i = 0; i < d->n; i++)
        oldest = d->v[i].stamp < oldest ? d->v[i].stamp : oldest;
    return s->now - oldest >= wait;
}

/* From here on next is known. Where segments without bytes began earlier, what is between them and the first bytes is
 * missing; one number less is a keep-alive (RFC 9293, 3.8.4). */
static void start(struct direction *d)
{
    int64_t missing = d->hinted ? distance(d->v[0].seq, d->hint) : 0;
    d->based = true;
    d->next = missing > 1 && missing < FAR ? d->hint : d->v[0].seq;
    d->first = d->past_from = d->next;
}

/* The other side has acknowledged the bytes that are missing, and they did not come in spite of patience. */
static bool hole_is_real(const struct stream *s, const struct held *h)
{
    return h->acked && s->now - h->acked >= s->opt.patience;
}

/* Whether h, of direction d, acknowledges what is still to come of the other. An opened connection has two sides, and
 * what is acknowledged now and was not before was sent. */
static bool waits_for(const struct stream *s, const struct held *h, const struct direction *d,
                      const struct direction *other)
{
    if (!h->has_ack || s->now - h->stamp >= s->opt.patience)
        return false;
    if (!other->based && (d->opened || !other->n))
        return !other->absent && (d->opened || distance(h->ack, other->first_ack) > 0);
    int64_t ahead = distance(h->ack, other->based ? other->next : other->v[0].seq);
    if (ahead <= 0 || ahead > FAR)
        return false;
    return !other->is_excused || distance(h->ack, other->excused) > 0;
}

static enum state state_of(struct stream *s, unsigned side)
{
    struct direction *d = &s->dir[side];
    if (d->n == 0)
        return STATE_EMPTY;
    if (!d->based && !s->finishing && !starts(s, d, &s->dir[!side]))
        return STATE_START;
    if (!d->based)
        start(d);
    if (d->v[0].seq != d->next && !hole_is_real(s, &d->v[0]))
        return STATE_HOLE;
    return waits_for(s, &d->v[0], d, &s->dir[!side]) ? STATE_TURN : STATE_READY;
}

/* The first piece of a direction, whatever is missing before it. */
static void give_first(struct stream *s, unsigned side)
{
    struct direction *d = &s->dir[side], *other = &s->dir[!side];
    if (!d->based)
        start(d);
    struct held h = d->v[0];
    uint32_t missing = h.seq - d->next;
    d->next += missing;
    give_gap(s, side, missing, h.time_ns);
    other->absent |= !other->based && !other->n && s->now - h.stamp >= s->opt.patience;
    if (h.has_ack && (!other->is_excused || distance(h.ack, other->excused) > 0)) {
        other->is_excused = true;
        other->excused = h.ack;
    }
    d->v[0].data = NULL; /* so that the queue is in order when the bytes are seen */
    drop_head(d);
    give_out(s, side, &h, h.data);
    free(h.data);
}

/* The side whose first piece came first, of those in the state; -1: none. */
static int first_in(const struct stream *s, const enum state state[2], enum state wanted)
{
    bool a = state[0] == wanted, b = state[1] == wanted;
    if (a && b)
        return s->dir[1].v[0].stamp < s->dir[0].v[0].stamp;
    return a ? 0 : b ? 1 : -1;
}

/* Nothing more will come, and neither side's first piece is ready: the one whose turn it is waits for the other's only
 * when it has acknowledged that. */
static int first_at_end(const struct stream *s, const enum state state[2])
{
    for (unsigned side = 0; side < 2; side++)
        if (state[side] == STATE_TURN && state[!side] == STATE_HOLE)
            return (int)(distance(s->dir[side].v[0].ack, s->dir[!side].v[0].seq) > 0 ? !side : side);
    int side = first_in(s, state, STATE_HOLE);
    return side >= 0 ? side : first_in(s, state, STATE_TURN);
}

/* Gives out a piece when that is possible. */
static bool give_next(struct stream *s)
{
    enum state state[2] = {state_of(s, 0), state_of(s, 1)};
    int side = first_in(s, state, STATE_READY);
    if (side >= 0 && state[!side] == STATE_START && s->dir[!side].v[0].stamp < s->dir[side].v[0].stamp)
        return false;
    if (side < 0 && s->finishing)
        side = first_at_end(s, state);
    if (side < 0)
        return false;
    give_first(s, (unsigned)side);
    return true;
}

static void keep_bounds(struct stream *s, unsigned side)
{
    struct direction *d = &s->dir[side];
    while (d->n > s->opt.queue_pieces || d->bytes + d->n * PIECE_COST > s->opt.queue_bytes)
        give_first(s, side);
}

static void give_all(struct stream *s)
{
    s->finishing = true;
    while (give_next(s))
        ;
    s->finishing = false;
}

static void forget(struct direction *d)
{
    *d = (struct direction){.v = d->v, .room = d->room, .past = d->past, .counts = d->counts};
}

void stream_finish(struct stream *s)
{
    give_all(s);
    forget(&s->dir[0]);
    forget(&s->dir[1]);
}

/* --- segments ----------------------------------------------------------------------------------------- */

static bool syn_fits(const struct direction *d, uint32_t first)
{
    int64_t later = distance(d->based ? d->first : d->n ? d->v[0].seq : first, first);
    return d->opened ? later == 0 : later >= 0 && later < FAR;
}

/* A SYN tells where its side begins. When that is not where, or before where, it began, another connection is opened;
 * or the other side's SYN was answered anew, by a server that has forgotten its first answer. */
static void take_syn(struct stream *s, unsigned side, uint32_t first, const struct stream_segment *seg)
{
    struct direction *d = &s->dir[side], *other = &s->dir[!side];
    if (!syn_fits(d, first)) {
        give_all(s);
        forget(d);
        if (!(seg->flags & TCP_ACK) || !other->opened || seg->ack != other->first)
            forget(other);
    }
    if (!d->based)
        d->next = d->first = d->past_from = first;
    d->based = d->opened = true;
}

/* Pieces that were acknowledged stand before those that were not. */
static void note_acked(struct direction *d, uint64_t now)
{
    size_t low = 0, high = d->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (d->v[middle].acked)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < d->n && distance(d->ack, d->v[low].seq) >= 0; low++)
        d->v[low].acked = now;
}

static void take_ack(struct direction *d, uint32_t ack, uint64_t now)
{
    if (d->based && (distance(ack, d->next) > FAR || distance(ack, d->next) < -FAR))
        return;
    if (!d->acked)
        d->first_ack = ack;
    if (!d->acked || distance(ack, d->ack) > 0)
        d->ack = ack;
    d->acked = true;
    note_acked(d, now);
}

/* Whether the segment can be of this side: near what was seen of it, or going on where another one ended that was too
 * far away, too. */
static bool is_believed(struct direction *d, const struct held *h)
{
    if (!d->based && d->n == 0)
        return true;
    int64_t off = distance(h->seq, d->based ? d->next : d->v[0].seq);
    if (off > -FAR && off < FAR)
        return true;
    int64_t further = distance(h->seq, d->far_end);
    if (d->is_far && off > 0 && off < FARTHEST && further > -NEAR && further < NEAR)
        return true;
    d->is_far = true;
    d->far_end = h->seq + h->len;
    return false;
}

/* Cuts off what was given out already. False: nothing is left. */
static bool cut_old(const struct stream *s, struct direction *d, struct held *h, const uint8_t **data)
{
    int64_t old = d->based ? distance(d->next, h->seq) : 0;
    if (old <= 0)
        return true;
    compare_past(s, d, h->seq, *data, h->cap);
    if (old >= h->len) {
        d->counts.retransmits++;
        return false;
    }
    *data = part_data(h, *data, (uint32_t)old);
    *h = part(h, (uint32_t)old, h->len - (uint32_t)old);
    d->counts.overlap_bytes += (uint64_t)old;
    return true;
}

static void take_bytes(struct stream *s, unsigned side, struct held h, const uint8_t *data)
{
    struct direction *d = &s->dir[side];
    if (!is_believed(d, &h)) {
        d->counts.unbelieved++;
        return;
    }
    if (!cut_old(s, d, &h, &data))
        return;
    if (d->based && h.seq == d->next && !d->n && !s->dir[!side].n && !waits_for(s, &h, d, &s->dir[!side])) {
        give_out(s, side, &h, data);
        return;
    }
    d->counts.out_of_order += d->based && h.seq != d->next;
    keep_new(s, d, &h, data);
    keep_bounds(s, side);
}

void stream_push(struct stream *s, unsigned side, const struct stream_segment *seg)
{
    struct direction *d = &s->dir[side];
    struct held h = {
        .seq = seg->seq, .len = seg->len, .cap = seg->cap, .ack = seg->ack,
        .has_ack = seg->flags & TCP_ACK, .stamp = ++s->now, .time_ns = seg->time_ns,
    };
    if (seg->flags & TCP_RST) /* its numbers may be anything, and its bytes are no stream (RFC 9293, 3.5.3) */
        return;
    if (seg->flags & TCP_SYN)
        take_syn(s, side, ++h.seq, seg);
    if (h.has_ack)
        take_ack(&s->dir[!side], h.ack, s->now);
    if (h.len) {
        take_bytes(s, side, h, seg->data);
    } else if (!d->based && !d->n && !d->hinted) {
        d->hinted = true;
        d->hint = h.seq;
    }
    while ((s->dir[0].n || s->dir[1].n) && give_next(s))
        ;
}
