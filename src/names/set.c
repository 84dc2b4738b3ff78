/* SPDX-License-Identifier: BSD-2-Clause */
/* set.c - names one after the other in one block; a table over them once there are many. */
#include "names/set.h"

#include "util/buf.h"
#include "util/xalloc.h"

#include <stdlib.h>

/* An entry: u8 kind | u16 length | bytes. */
enum { HEAD = 3, FEW = 8, SLOTS_MIN = 32 };

struct name_set {
    const struct siphash_key *key;
    struct buf bytes;
    uint32_t n;
    uint32_t *slot; /* offset of an entry plus 1, 0: free; NULL while there are few */
    uint32_t n_slots; /* a power of two, more than twice n */
    bool has_kind[NAME_KINDS];
};

const char *name_kind_word(enum name_kind kind)
{
    static const char *const words[NAME_KINDS] = {
#define KIND(id, word) [NAME_##id] = word,
#include "names/kinds.def"
#undef KIND
    };
    return words[kind];
}

struct name_set *name_set_new(const struct siphash_key *key)
{
    struct name_set *s = xcalloc(1, sizeof(*s));
    s->key = key;
    return s;
}

void name_set_free(struct name_set *s)
{
    if (!s)
        return;
    buf_free(&s->bytes);
    free(s->slot);
    free(s);
}

struct name_set *name_set_dup(const struct name_set *s)
{
    struct name_set *copy = xmemdup(s, sizeof(*s));
    copy->bytes = (struct buf){0};
    buf_add(&copy->bytes, s->bytes.p, s->bytes.n);
    copy->slot = s->slot ? xmemdup(s->slot, s->n_slots * sizeof(*s->slot)) : NULL;
    return copy;
}

size_t name_set_bytes(const struct name_set *s)
{
    return s ? sizeof(*s) + s->bytes.cap + s->n_slots * sizeof(*s->slot) : 0;
}

/* --- entries ------------------------------------------------------------------------------------------ */

/* Reads the entry at an offset; returns the offset behind it. */
static size_t entry_at(const struct name_set *s, size_t at, enum name_kind *kind, struct dpi_text *text)
{
    const char *p = s->bytes.p + at;
    uint16_t n;
    memcpy(&n, p + 1, sizeof(n));
    *kind = (enum name_kind)(unsigned char)p[0];
    *text = (struct dpi_text){p + HEAD, n};
    return at + HEAD + n;
}

static bool is_at(const struct name_set *s, size_t at, enum name_kind kind, struct dpi_text text)
{
    enum name_kind other;
    struct dpi_text there;
    entry_at(s, at, &other, &there);
    return other == kind && dpi_text_eq(there, text);
}

/* Where a name is in the table, or the free slot where it belongs. */
static uint32_t *find_slot(const struct name_set *s, enum name_kind kind, struct dpi_text text)
{
    uint32_t i = (uint32_t)siphash(s->key, text.p, text.n) + kind;
    while (s->slot[i &= s->n_slots - 1] && !is_at(s, s->slot[i] - 1, kind, text))
        i++;
    return &s->slot[i];
}

static void index_all(struct name_set *s)
{
    s->n_slots = s->n_slots ? 2 * s->n_slots : SLOTS_MIN;
    free(s->slot);
    s->slot = xcalloc(s->n_slots, sizeof(*s->slot));
    enum name_kind kind;
    struct dpi_text text;
    for (size_t at = 0, next; at < s->bytes.n; at = next) {
        next = entry_at(s, at, &kind, &text);
        *find_slot(s, kind, text) = (uint32_t)at + 1;
    }
}

bool name_set_has(const struct name_set *s, enum name_kind kind, struct dpi_text text)
{
    if (!s || !s->has_kind[kind])
        return false;
    if (s->slot)
        return *find_slot(s, kind, text) != 0;
    enum name_kind other;
    struct dpi_text there;
    for (size_t at = 0, next; at < s->bytes.n; at = next) {
        next = entry_at(s, at, &other, &there);
        if (other == kind && dpi_text_eq(there, text))
            return true;
    }
    return false;
}

bool name_set_add(struct name_set *s, enum name_kind kind, const void *p, size_t n)
{
    struct dpi_text text = {p, n};
    if (name_set_has(s, kind, text))
        return true;
    if (n > UINT16_MAX || s->bytes.n + HEAD + n > NAME_SET_MAX)
        return false;
    size_t at = s->bytes.n;
    char head[HEAD] = {(char)kind};
    memcpy(head + 1, &(uint16_t){(uint16_t)n}, 2);
    buf_add(&s->bytes, head, HEAD);
    buf_add(&s->bytes, p, n);
    s->has_kind[kind] = true;
    if (++s->n > FEW && 2 * s->n >= s->n_slots)
        index_all(s);
    else if (s->slot)
        *find_slot(s, kind, text) = (uint32_t)at + 1;
    return true;
}

/* --- reading ------------------------------------------------------------------------------------------ */

bool name_walk(const struct name_set *s, enum name_kind end, struct name_walk *w)
{
    enum name_kind kind;
    for (; s && w->kind < end; w->kind++, w->at = 0)
        while (s->has_kind[w->kind] && w->at < s->bytes.n) {
            w->at = entry_at(s, w->at, &kind, &w->text);
            if (kind == w->kind)
                return true;
        }
    return false;
}

struct dpi_text name_set_first(const struct name_set *s, enum name_kind kind)
{
    struct name_walk w = {.kind = kind};
    return name_walk(s, kind + 1, &w) ? w.text : (struct dpi_text){0};
}
