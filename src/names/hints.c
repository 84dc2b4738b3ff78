/* SPDX-License-Identifier: BSD-2-Clause */
/* hints.c - one table for what a client was told of an address, and for what was told of it at all: there client is
 * nobody. All is in the order in which it was told, so that the oldest can go. */
#include "names/hints.h"

#include "util/xalloc.h"

#include <stdlib.h>
#include <strings.h>

struct told {
    char *name; /* owned; NULL: nothing */
    uint16_t n;
    int64_t learned, expires;
    uint64_t packet;
};

/* Of nobody both are used: the two names with the latest expiry, which tell whether all live answers agree. */
enum { TOLD_MAX = 2 };

struct hint_key {
    struct dpi_addr client, addr;
};

struct hint_entry {
    struct hint_key key;
    struct hint_entry *chain;         /* in its slot */
    struct hint_entry *older, *newer; /* in the order of telling */
    struct told told[TOLD_MAX];
};

struct hints {
    struct siphash_key key;
    uint64_t max_bytes, bytes, dropped;
    bool keep_over; /* what nobody in this run will find any more */
    struct hint_entry **slot;
    size_t n, n_slots; /* a power of two */
    struct hint_entry *oldest, *newest;
};

_Static_assert(sizeof(struct hint_key) == 2 * 17, "keys have no padding and compare with memcmp");

enum { SLOTS_FIRST = 1024, SLOT_COST = 2 * sizeof(void *), MALLOC_COST = 16 };

struct hints *hints_new(const struct siphash_key *key, uint64_t max_bytes)
{
    struct hints *h = xcalloc(1, sizeof(*h));
    h->key = *key;
    h->max_bytes = max_bytes;
    h->n_slots = SLOTS_FIRST;
    h->slot = xcalloc(h->n_slots, sizeof(struct hint_entry *));
    return h;
}

void hints_keep_over(struct hints *h)
{
    h->keep_over = true;
}

static void free_entry(struct hint_entry *e)
{
    for (unsigned i = 0; i < TOLD_MAX; i++)
        free(e->told[i].name);
    free(e);
}

void hints_free(struct hints *h)
{
    if (!h)
        return;
    for (struct hint_entry *e = h->oldest, *next; e; e = next) {
        next = e->newer;
        free_entry(e);
    }
    free(h->slot);
    free(h);
}

uint64_t hints_bytes(const struct hints *h)
{
    return h->bytes;
}

uint64_t hints_dropped(const struct hints *h)
{
    return h->dropped;
}

int64_t hint_expiry(int64_t now, uint32_t ttl)
{
    int64_t life = ttl < HINT_LIFE_MIN ? HINT_LIFE_MIN : ttl > HINT_LIFE_MAX ? HINT_LIFE_MAX : ttl, then;
    return __builtin_add_overflow(now, life * INT64_C(1000000000), &then) ? INT64_MAX : then;
}

/* --- the table ---------------------------------------------------------------------------------------- */

static struct hint_entry **slot_of(const struct hints *h, const struct hint_key *key)
{
    return &h->slot[siphash(&h->key, key, sizeof(*key)) & (h->n_slots - 1)];
}

static struct hint_entry **find(const struct hints *h, const struct hint_key *key)
{
    struct hint_entry **link = slot_of(h, key);
    while (*link && memcmp(&(*link)->key, key, sizeof(*key)) != 0)
        link = &(*link)->chain;
    return link;
}

static void grow(struct hints *h)
{
    h->n_slots *= 2;
    free(h->slot);
    h->slot = xcalloc(h->n_slots, sizeof(struct hint_entry *));
    for (struct hint_entry *e = h->oldest; e; e = e->newer) {
        struct hint_entry **link = slot_of(h, &e->key);
        e->chain = *link;
        *link = e;
    }
}

static void list_remove(struct hints *h, struct hint_entry *e)
{
    *(e->older ? &e->older->newer : &h->oldest) = e->newer;
    *(e->newer ? &e->newer->older : &h->newest) = e->older;
}

static void list_append(struct hints *h, struct hint_entry *e)
{
    e->older = h->newest;
    e->newer = NULL;
    *(h->newest ? &h->newest->newer : &h->oldest) = e;
    h->newest = e;
}

static uint64_t entry_cost(void)
{
    return sizeof(struct hint_entry) + MALLOC_COST + SLOT_COST;
}

static uint64_t told_cost(const struct told *t)
{
    return t->name ? t->n + (uint64_t)MALLOC_COST : 0;
}

/* The entry of the key, made where there is none, as the newest. */
static struct hint_entry *renew(struct hints *h, const struct hint_key *key)
{
    struct hint_entry **link = find(h, key), *e = *link;
    if (e) {
        list_remove(h, e);
    } else {
        e = *link = xcalloc(1, sizeof(*e));
        e->key = *key;
        h->bytes += entry_cost();
        h->n++;
    }
    list_append(h, e);
    if (h->n > h->n_slots)
        grow(h);
    return e;
}

/* --- telling ------------------------------------------------------------------------------------------ */

static bool is_live(const struct told *t, int64_t now)
{
    return t->name && t->learned <= now && now <= t->expires;
}

static bool is_name(const struct told *t, struct dpi_text name)
{
    return t->name && t->n == name.n && strncasecmp(t->name, name.p, name.n) == 0;
}

static void tell(struct hints *h, struct told *t, const struct hint *hint)
{
    if (!t->name || t->n != hint->name.n || memcmp(t->name, hint->name.p, t->n) != 0) {
        h->bytes -= told_cost(t);
        free(t->name);
        t->name = xmemdup(hint->name.p, hint->name.n);
        t->n = (uint16_t)hint->name.n;
        h->bytes += told_cost(t);
    }
    t->learned = hint->learned;
    t->expires = hint->expires;
    t->packet = hint->packet;
}

/* Keeps of all names the two that live longest. */
static void tell_nobody(struct hints *h, struct hint_entry *e, const struct hint *hint)
{
    struct told *a = &e->told[0], *b = &e->told[1];
    if (is_name(a, hint->name) || is_name(b, hint->name)) {
        struct told *same = is_name(a, hint->name) ? a : b;
        if (hint->expires >= same->expires || !is_live(same, hint->learned))
            tell(h, same, hint);
        return;
    }
    struct told *worse = is_live(a, hint->learned) && (!is_live(b, hint->learned) || b->expires <= a->expires) ? b : a;
    if (!is_live(worse, hint->learned) || hint->expires >= worse->expires)
        tell(h, worse, hint);
}

static void drop_oldest(struct hints *h)
{
    struct hint_entry *e = h->oldest, **link = find(h, &e->key);
    *link = e->chain;
    list_remove(h, e);
    h->bytes -= entry_cost();
    for (unsigned i = 0; i < TOLD_MAX; i++)
        h->bytes -= told_cost(&e->told[i]);
    free_entry(e);
    h->n--;
}

static bool is_over(const struct hint_entry *e, int64_t now)
{
    for (unsigned i = 0; i < TOLD_MAX; i++)
        if (e->told[i].name && now <= e->told[i].expires)
            return false;
    return true;
}

/* What nobody will find any more goes as far as it is the oldest; then, for room, what was told longest ago: what a
 * client was told and would live on is a loss. */
static void keep_bound(struct hints *h, int64_t now)
{
    while (!h->keep_over && h->oldest && is_over(h->oldest, now))
        drop_oldest(h);
    while (h->bytes > h->max_bytes) {
        const struct hint_entry *e = h->oldest;
        h->dropped += e->key.client.family && is_live(&e->told[0], now);
        drop_oldest(h);
    }
}

void hints_add(struct hints *h, const struct hint *hint)
{
    const struct hint_key key = {hint->client, hint->addr}, nobody = {.addr = hint->addr};
    tell(h, &renew(h, &key)->told[0], hint);
    tell_nobody(h, renew(h, &nobody), hint);
    keep_bound(h, hint->learned);
}

/* --- asking ------------------------------------------------------------------------------------------- */

static void fill(struct hint *out, const struct hint_entry *e, const struct told *t)
{
    *out = (struct hint){
        .client = e->key.client,
        .addr = e->key.addr,
        .name = {t->name, t->n},
        .learned = t->learned,
        .expires = t->expires,
        .packet = t->packet,
    };
}

/* The one of an entry that lives; of two none. */
static const struct told *the_live_one(const struct hint_entry *e, int64_t now)
{
    bool a = is_live(&e->told[0], now), b = is_live(&e->told[1], now);
    return a == b ? NULL : &e->told[b];
}

bool hints_find(const struct hints *h, const struct dpi_addr *client, const struct dpi_addr *addr, int64_t now,
                struct hint *out)
{
    const struct hint_key keys[] = {{*client, *addr}, {.addr = *addr}};
    for (unsigned i = 0; i < 2 && h->n; i++) {
        const struct hint_entry *e = *find(h, &keys[i]);
        const struct told *t = e ? the_live_one(e, now) : NULL;
        if (t) {
            fill(out, e, t);
            return true;
        }
    }
    return false;
}

const struct hint_entry *hints_next(const struct hints *h, const struct hint_entry *e, struct hint *out)
{
    e = e ? e->newer : h->oldest;
    while (e && e->key.client.family == 0)
        e = e->newer;
    if (e)
        fill(out, e, &e->told[0]);
    return e;
}
