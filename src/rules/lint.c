/* SPDX-License-Identifier: BSD-2-Clause */
/* lint.c - what in a set of rules is likely not meant. */
#include "rules/model.h"

#include <libpsl.h>

#include "rules/host.h"
#include "rules/keys.h"
#include "rules/precedence.h"

#include <string.h>
#include <strings.h>

enum { LOOKED_AT_MAX = 1000 }; /* of the entries under one key: it is to end in time with any file */

struct lint {
    const struct rules *r;
    struct rules_problems *problems;
    const struct entry *told; /* the last entry that was told of: parts of a range are told once */
};

static const struct rule *rule_of(const struct lint *l, const struct entry *e)
{
    return &l->r->rules[e->rule];
}

static bool is_plain(const struct lint *l, const struct entry *e)
{
    return rule_is_plain(rule_of(l, e));
}

static const char *file_of(const struct lint *l, const struct entry *e)
{
    return l->r->files[entry_application(l->r, e)->file];
}

static struct rules_place place_of(const struct lint *l, const struct entry *e)
{
    return (struct rules_place){file_of(l, e), e->line, e->column};
}

static bool same_place(const struct entry *a, const struct entry *b)
{
    return a && a->rule == b->rule && a->line == b->line && a->column == b->column;
}

static bool same_application(const struct lint *l, const struct entry *a, const struct entry *b)
{
    return rule_of(l, a)->application == rule_of(l, b)->application;
}

/* That a user's rule takes something from a shipped one is what it is for. */
static bool same_origin(const struct lint *l, const struct entry *a, const struct entry *b)
{
    return entry_application(l->r, a)->shipped == entry_application(l->r, b)->shipped;
}

/* --- under one key ------------------------------------------------------------------------------------ */

static void tell_behind(struct lint *l, const struct entry *winner, const struct entry *e)
{
    char text[ENTRY_TEXT_MAX];
    const struct application *a = entry_application(l->r, winner);
    struct rules_place at = place_of(l, e);
    entry_text(l->r, e, text);
    if (same_application(l, winner, e))
        rules_warning(l->problems, &at, "'%s' is listed twice in %s, also in line %u", text, a->id, winner->line);
    else
        rules_warning(l->problems, &at, "'%s' is in two applications: %s in %s:%u goes before %s", text, a->id,
                      file_of(l, winner), winner->line, entry_application(l->r, e)->id);
    l->told = e;
}

static bool same_host(const struct lint *l, const struct entry *a, const struct entry *b)
{
    if (a->kind != b->kind || a->exact != b->exact || a->n != b->n)
        return false;
    return a->kind != ENTRY_GLOB || memcmp(entry_bytes(l->r, a), entry_bytes(l->r, b), a->n) == 0;
}

/* The one of those before e under its key that leaves nothing for e. */
static const struct entry *winner_over(const struct lint *l, uint32_t first, const struct entry *e)
{
    const struct rules *r = l->r;
    const struct entry *w = &r->entries[first];
    for (unsigned i = 0; w != e && i < LOOKED_AT_MAX; i++, w = &r->entries[w->next]) {
        bool always = is_plain(l, w) || (w->rule == e->rule && !same_place(w, e));
        if (always && same_host(l, w, e) && same_origin(l, w, e))
            return w;
    }
    return NULL;
}

/* A rule's further condition may list a value twice, too. */
static uint32_t first_of_key(const struct lint *l, const struct entry *e)
{
    return model_find(l->r, (enum entry_kind)e->kind, e->scoped ? e->rule : NO_RULE,
                      entry_bytes(l->r, e) + e->n - e->hashed, e->hashed);
}

static bool lint_key(struct lint *l, const struct entry *e)
{
    const struct entry *w = winner_over(l, first_of_key(l, e), e);
    if (w && !same_place(l->told, e))
        tell_behind(l, w, e);
    return w != NULL;
}

/* --- under keys that hold more -------------------------------------------------------------------------- */

static void tell_covered(struct lint *l, const struct entry *by, const struct entry *e)
{
    char text[ENTRY_TEXT_MAX], other[ENTRY_TEXT_MAX];
    struct rules_place at = place_of(l, e);
    if (same_place(l->told, e))
        return;
    rules_warning(l->problems, &at, "'%s' never decides: '%s' of %s in %s:%u has it all", entry_text(l->r, e, text),
                  entry_text(l->r, by, other), entry_application(l->r, by)->id, file_of(l, by), by->line);
    l->told = e;
}

/* The first entry of the chain that holds for more than its very name, or NULL. *mixed: others than e's application
 * are in the chain, too. */
static const struct entry *suffix_in(const struct lint *l, uint32_t at, const struct entry *e, bool *mixed)
{
    const struct entry *found = NULL;
    for (unsigned i = 0; at != NO_ENTRY; at = l->r->entries[at].next, i++) {
        if (i == LOOKED_AT_MAX)
            *mixed = true;
        if (*mixed && (found || i >= LOOKED_AT_MAX))
            break;
        const struct entry *s = &l->r->entries[at];
        if (s == e || s->exact || s->kind == ENTRY_GLOB)
            continue;
        *mixed |= !same_application(l, s, e);
        if (!found && is_plain(l, s))
            found = s;
    }
    return found;
}

/* A host is not needed when the next suffix above it is the same application's. */
static void lint_host(struct lint *l, const struct entry *e)
{
    const char *text = entry_bytes(l->r, e);
    size_t begin = e->exact ? 0 : host_next_label(text, e->n, 0);
    for (; begin < e->n; begin = host_next_label(text, e->n, begin)) {
        bool mixed = false;
        uint32_t first = model_find(l->r, ENTRY_HOST, NO_RULE, text + begin, e->n - begin);
        const struct entry *by = suffix_in(l, first, e, &mixed);
        if (mixed)
            return;
        if (by) {
            tell_covered(l, by, e);
            return;
        }
    }
}

/* A suffix goes before every glob that only matches below it. */
static void lint_glob(struct lint *l, const struct entry *e)
{
    const char *tail = entry_bytes(l->r, e) + e->n - e->hashed;
    for (size_t begin = 0; begin < e->hashed; begin = host_next_label(tail, e->hashed, begin)) {
        bool mixed = false;
        uint32_t first = model_find(l->r, ENTRY_HOST, NO_RULE, tail + begin, e->hashed - begin);
        const struct entry *by = suffix_in(l, first, e, &mixed);
        if (by && same_origin(l, by, e) &&
            entry_application(l->r, by)->catch_all <= entry_application(l->r, e)->catch_all) {
            tell_covered(l, by, e);
            return;
        }
    }
}

/* A prefix is not needed when the next shorter one is the same application's. */
static void lint_address(struct lint *l, const struct entry *e)
{
    uint8_t key[KEY_MAX];
    struct dpi_addr a = {.family = (uint8_t)entry_bytes(l->r, e)[0]};
    unsigned bits = (uint8_t)entry_bytes(l->r, e)[1];
    memcpy(a.b, entry_bytes(l->r, e) + 2, address_bits(&a) / 8);
    while (bits-- > 0) {
        bool mixed = false;
        size_t n = key_of_address(key, &a, bits);
        const struct entry *by = suffix_in(l, model_find(l->r, ENTRY_ADDRESS, NO_RULE, key, n), e, &mixed);
        if (by && !mixed)
            tell_covered(l, by, e);
        if (by || mixed)
            return;
    }
}

/* Of ports the earlier rule wins, however many it has. */
static void lint_port(struct lint *l, const struct entry *e)
{
    uint8_t key[KEY_MAX];
    const uint8_t *own = (const uint8_t *)entry_bytes(l->r, e);
    unsigned bits = own[1];
    while (bits-- > 0) {
        size_t n = key_of_port(key, own[0], (uint16_t)(own[2] << 8 | own[3]), bits);
        uint32_t at = model_find(l->r, ENTRY_PORT, NO_RULE, key, n);
        for (unsigned i = 0; at != NO_ENTRY && i < LOOKED_AT_MAX; at = l->r->entries[at].next, i++) {
            const struct entry *by = &l->r->entries[at];
            if (is_plain(l, by) && same_origin(l, by, e) && precedence_of_entries(l->r, by, e) < 0) {
                tell_covered(l, by, e);
                return;
            }
        }
    }
}

/* --- public suffixes ------------------------------------------------------------------------------------ */

/* By the list of the ICANN domains: suffixes of companies, as cloudfront.net, are what rules are for. Of globs only
 * those that are no more than a suffix, as *.co.uk. */
static void lint_public(struct lint *l, const psl_ctx_t *psl, const struct entry *e)
{
    char text[HOST_MAX + 1];
    const char *bytes = entry_bytes(l->r, e);
    bool glob = e->kind == ENTRY_GLOB;
    size_t n = glob ? e->hashed : e->n;
    if (e->exact || n == 0 || (glob && (e->n != n + 2 || memcmp(bytes, "*.", 2) != 0)))
        return;
    memcpy(text, bytes + e->n - n, n);
    text[n] = '\0';
    if (!psl_is_public_suffix2(psl, text, PSL_TYPE_ICANN))
        return;
    struct rules_place at = place_of(l, e);
    rules_warning(l->problems, &at, "'%s' is a public suffix: anybody's hosts are below it", text);
}

/* --- what no flow has ----------------------------------------------------------------------------------- */

static bool has_signature(const struct rules *r, const char *protocol)
{
    for (size_t i = 0; i < r->n_signatures; i++)
        if (strcasecmp(r->signatures[i].protocol, protocol) == 0)
            return true;
    return false;
}

static void lint_value(struct lint *l, const struct rules_lint_options *opt, const struct entry *e)
{
    char text[ENTRY_TEXT_MAX];
    struct rules_place at = place_of(l, e);
    entry_text(l->r, e, text);
    if (e->kind == ENTRY_PROTOCOL && opt->knows_protocol && !opt->knows_protocol(opt->ctx, text) &&
        !has_signature(l->r, text))
        rules_warning(l->problems, &at, "no flow has the protocol '%s'; dpitool protocols lists them", text);
    else if ((e->kind == ENTRY_JA3 && opt->no_ja3) || (e->kind == ENTRY_JA4 && opt->no_ja4))
        rules_warning(l->problems, &at, "the nDPI at hand gives no %s: this matches nothing",
                      e->kind == ENTRY_JA3 ? "JA3" : "JA4");
}

/* --- all ---------------------------------------------------------------------------------------------- */

static void lint_entry(struct lint *l, const struct entry *e)
{
    static void (*const wider[ENTRY_KINDS])(struct lint *l, const struct entry *e) = {
        [ENTRY_HOST] = lint_host, [ENTRY_GLOB] = lint_glob, [ENTRY_ADDRESS] = lint_address, [ENTRY_PORT] = lint_port};
    if (!lint_key(l, e) && wider[e->kind] && !e->scoped)
        wider[e->kind](l, e);
}

static void lint_source(struct lint *l, const struct application *a)
{
    struct rules_place at = {l->r->files[a->file], a->line, a->column};
    if (!a->source)
        rules_warning(l->problems, &at, "%s has no source: the operator's own page that tells of it", a->id);
}

/* A signature that random messages have too easily; one that only the sizes tell. */
static void lint_signature(struct lint *l, const struct rules_lint_options *opt, const struct signature *s)
{
    enum { ENOUGH_BITS = 24 };
    struct rules_place at = {l->r->files[s->file], s->line, s->column};
    const struct signature_condition *v = &l->r->conditions[s->first_condition];
    unsigned messages = s->messages * (s->sides == 3 ? 2u : 1u); /* of which each is asked, and the port once */
    unsigned bits = signature_bits(s, v) + (messages - 1) * signature_payload_bits(s, v);
    if (bits < ENOUGH_BITS)
        rules_warning(l->problems, &at, "%s asks for %u bits: with less than %d others' flows have it, too",
                      s->id, bits, ENOUGH_BITS);
    if (opt->need_source && !s->source)
        rules_warning(l->problems, &at, "%s has no source: a page that tells of the protocol", s->id);
}

void rules_lint(const struct rules *r, const struct rules_lint_options *opt, struct rules_problems *problems)
{
    struct lint l = {.r = r, .problems = problems};
    const psl_ctx_t *psl = psl_builtin();
    for (size_t i = 0; i < r->n_entries; i++) {
        const struct entry *e = &r->entries[i];
        lint_entry(&l, e);
        lint_value(&l, opt, e);
        if (psl && (e->kind == ENTRY_HOST || e->kind == ENTRY_GLOB))
            lint_public(&l, psl, e);
    }
    for (size_t i = 0; opt->need_source && i < r->n_applications; i++)
        lint_source(&l, &r->applications[i]);
    for (size_t i = 0; i < r->n_signatures; i++)
        lint_signature(&l, opt, &r->signatures[i]);
    rules_problems_sort(problems);
}
