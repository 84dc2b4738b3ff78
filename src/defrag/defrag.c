/* SPDX-License-Identifier: BSD-2-Clause */
/* defrag.c - datagrams from their first fragment until they are decided. */
#include "defrag/defrag.h"

#include "defrag/index.h"
#include "defrag/recent.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct defrag {
    struct defrag_options opt;
    struct decode_options decode;
    struct ledger *ledger;
    struct index *index;
    struct timers *timers;
    uint64_t begun;
    int64_t now;
    struct datagram *oldest, *newest;          /* that are waited for */
    struct datagram *decided, **last_decided;  /* queue, linked by chain */
    struct datagram *shown;                    /* the last result is made of it */
    struct decoded shown_as;                   /* what it was decoded as */
    struct recent recent;                      /* not in the ledger: its size is fixed */
    struct packet_part *parts;
    size_t parts_room;
    struct defrag_stats stats;
    struct datagram_room room;
};

struct defrag *defrag_new(const struct defrag_options *opt, const struct decode_options *decode, struct ledger *l)
{
    struct defrag *g = xcalloc(1, sizeof(*g));
    g->opt = *opt;
    g->decode = *decode;
    g->ledger = l;
    g->index = index_new();
    g->timers = timers_new();
    g->last_decided = &g->decided;
    return g;
}

void defrag_free(struct defrag *g)
{
    if (!g)
        return;
    for (struct datagram *dg = g->oldest, *next; dg; dg = next) {
        next = dg->newer;
        datagram_free(dg);
    }
    for (struct datagram *dg = g->decided, *next; dg; dg = next) {
        next = dg->chain;
        datagram_free(dg);
    }
    datagram_free(g->shown);
    recent_free(&g->recent);
    index_free(g->index);
    timers_free(g->timers);
    free(g->parts);
    free(g);
}

const struct defrag_stats *defrag_stats(const struct defrag *g)
{
    return &g->stats;
}

/* --- decisions ---------------------------------------------------------------------------------------- */

static void write_off(struct defrag *g, const struct datagram *dg)
{
    ledger_sub(g->ledger, LEDGER_datagram, 1);
    ledger_sub(g->ledger, LEDGER_fragment, dg->n_frames);
    ledger_sub(g->ledger, LEDGER_fragment_byte, dg->n_bytes);
}

static void queue(struct defrag *g, struct datagram *dg)
{
    *g->last_decided = dg;
    g->last_decided = &dg->chain;
}

/* dg is waited for no more; its timer is out of the queue already. */
static void decide(struct defrag *g, struct datagram *dg)
{
    *(dg->older ? &dg->older->newer : &g->oldest) = dg->newer;
    *(dg->newer ? &dg->newer->older : &g->newest) = dg->older;
    index_remove(g->index, dg);
    write_off(g, dg);
    queue(g, dg);
}

static void decide_early(struct defrag *g, struct datagram *dg)
{
    timers_remove(g->timers, &dg->timer);
    decide(g, dg);
}

void defrag_expire(struct defrag *g, int64_t now)
{
    struct timer *timer;
    while ((timer = timers_due(g->timers, now))) {
        g->stats.incomplete++;
        decide(g, (struct datagram *)timer);
    }
}

static void give_up(struct defrag *g, struct datagram *dg)
{
    g->stats.early++;
    decide_early(g, dg);
}

bool defrag_give_up(struct defrag *g)
{
    if (!g->oldest)
        return false;
    give_up(g, g->oldest);
    return true;
}

void defrag_finish(struct defrag *g)
{
    while (g->oldest) {
        g->stats.incomplete++;
        decide_early(g, g->oldest);
    }
}

/* --- fragments ---------------------------------------------------------------------------------------- */

static int64_t deadline_from(const struct defrag *g)
{
    int64_t deadline;
    return __builtin_add_overflow(g->now, g->opt.timeout, &deadline) ? INT64_MAX : deadline;
}

static struct datagram *begin(struct defrag *g, const uint8_t *key, size_t n)
{
    struct datagram *dg = index_add(g->index, key, n);
    dg->older = g->newest;
    *(g->newest ? &g->newest->newer : &g->oldest) = dg;
    g->newest = dg;
    dg->timer.id = ++g->begun;
    dg->timer.deadline = deadline_from(g);
    timers_add(g->timers, &dg->timer);
    ledger_add(g->ledger, LEDGER_datagram, 1);
    return dg;
}

/* A copy is on its way out at once: nothing of it is kept. */
static void pass_copy(struct defrag *g, struct datagram *dg, struct piece *piece, const struct decoded *d,
                      const struct decoded *of)
{
    datagram_add(dg, piece, d);
    free(dg->around);
    dg->around = xmemdup(of, sizeof(*of));
    dg->is_copy = true;
    g->stats.copies++;
    queue(g, dg);
}

static void add_to(struct defrag *g, struct datagram *dg, struct piece *piece, const struct decoded *d)
{
    if (deadline_from(g) < dg->timer.deadline) /* the clock was set back */
        timers_lower(g->timers, &dg->timer, deadline_from(g));
    datagram_add(dg, piece, d);
    ledger_add(g->ledger, LEDGER_fragment, piece->n_frames);
    ledger_add(g->ledger, LEDGER_fragment_byte, piece->n_bytes);
    g->stats.bad += piece->bad;
    if (dg->complete)
        decide_early(g, dg);
    else if (dg->n_frames >= DATAGRAM_FRAMES)
        give_up(g, dg);
    while (ledger_full(g->ledger) && defrag_give_up(g))
        ;
}

static void add(struct defrag *g, struct piece *piece, const struct decoded *d)
{
    uint8_t key[INDEX_KEY_MAX];
    size_t n = index_key(key, d, g->opt.ignore_vlan);
    struct datagram *dg = index_find(g->index, key, n);
    const struct decoded *of = dg ? NULL : recent_find(&g->recent, key, n, piece, g->now);
    if (of)
        pass_copy(g, datagram_new(key, n), piece, d, of);
    else
        add_to(g, dg ? dg : begin(g, key, n), piece, d);
}

void defrag_take(struct defrag *g, const struct packet *p, const struct decoded *d, int64_t now)
{
    g->now = now;
    add(g, piece_of_packet(p, d), d);
}

/* --- results ------------------------------------------------------------------------------------------ */

static struct datagram *next_decided(struct defrag *g)
{
    struct datagram *dg = g->decided;
    if (!dg)
        return NULL;
    g->decided = dg->chain;
    if (!g->decided)
        g->last_decided = &g->decided;
    dg->chain = NULL;
    return dg;
}

static void decode_alone(const struct defrag *g, const struct datagram *dg, struct decoded *d)
{
    struct decode_options as_it_is = g->decode;
    const struct piece *head = dg->head;
    if (!head) {
        memset(d, 0, sizeof(*d));
        d->bucket = DPI_BUCKET_fragment_incomplete;
        return;
    }
    as_it_is.to_fragments = false;
    decode_datagram(&as_it_is, dg->around, head->ip, head->ip_cap, head->ip_len - head->ip_cap, d);
    d->fragment_gap = true;
}

/* Decodes what there is of dg. bytes: where it is whole. */
static void decode(struct defrag *g, struct datagram *dg, struct datagram_bytes *bytes, struct decoded *d)
{
    if (dg->is_copy) {
        *d = *dg->around;
        return;
    }
    if (datagram_join(dg, &g->room, bytes)) {
        decode_datagram(&g->decode, dg->around, bytes->ip, bytes->n, bytes->missing, d);
        g->stats.whole++;
    } else {
        decode_alone(g, dg, d);
        g->stats.incomplete += dg->complete; /* all there and yet not right */
    }
    d->fragment_overlap |= dg->overlap;
    d->fragment_bad |= dg->bad;
    g->stats.copies += bytes->copies;
    g->stats.overlaps += bytes->overlaps;
}

static int by_number(const void *left, const void *right)
{
    const struct packet *a = ((const struct packet_part *)left)->packet;
    const struct packet *b = ((const struct packet_part *)right)->packet;
    return (a->number > b->number) - (a->number < b->number);
}

/* Lists dg's frames. Each adds the length of its fragment, one of them where that came in several; a flow inside of a
 * tunnel that was cut into fragments gets the length of its packet once. */
static void list_parts(struct defrag *g, const struct datagram *dg, struct datagram_result *out)
{
    size_t n = 0;
    if (dg->n_frames > g->parts_room) {
        g->parts_room = dg->n_frames;
        g->parts = xrealloc(g->parts, g->parts_room, sizeof(*g->parts));
    }
    bool inside = out->d.n_tunnels > dg->depth;
    for (const struct piece *piece = dg->first; piece; piece = piece->next)
        for (const struct frame *frame = piece->frames; frame; frame = frame->next)
            g->parts[n++] = (struct packet_part){&frame->packet,
                                                 !inside && frame == piece->frames ? piece->ip_len : 0};
    qsort(g->parts, n, sizeof(*g->parts), by_number);
    if (inside)
        g->parts[0].ip_len = out->d.ip_len;
    out->parts = g->parts;
    out->n_parts = n;
}

/* The last result was used: what was whole is remembered for a while. */
static void drop_shown(struct defrag *g)
{
    struct datagram *dg = g->shown;
    g->shown = NULL;
    if (dg && dg->complete && !g->shown_as.fragment_gap)
        recent_keep(&g->recent, dg, &g->shown_as, g->now);
    else
        datagram_free(dg);
}

static __attribute__((noinline)) bool next_result(struct defrag *g, struct datagram_result *out)
{
    struct datagram *dg;
    struct datagram_bytes bytes;
    drop_shown(g);
    while ((dg = next_decided(g))) {
        decode(g, dg, &bytes, &out->d);
        if (!out->d.is_part) {
            list_parts(g, dg, out);
            g->shown = dg;
            g->shown_as = out->d;
            return true;
        }
        /* The datagram carries a fragment of another one, one deeper. Frames only ever come together, so this ends. */
        add(g, piece_of_datagram(dg, bytes.ip, bytes.n, &out->d), &out->d);
        datagram_free(dg);
    }
    return false;
}

/* Asked twice for every packet, mostly in vain. */
bool defrag_next(struct defrag *g, struct datagram_result *out)
{
    return (g->shown || g->decided) && next_result(g, out);
}
