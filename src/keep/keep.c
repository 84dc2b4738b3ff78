/* SPDX-License-Identifier: BSD-2-Clause */
/* keep.c - kept flows by their id, their packets in memory or, behind each other, in a row of blocks. */
#include "keep/keep.h"

#include "keep/blocks.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a packet besides its bytes, as it stands in the temporary file. */
struct head {
    uint64_t number;
    int64_t ts_ns;
    uint32_t caplen, wirelen, iface, untimed;
};

struct parcel {
    struct parcel *next;
    struct head head;
    uint8_t bytes[];
};

struct kept {
    struct kept *chain;         /* in the table */
    struct kept *older, *newer; /* of those with packets in memory, by the first of them */
    struct keep_flow flow;
    struct block_row row;          /* the packets before those in memory */
    struct parcel *first, **last;  /* last: where the next is linked */
    uint64_t number;               /* of the last packet */
    uint32_t hash;
    bool unordered; /* packets did not come by their numbers: fragments wait for each other */
};

struct keep {
    struct keep_options opt;
    struct ledger own, *ledger;
    struct blocks *blocks;
    struct kept **table; /* by the flow's hash, which nobody can choose */
    size_t n_slots, n;
    struct kept *oldest, *newest;
    struct kept *at_hand;
    const struct capture_iface **ifaces; /* by index */
    uint32_t n_ifaces;
    uint8_t *bytes; /* of the packet at hand */
    size_t room;
    struct keep_losses losses;
    bool stopped;
    struct dpi_err err; /* code DPI_OK: none */
};

enum { FIRST_SLOTS = 1024 };

struct keep *keep_new(const struct keep_options *opt)
{
    struct keep *k = xcalloc(1, sizeof(*k));
    k->opt = *opt;
    k->ledger = &k->own;
    k->blocks = blocks_new(opt->folder, opt->spool);
    k->n_slots = FIRST_SLOTS;
    k->table = xcalloc(k->n_slots, sizeof(struct kept *));
    return k;
}

void keep_lend(struct keep *k, struct ledger *l)
{
    k->ledger = l;
}

/* --- the table ---------------------------------------------------------------------------------------- */

static struct kept **slot_of(const struct keep *k, uint32_t hash)
{
    return &k->table[hash & (k->n_slots - 1)];
}

static struct kept *find(const struct keep *k, const struct flow *f)
{
    struct kept *e = *slot_of(k, f->hash);
    while (e && e->flow.id != f->id)
        e = e->chain;
    return e;
}

static void put(struct keep *k, struct kept *e)
{
    struct kept **slot = slot_of(k, e->hash);
    e->chain = *slot;
    *slot = e;
}

static void grow(struct keep *k)
{
    struct kept **old = k->table;
    size_t n = k->n_slots;
    k->n_slots = 2 * n;
    k->table = xcalloc(k->n_slots, sizeof(struct kept *));
    for (size_t i = 0; i < n; i++)
        for (struct kept *e = old[i], *next; e; e = next) {
            next = e->chain;
            put(k, e);
        }
    free(old);
}

static struct kept *add(struct keep *k, const struct flow *f, const struct packet *p)
{
    struct kept *e = xcalloc(1, sizeof(*e));
    e->flow = (struct keep_flow){.id = f->id, .transport = f->key.transport, .link_type = p->iface->link_type};
    e->hash = f->hash;
    e->last = &e->first;
    if (k->n++ == k->n_slots)
        grow(k);
    put(k, e);
    ledger_add(k->ledger, LEDGER_kept_flow, 1);
    return e;
}

/* --- packets in memory -------------------------------------------------------------------------------- */

static void list_append(struct keep *k, struct kept *e)
{
    e->older = k->newest;
    e->newer = NULL;
    *(k->newest ? &k->newest->newer : &k->oldest) = e;
    k->newest = e;
}

static void list_remove(struct keep *k, struct kept *e)
{
    *(e->older ? &e->older->newer : &k->oldest) = e->newer;
    *(e->newer ? &e->newer->older : &k->newest) = e->older;
}

static void hold(struct keep *k, struct kept *e, const struct packet *p)
{
    struct parcel *parcel = xmalloc(sizeof(*parcel) + p->caplen);
    parcel->next = NULL;
    parcel->head = (struct head){.number = p->number, .ts_ns = p->ts_ns, .caplen = p->caplen, .wirelen = p->wirelen,
                                 .iface = p->iface->index, .untimed = p->untimed};
    if (p->caplen)
        memcpy(parcel->bytes, p->data, p->caplen);
    if (!e->first)
        list_append(k, e);
    *e->last = parcel;
    e->last = &parcel->next;
    ledger_add(k->ledger, LEDGER_kept_packet, 1);
    ledger_add(k->ledger, LEDGER_kept_byte, p->caplen);
}

/* Takes the first packet out of memory; to be freed. */
static struct parcel *unhold(struct keep *k, struct kept *e)
{
    struct parcel *parcel = e->first;
    if (!parcel)
        return NULL;
    e->first = parcel->next;
    if (!e->first) {
        e->last = &e->first;
        list_remove(k, e);
    }
    ledger_sub(k->ledger, LEDGER_kept_packet, 1);
    ledger_sub(k->ledger, LEDGER_kept_byte, parcel->head.caplen);
    return parcel;
}

/* --- out of memory ------------------------------------------------------------------------------------ */

/* Behind a packet that is lost, all are: what is kept are the first ones. */
static void spill(struct keep *k, struct kept *e, const struct parcel *parcel)
{
    size_t n = sizeof(parcel->head) + parcel->head.caplen;
    if (e->flow.lost || k->err.code != DPI_OK || !blocks_room(k->blocks, &e->row, n)) {
        e->flow.lost++;
        e->flow.packets--;
        return;
    }
    k->err.code = blocks_add(k->blocks, &e->row, &parcel->head, sizeof(parcel->head), &k->err);
    if (k->err.code == DPI_OK)
        k->err.code = blocks_add(k->blocks, &e->row, parcel->bytes, parcel->head.caplen, &k->err);
}

/* Together, so that they stand together. */
bool keep_relieve(void *ctx)
{
    struct keep *k = ctx;
    struct kept *e = k->oldest;
    if (!e)
        return false;
    for (struct parcel *parcel; (parcel = unhold(k, e));) {
        spill(k, e, parcel);
        free(parcel);
    }
    return true;
}

/* --- the life of a flow ------------------------------------------------------------------------------- */

static void drop(struct keep *k, struct kept *e)
{
    struct kept **slot = slot_of(k, e->hash);
    while (*slot != e)
        slot = &(*slot)->chain;
    *slot = e->chain;
    k->n--;
    for (struct parcel *parcel; (parcel = unhold(k, e));)
        free(parcel);
    if (k->err.code == DPI_OK)
        k->err.code = blocks_release(k->blocks, &e->row, &k->err);
    ledger_sub(k->ledger, LEDGER_kept_flow, 1);
    free(e);
}

static bool by_payload(uint8_t by)
{
    return by == DETECT_BY_DPI || by == DETECT_BY_DPI_CACHE || by == DETECT_BY_DPI_PARTIAL;
}

static bool is_wanted(const struct keep *k, const struct detect_verdict *v)
{
    if (k->opt.guilty)
        return v->fault && v->guilty;
    if (v->master == 0 && v->app == 0)
        return true;
    return k->opt.guessed && !by_payload(v->by) && !by_payload(v->app_by);
}

static void note_iface(struct keep *k, const struct capture_iface *i)
{
    if (i->index >= k->n_ifaces) {
        k->n_ifaces = i->index + 1 + i->index / 2;
        k->ifaces = xrealloc(k->ifaces, k->n_ifaces, sizeof(*k->ifaces));
    }
    k->ifaces[i->index] = i;
}

static bool fits_pcap(const struct packet *p)
{
    return !p->untimed && p->ts_ns >= 0 && p->ts_ns / INT64_C(1000000000) <= UINT32_MAX;
}

static void take(struct keep *k, struct kept *e, const struct packet *p)
{
    if (k->opt.packets && e->flow.packets + e->flow.lost == k->opt.packets)
        return;
    if (e->flow.lost) {
        e->flow.lost++;
        return;
    }
    note_iface(k, p->iface);
    e->unordered |= p->number < e->number;
    e->number = p->number;
    e->flow.packets++;
    e->flow.pcapng |= p->iface->link_type != e->flow.link_type || !fits_pcap(p);
    if (p->caplen > e->flow.longest)
        e->flow.longest = p->caplen;
    hold(k, e, p);
}

void keep_counted(void *ctx, const struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d)
{
    struct keep *k = ctx;
    (void)sender, (void)d;
    if (k->stopped)
        return;
    struct kept *e = find(k, f);
    bool wanted = !f->has_verdict || is_wanted(k, &f->verdict);
    if (!wanted && e)
        drop(k, e);
    else if (wanted && !(f->has_verdict && k->opt.guilty))
        take(k, e ? e : add(k, f, p), p);
}

void keep_ended(void *ctx, const struct flow *f)
{
    struct keep *k = ctx;
    if (k->at_hand)
        drop(k, k->at_hand);
    k->at_hand = find(k, f);
    if (k->at_hand && !is_wanted(k, &f->verdict)) {
        drop(k, k->at_hand);
        k->at_hand = NULL;
    }
    if (k->at_hand) {
        k->losses.flows += k->at_hand->flow.lost > 0;
        k->losses.packets += k->at_hand->flow.lost;
    }
}

const struct keep_flow *keep_at_hand(const struct keep *k)
{
    return k->at_hand ? &k->at_hand->flow : NULL;
}

/* --- giving ------------------------------------------------------------------------------------------- */

/* A packet of a flow: in memory, or in its row of blocks. */
struct item {
    uint64_t number;
    const struct parcel *parcel; /* or NULL */
    struct block_place place;
};

struct walk {
    struct block_place place;
    uint64_t left; /* bytes in the row */
    const struct parcel *parcel;
};

static struct packet packet_of(const struct keep *k, const struct head *h, const uint8_t *bytes)
{
    return (struct packet){.iface = k->ifaces[h->iface], .data = bytes, .caplen = h->caplen, .wirelen = h->wirelen,
                           .ts_ns = h->ts_ns, .untimed = h->untimed, .number = h->number};
}

/* Reads what stands at place, and passes over it. */
static enum dpi_status load(struct keep *k, struct block_place *place, struct packet *p, struct dpi_err *err)
{
    struct head h;
    DPI_TRY(blocks_read(k->blocks, place, &h, sizeof(h), err));
    if (h.caplen > k->room) {
        k->room = h.caplen;
        k->bytes = xrealloc(k->bytes, k->room, 1);
    }
    *p = packet_of(k, &h, k->bytes);
    return blocks_read(k->blocks, place, k->bytes, h.caplen, err);
}

static enum dpi_status walk_next(struct keep *k, struct walk *w, struct item *item, struct dpi_err *err)
{
    struct head h;
    if (w->left == 0) {
        *item = (struct item){.number = w->parcel->head.number, .parcel = w->parcel};
        w->parcel = w->parcel->next;
        return DPI_OK;
    }
    *item = (struct item){.place = w->place};
    DPI_TRY(blocks_read(k->blocks, &w->place, &h, sizeof(h), err));
    item->number = h.number;
    w->left -= sizeof(h) + h.caplen;
    return blocks_read(k->blocks, &w->place, NULL, h.caplen, err);
}

static enum dpi_status give_item(struct keep *k, struct item *item, keep_sink *sink, void *ctx, struct dpi_err *err)
{
    struct packet p;
    if (item->parcel)
        p = packet_of(k, &item->parcel->head, item->parcel->bytes);
    else
        DPI_TRY(load(k, &item->place, &p, err));
    return sink(ctx, &p, err);
}

static int by_number(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static enum dpi_status give_sorted(struct keep *k, struct walk *w, size_t n, keep_sink *sink, void *ctx,
                                   struct dpi_err *err)
{
    struct item *v = xcalloc(n, sizeof(*v));
    enum dpi_status st = DPI_OK;
    for (size_t i = 0; i < n && st == DPI_OK; i++)
        st = walk_next(k, w, &v[i], err);
    if (st == DPI_OK)
        qsort(v, n, sizeof(*v), by_number);
    for (size_t i = 0; i < n && st == DPI_OK; i++)
        st = give_item(k, &v[i], sink, ctx, err);
    free(v);
    return st;
}

enum dpi_status keep_give(struct keep *k, keep_sink *sink, void *ctx, struct dpi_err *err)
{
    const struct kept *e = k->at_hand;
    struct walk w = {blocks_begin(&e->row), e->row.n_bytes, e->first};
    struct item item;
    DPI_TRY(keep_check(k, err));
    if (e->unordered)
        return give_sorted(k, &w, e->flow.packets, sink, ctx, err);
    for (uint64_t i = 0; i < e->flow.packets; i++) {
        DPI_TRY(walk_next(k, &w, &item, err));
        DPI_TRY(give_item(k, &item, sink, ctx, err));
    }
    return DPI_OK;
}

enum dpi_status keep_check(const struct keep *k, struct dpi_err *err)
{
    *err = k->err;
    return err->code;
}

struct keep_losses keep_losses(const struct keep *k)
{
    return k->losses;
}

void keep_stop(struct keep *k)
{
    for (size_t i = 0; i < k->n_slots; i++)
        while (k->table[i])
            drop(k, k->table[i]);
    k->at_hand = NULL;
    k->stopped = true;
}

void keep_free(struct keep *k)
{
    if (!k)
        return;
    keep_stop(k);
    blocks_free(k->blocks);
    free(k->table);
    free(k->ifaces);
    free(k->bytes);
    free(k);
}
