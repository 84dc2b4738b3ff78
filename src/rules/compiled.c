/* SPDX-License-Identifier: BSD-2-Clause */
/* compiled.c - each struct is described once, for both directions. Numbers are as the machine has them: what was
 * compiled on another one with other numbers is not taken. */
#include "rules/compiled.h"

#include "io/source.h"
#include "util/mix.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { COMPILED_MAX = 256 << 20 };

struct pack {
    struct rules *r;
    struct buf *out; /* NULL: what is at `at` is read */
    const uint8_t *at, *end;
    bool bad; /* what was read cannot be */
};

/* --- parts -------------------------------------------------------------------------------------------- */

static size_t left(const struct pack *k)
{
    return (size_t)(k->end - k->at);
}

static void pack_bytes(struct pack *k, void *p, size_t n)
{
    if (k->out) {
        buf_add(k->out, p, n);
    } else if (k->bad || left(k) < n) {
        k->bad = true;
        memset(p, 0, n);
    } else {
        memcpy(p, k->at, n);
        k->at += n;
    }
}

static void pack_bool(struct pack *k, bool *value)
{
    uint8_t byte = *value;
    pack_bytes(k, &byte, sizeof(byte));
    *value = byte != 0;
}

#define PACK(k, member) pack_bytes(k, &(member), sizeof(member))

/* Bytes that stay where they are. */
static void pack_span(struct pack *k, const void **p, size_t n)
{
    if (k->out) {
        buf_add(k->out, *p, n);
        return;
    }
    k->bad |= left(k) < n;
    *p = k->at;
    k->at += k->bad ? 0 : n;
}

static void pack_text(struct pack *k, const char **text)
{
    uint32_t n = k->out && *text ? (uint32_t)strlen(*text) + 1 : 0;
    const void *p = *text;
    PACK(k, n);
    pack_span(k, &p, n);
    if (k->out)
        return;
    k->bad |= n && !k->bad && ((const char *)p)[n - 1] != '\0';
    *text = n && !k->bad ? p : NULL;
}

static uint32_t pack_count(struct pack *k, size_t n)
{
    uint32_t count = (uint32_t)n;
    PACK(k, count);
    return k->bad ? 0 : count;
}

static void pack_category(struct pack *k, uint8_t *category)
{
    size_t n = 0;
    while (rules_category_ids[n])
        n++;
    pack_bytes(k, category, sizeof(*category));
    k->bad |= *category >= n;
}

static void pack_file(struct pack *k, uint32_t *file)
{
    pack_bytes(k, file, sizeof(*file));
    k->bad |= *file >= k->r->n_files;
}

/* --- what a set has ----------------------------------------------------------------------------------- */

static void pack_entry(struct pack *k, const struct entry *written)
{
    struct entry e = written ? *written : (struct entry){0}, *added = &e;
    const void *bytes = written ? entry_bytes(k->r, written) : NULL;
    PACK(k, e.kind);
    PACK(k, e.n);
    PACK(k, e.hashed);
    pack_bool(k, &e.exact);
    pack_bool(k, &e.scoped);
    PACK(k, e.line);
    PACK(k, e.column);
    pack_span(k, &bytes, e.n);
    k->bad |= e.kind >= ENTRY_KINDS || e.hashed > e.n;
    if (written || k->bad)
        return;
    added = model_add_entry(k->r, (enum entry_kind)e.kind, bytes, e.n, e.hashed);
    added->exact = e.exact;
    added->scoped = e.scoped;
    added->line = e.line;
    added->column = e.column;
}

static void pack_rule(struct pack *k, struct rule *rule)
{
    PACK(k, rule->line);
    PACK(k, rule->column);
    PACK(k, rule->strongest);
    PACK(k, rule->conditions);
    k->bad |= rule->strongest >= CONDITIONS;
    uint32_t first = rule->first_entry, n = pack_count(k, rule->n_entries);
    for (uint32_t i = 0; i < n && !k->bad; i++)
        pack_entry(k, k->out ? &k->r->entries[first + i] : NULL);
}

static void pack_application(struct pack *k, uint32_t index)
{
    struct application *a = &k->r->applications[index];
    pack_text(k, &a->id);
    pack_text(k, &a->name);
    pack_text(k, &a->source);
    pack_file(k, &a->file);
    PACK(k, a->line);
    PACK(k, a->column);
    pack_category(k, &a->category);
    pack_bool(k, &a->catch_all);
    k->bad |= !a->id || !a->name;
    uint32_t first = a->first_rule, n = pack_count(k, a->n_rules);
    for (uint32_t i = 0; i < n && !k->bad; i++)
        pack_rule(k, k->out ? &k->r->rules[first + i] : model_add_rule(k->r, index));
}

static void pack_condition(struct pack *k, struct signature_condition *c)
{
    PACK(k, c->kind);
    PACK(k, c->n);
    PACK(k, c->type);
    PACK(k, c->at);
    PACK(k, c->plus);
    PACK(k, c->scale);
    PACK(k, c->first);
    PACK(k, c->last);
    k->bad |= c->kind >= SIGNATURE_KINDS || c->type > SIGNATURE_NUMBERS;
    const void *value = c->value, *mask = c->mask;
    bool has_value = c->kind == SIGNATURE_BYTES || c->kind == SIGNATURE_TEXT;
    pack_span(k, &value, has_value ? c->n : 0);
    pack_span(k, &mask, c->kind == SIGNATURE_BYTES ? c->n : 0);
    c->value = value;
    c->mask = mask;
}

static void pack_signature(struct pack *k, struct signature *s)
{
    pack_text(k, &s->id);
    pack_text(k, &s->protocol);
    pack_text(k, &s->source);
    pack_file(k, &s->file);
    PACK(k, s->line);
    PACK(k, s->column);
    pack_category(k, &s->category);
    PACK(k, s->transport);
    PACK(k, s->sides);
    PACK(k, s->messages);
    pack_bool(k, &s->override);
    k->bad |= !s->id || !s->protocol;
    uint32_t first = s->first_condition, n = pack_count(k, s->n_conditions);
    for (uint32_t i = 0; i < n && !k->bad; i++)
        pack_condition(k, k->out ? &k->r->conditions[first + i] : model_add_condition(k->r));
}

static void pack_name(struct pack *k, const char *name)
{
    pack_text(k, &name);
    k->bad |= !name;
    if (!k->out && !k->bad)
        model_add_file(k->r, name);
}

/* --- the whole ---------------------------------------------------------------------------------------- */

/* False: another program has written it, or one of other rules. */
static bool pack_head(struct pack *k, uint64_t hash)
{
    static const char expected[] = "dpitool rules " DPITOOL_VERSION;
    char magic[sizeof(expected)] = {0};
    uint32_t order = 0x01020304, structs = sizeof(struct entry) << 16 | sizeof(struct signature);
    uint64_t of = hash;
    memcpy(magic, expected, k->out ? sizeof(magic) : 0);
    PACK(k, magic);
    PACK(k, order);
    PACK(k, structs);
    PACK(k, of);
    return !k->bad && memcmp(magic, expected, sizeof(magic)) == 0 && order == 0x01020304 && of == hash &&
           structs == (sizeof(struct entry) << 16 | sizeof(struct signature));
}

static void pack_set(struct pack *k)
{
    struct rules *r = k->r;
    uint32_t n = pack_count(k, r->n_files);
    for (uint32_t i = 0; i < n && !k->bad; i++)
        pack_name(k, k->out ? r->files[i] : NULL);
    n = pack_count(k, r->n_applications);
    for (uint32_t i = 0; i < n && !k->bad; i++) {
        if (!k->out)
            model_add_application(r)->shipped = true;
        pack_application(k, i);
    }
    n = pack_count(k, r->n_signatures);
    for (uint32_t i = 0; i < n && !k->bad; i++) {
        if (!k->out)
            model_add_signature(r)->shipped = true;
        pack_signature(k, &r->signatures[i]);
    }
}

void compiled_write(struct rules *r, uint64_t hash, struct buf *out)
{
    struct pack k = {.r = r, .out = out};
    uint64_t sum = 0;
    pack_head(&k, hash);
    size_t at = out->n, from = at + sizeof(sum);
    PACK(&k, sum);
    pack_set(&k);
    sum = mix_bytes(0, out->p + from, out->n - from);
    memcpy(out->p + at, &sum, sizeof(sum));
}

/* Whether what follows is as it was written: entries are used without a look at what is in them. */
static bool is_whole(struct pack *k)
{
    uint64_t sum;
    PACK(k, sum);
    return !k->bad && sum == mix_bytes(0, k->at, left(k));
}

/* All of the file, in r's arena; NULL when it cannot be read. */
static const uint8_t *read_file(struct rules *r, const char *path, size_t *n)
{
    struct dpi_err err;
    struct source *s;
    if (!source_exists(path) || source_open(&s, path, &err) != DPI_OK)
        return NULL;
    size_t size = (size_t)source_file_size(s);
    uint8_t *bytes = size && size <= COMPILED_MAX ? arena_alloc(&r->arena, size) : NULL;
    if (bytes && source_read(s, bytes, size, n, &err) != DPI_OK)
        bytes = NULL;
    source_close(s);
    return bytes;
}

struct rules *compiled_read(const char *path, uint64_t hash)
{
    struct rules *r = model_new();
    size_t n = 0;
    const uint8_t *bytes = read_file(r, path, &n);
    struct pack k = {.r = r, .at = bytes, .end = bytes ? bytes + n : NULL};
    if (bytes && pack_head(&k, hash) && is_whole(&k))
        pack_set(&k);
    else
        k.bad = true;
    if (!k.bad && k.at == k.end)
        return r;
    rules_free(r);
    return NULL;
}
