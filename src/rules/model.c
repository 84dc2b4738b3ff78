/* SPDX-License-Identifier: BSD-2-Clause */
/* model.c - a set of rules: growing arrays, then a hash table over the keys of its entries. What is in the table comes
 * from rules alone: a name in a capture can be chosen to be looked for where many entries stand, which are a few. */
#include "rules/model.h"

#include "rules/keys.h"
#include "rules/precedence.h"
#include "util/mix.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const condition_keys[CONDITIONS] = {
#define C(name, key) key,
#include "rules/conditions.def"
#undef C
};

const char *const rules_category_ids[] = {
#define C(id, name) id,
#include "rules/rule_categories.def"
#undef C
    NULL,
};

const char *const rules_category_names[] = {
#define C(id, name) name,
#include "rules/rule_categories.def"
#undef C
    NULL,
};

struct rules *model_new(void)
{
    return xcalloc(1, sizeof(struct rules));
}

void rules_free(struct rules *r)
{
    if (!r)
        return;
    arena_free(&r->arena);
    buf_free(&r->texts);
    free(r->files);
    free(r->applications);
    free(r->rules);
    free(r->entries);
    free(r->tests);
    free(r->signatures);
    free(r->conditions);
    free(r->slots);
    free(r);
}

/* Makes room for one more of n. What is added is zero between its members, too: it is written to files as it is. */
#define GROW(array, n, room)                                                                                           \
    do {                                                                                                               \
        if ((n) == (room)) {                                                                                           \
            (room) = (room) < 64 ? 64 : (room) + (room) / 2;                                                           \
            (array) = xrealloc((array), (room), sizeof(*(array)));                                                     \
        }                                                                                                              \
    } while (0)

uint32_t model_add_file(struct rules *r, const char *name)
{
    GROW(r->files, r->n_files, r->room_files);
    r->files[r->n_files] = arena_text(&r->arena, name, strlen(name));
    return (uint32_t)r->n_files++;
}

struct application *model_add_application(struct rules *r)
{
    GROW(r->applications, r->n_applications, r->room_applications);
    struct application *a = &r->applications[r->n_applications++];
    memset(a, 0, sizeof(*a));
    a->first_rule = (uint32_t)r->n_rules;
    return a;
}

struct rule *model_add_rule(struct rules *r, uint32_t application)
{
    GROW(r->rules, r->n_rules, r->room_rules);
    struct rule *rule = &r->rules[r->n_rules++];
    memset(rule, 0, sizeof(*rule));
    rule->application = application;
    rule->first_entry = (uint32_t)r->n_entries;
    r->applications[application].n_rules++;
    return rule;
}

struct rule_test *model_add_test(struct rules *r)
{
    GROW(r->tests, r->n_tests, r->room_tests);
    struct rule_test *t = &r->tests[r->n_tests++];
    *t = (struct rule_test){0};
    return t;
}

struct signature *model_add_signature(struct rules *r)
{
    GROW(r->signatures, r->n_signatures, r->room_signatures);
    struct signature *s = &r->signatures[r->n_signatures++];
    memset(s, 0, sizeof(*s));
    s->first_condition = (uint32_t)r->n_conditions;
    return s;
}

struct signature_condition *model_add_condition(struct rules *r)
{
    GROW(r->conditions, r->n_conditions, r->room_conditions);
    struct signature_condition *c = &r->conditions[r->n_conditions++];
    memset(c, 0, sizeof(*c));
    r->signatures[r->n_signatures - 1].n_conditions++;
    return c;
}

struct entry *model_add_entry(struct rules *r, enum entry_kind kind, const void *bytes, size_t n, size_t hashed)
{
    GROW(r->entries, r->n_entries, r->room_entries);
    struct entry *e = &r->entries[r->n_entries++];
    memset(e, 0, sizeof(*e));
    e->text = (uint32_t)r->texts.n;
    e->next = NO_ENTRY;
    e->rule = (uint32_t)r->n_rules - 1;
    e->n = (uint8_t)n;
    e->hashed = (uint8_t)hashed;
    e->kind = (uint8_t)kind;
    buf_add(&r->texts, bytes, n);
    r->rules[e->rule].n_entries++;
    return e;
}

/* --- keys --------------------------------------------------------------------------------------------- */

/* Globs are found with the hosts. */
static enum entry_kind kind_of_key(enum entry_kind kind)
{
    return kind == ENTRY_GLOB ? ENTRY_HOST : kind;
}

static uint64_t hash_of(enum entry_kind kind, uint32_t rule, const void *bytes, size_t n)
{
    return mix_bytes(mix((uint64_t)rule << 32, n << 8 | kind_of_key(kind)), bytes, n);
}

static bool has_key(const struct rules *r, const struct entry *e, enum entry_kind kind, uint32_t rule,
                    const void *bytes, size_t n)
{
    return kind_of_key(e->kind) == kind_of_key(kind) && e->hashed == n &&
           (rule == NO_RULE ? !e->scoped : e->scoped && e->rule == rule) &&
           (n == 0 || memcmp(entry_bytes(r, e) + e->n - n, bytes, n) == 0);
}

/* Where the key is, or the free slot where it would be, with the tag it would have. */
static struct slot *slot_of(const struct rules *r, enum entry_kind kind, uint32_t rule, const void *bytes, size_t n,
                            uint32_t *tag)
{
    uint64_t hash = hash_of(kind, rule, bytes, n);
    size_t i = hash & (r->n_slots - 1);
    *tag = (uint32_t)(hash >> 33);
    while (r->slots[i].first != NO_ENTRY &&
           !(r->slots[i].tag == *tag && has_key(r, &r->entries[r->slots[i].first], kind, rule, bytes, n)))
        i = (i + 1) & (r->n_slots - 1);
    return &r->slots[i];
}

uint32_t model_find(const struct rules *r, enum entry_kind kind, uint32_t rule, const void *bytes, size_t n)
{
    uint32_t tag;
    return slot_of(r, kind, rule, bytes, n, &tag)->first;
}

static void note_near(struct rules *r, const uint8_t *key)
{
    unsigned bits = key[1] < 16 ? key[1] : 16, first = (unsigned)key[2] << 8 | key[3];
    for (unsigned i = first; i < first + (1u << (16 - bits)); i++)
        r->marks.near4[i / 8] |= (uint8_t)(1u << i % 8);
}

static void insert(struct rules *r, uint32_t index)
{
    struct entry *e = &r->entries[index];
    const char *key = entry_bytes(r, e) + e->n - e->hashed;
    uint32_t tag;
    struct slot *slot = slot_of(r, e->kind, e->scoped ? e->rule : NO_RULE, key, e->hashed, &tag);
    e->next = slot->first;
    *slot = (struct slot){.first = index, .tag = tag & INT32_MAX, .has_many = e->next != NO_ENTRY};
    r->marks.has[kind_of_key(e->kind)] = true;
    if (e->kind == ENTRY_ADDRESS && key[0] == 4)
        r->marks.has_bits4[(uint8_t)key[1]] = true;
    else if (e->kind == ENTRY_ADDRESS || e->kind == ENTRY_PORT)
        r->marks.has_bits[e->kind][(uint8_t)key[1]] = true;
    if (e->kind == ENTRY_ADDRESS && key[0] == 4 && !e->scoped)
        note_near(r, (const uint8_t *)key);
}

static int compare_entries(const void *a, const void *b, void *rules)
{
    const struct rules *r = rules;
    return precedence_of_entries(r, &r->entries[*(const uint32_t *)a], &r->entries[*(const uint32_t *)b]);
}

/* Puts the entries of one key in the order in which they go before each other. */
static void sort_chain(struct rules *r, struct slot *slot)
{
    size_t n = 0, i = 0;
    for (uint32_t at = slot->first; at != NO_ENTRY; at = r->entries[at].next)
        n++;
    uint32_t *v = xcalloc(n, sizeof(*v));
    for (uint32_t at = slot->first; at != NO_ENTRY; at = r->entries[at].next)
        v[i++] = at;
    qsort_r(v, n, sizeof(*v), compare_entries, r);
    for (i = 0; i < n; i++)
        r->entries[v[i]].next = i + 1 < n ? v[i + 1] : NO_ENTRY;
    slot->first = v[0];
    free(v);
}

/* Takes the room back that the arrays have grown into and not used. */
static void fit(struct rules *r)
{
#define FIT(array, n, room) (r->array = xrealloc(r->array, r->room = r->n, sizeof(*r->array)))
    FIT(applications, n_applications, room_applications);
    FIT(rules, n_rules, room_rules);
    FIT(entries, n_entries, room_entries);
#undef FIT
    r->texts.p = xrealloc(r->texts.p, r->texts.cap = r->texts.n, 1);
}

static void make_slots(struct rules *r)
{
    free(r->slots);
    r->n_slots = 16;
    while (r->n_slots < r->n_entries + r->n_entries / 2)
        r->n_slots *= 2;
    r->slots = xcalloc(r->n_slots, sizeof(*r->slots));
    for (size_t i = 0; i < r->n_slots; i++)
        r->slots[i].first = NO_ENTRY;
    for (size_t i = 0; i < r->n_entries; i++)
        insert(r, (uint32_t)i);
    for (size_t i = 0; i < r->n_slots; i++)
        if (r->slots[i].has_many)
            sort_chain(r, &r->slots[i]);
    r->n_sealed = r->n_entries;
}

void model_seal(struct rules *r)
{
    for (size_t i = 0; i < r->n_applications; i++)
        r->has_user |= !r->applications[i].shipped;
    if (r->slots && r->n_sealed == r->n_entries)
        return;
    fit(r);
    make_slots(r);
}

/* --- as text ------------------------------------------------------------------------------------------ */

static const char *transport_word(uint8_t transport)
{
    return transport == 6 ? "tcp" : transport == 17 ? "udp" : "sctp";
}

static void address_text(const uint8_t *key, char out[static ENTRY_TEXT_MAX])
{
    struct dpi_addr a = {.family = key[0]};
    char text[DPI_ADDR_MAX];
    memcpy(a.b, key + 2, address_bits(&a) / 8);
    dpi_addr_text(text, &a);
    if (key[1] == address_bits(&a))
        snprintf(out, ENTRY_TEXT_MAX, "%s", text);
    else
        snprintf(out, ENTRY_TEXT_MAX, "%s/%u", text, key[1]);
}

static void port_text(const uint8_t *key, char out[static ENTRY_TEXT_MAX])
{
    unsigned first = (unsigned)key[2] << 8 | key[3], more = (1u << (PORT_BITS - key[1])) - 1;
    if (more == 0)
        snprintf(out, ENTRY_TEXT_MAX, "%s/%u", transport_word(key[0]), first);
    else
        snprintf(out, ENTRY_TEXT_MAX, "%s/%u-%u", transport_word(key[0]), first, first + more);
}

const char *entry_text(const struct rules *r, const struct entry *e, char out[static ENTRY_TEXT_MAX])
{
    const char *bytes = entry_bytes(r, e);
    if (e->kind == ENTRY_ADDRESS)
        address_text((const uint8_t *)bytes, out);
    else if (e->kind == ENTRY_PORT)
        port_text((const uint8_t *)bytes, out);
    else
        snprintf(out, ENTRY_TEXT_MAX, "%s%.*s", e->exact ? "=" : "", e->n, bytes);
    return out;
}

/* --- what it has -------------------------------------------------------------------------------------- */

static void count_entry(const struct entry *e, size_t *hosts, size_t *addresses, size_t *ports, size_t *others)
{
    switch (e->kind) {
    case ENTRY_HOST:
    case ENTRY_GLOB:
        ++*hosts;
        return;
    case ENTRY_ADDRESS:
        ++*addresses;
        return;
    case ENTRY_PORT:
        ++*ports;
        return;
    default:
        ++*others;
    }
}

struct rules_counts rules_counts(const struct rules *r)
{
    struct rules_counts c = {.files = r->n_files, .applications = r->n_applications, .tests = r->n_tests,
                             .signatures = r->n_signatures};
    size_t others = 0;
    for (size_t i = 0; i < r->n_entries; i++)
        count_entry(&r->entries[i], &c.hosts, &c.addresses, &c.ports, &others);
    return c;
}

const char *rules_file_name(const struct rules *r, size_t i)
{
    return r->files[i];
}

void rules_application(const struct rules *r, size_t i, struct rules_application *out)
{
    const struct application *a = &r->applications[i];
    *out = (struct rules_application){
        .id = a->id, .name = a->name, .source = a->source, .file = r->files[a->file], .line = a->line,
        .category_id = rules_category_ids[a->category], .category = rules_category_names[a->category],
        .catch_all = a->catch_all, .shipped = a->shipped};
    for (uint32_t k = a->first_rule; k < a->first_rule + a->n_rules; k++)
        for (uint32_t e = r->rules[k].first_entry; e < r->rules[k].first_entry + r->rules[k].n_entries; e++)
            count_entry(&r->entries[e], &out->hosts, &out->addresses, &out->ports, &out->others);
}

size_t rules_count(const struct rules *r)
{
    return r->n_rules + r->n_signatures;
}

static void signature_rule(const struct rules *r, const struct signature *s, struct rules_rule *out)
{
    *out = (struct rules_rule){r->files[s->file], s->id, "signature", s->line};
}

void rules_rule(const struct rules *r, size_t i, struct rules_rule *out)
{
    if (i >= r->n_rules) {
        signature_rule(r, &r->signatures[i - r->n_rules], out);
        return;
    }
    const struct rule *rule = &r->rules[i];
    const struct application *a = &r->applications[rule->application];
    *out = (struct rules_rule){r->files[a->file], a->id, condition_keys[rule->strongest], rule->line};
}

bool rules_ask_ja3(const struct rules *r)
{
    return r->marks.has[ENTRY_JA3];
}

bool rules_ask_ja4(const struct rules *r)
{
    return r->marks.has[ENTRY_JA4];
}
