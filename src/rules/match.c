/* SPDX-License-Identifier: BSD-2-Clause */
/* match.c - looks up what a flow has: each ending of its names that begins a label, its fingerprints, and the
 * prefixes of its addresses and ports of every length that a rule has. */
#include "rules/match.h"

#include "expr/glob.h"
#include "rules/host.h"
#include "rules/keys.h"

#include <ctype.h>
#include <string.h>

struct search {
    const struct rules *r;
    const struct rules_query *q;
    candidate_fn *fn;
    void *ctx;
};

/* --- further conditions --------------------------------------------------------------------------------- */

/* Which lengths of prefix are there for such an address. */
static const bool *lengths_of(const struct rules *r, const struct dpi_addr *a)
{
    return a->family == 4 ? r->marks.has_bits4 : r->marks.has_bits[ENTRY_ADDRESS];
}

/* Whether the rule has, or with NO_RULE any rule has, the prefix of so many bits. */
static uint32_t find_address(const struct rules *r, uint32_t rule, const struct dpi_addr *a, unsigned bits)
{
    uint8_t key[KEY_MAX];
    return lengths_of(r, a)[bits] ? model_find(r, ENTRY_ADDRESS, rule, key, key_of_address(key, a, bits)) : NO_ENTRY;
}

static uint32_t find_port(const struct rules *r, uint32_t rule, uint8_t transport, uint16_t port, unsigned bits)
{
    uint8_t key[KEY_MAX];
    if (!r->marks.has_bits[ENTRY_PORT][bits])
        return NO_ENTRY;
    return model_find(r, ENTRY_PORT, rule, key, key_of_port(key, transport, port, bits));
}

static bool address_holds(const struct search *s, uint32_t rule, const struct rules_end *end)
{
    for (unsigned bits = 0; end->addr.family && bits <= address_bits(&end->addr); bits++)
        if (find_address(s->r, rule, &end->addr, bits) != NO_ENTRY)
            return true;
    return false;
}

static bool port_holds(const struct search *s, uint32_t rule, const struct rules_end *end)
{
    for (unsigned bits = 0; end->has_port && bits <= PORT_BITS; bits++)
        if (find_port(s->r, rule, s->q->transport, end->port, bits) != NO_ENTRY)
            return true;
    return false;
}

/* Texts are folded to lower case into key; returns the length, 0 when there is none or it is too long. */
static size_t fold(uint8_t key[static UINT8_MAX], struct dpi_text text)
{
    if (!text.p || text.n > UINT8_MAX)
        return 0;
    for (size_t i = 0; i < text.n; i++)
        key[i] = (uint8_t)tolower((unsigned char)text.p[i]);
    return text.n;
}

static uint32_t find_text(const struct rules *r, enum entry_kind kind, uint32_t rule, struct dpi_text text)
{
    uint8_t key[UINT8_MAX];
    size_t n = r->marks.has[kind] ? fold(key, text) : 0;
    return n ? model_find(r, kind, rule, key, n) : NO_ENTRY;
}

static bool asks(const struct rule *rule, enum condition c)
{
    return rule->conditions & 1u << c && rule->strongest != c;
}

/* Address and port are those of one end, and a port alone is the server's. client, server: whether that end may be
 * it. Returns the condition that fails. */
static enum condition end_fails(const struct search *s, uint32_t index, bool client, bool server)
{
    const struct rule *rule = &s->r->rules[index];
    const struct rules_end *end = s->q->end;
    bool wants_address = asks(rule, CONDITION_addresses), wants_port = asks(rule, CONDITION_ports);
    if (wants_address) {
        client = client && address_holds(s, index, &end[RULES_CLIENT]);
        server = server && address_holds(s, index, &end[RULES_SERVER]);
    } else if (wants_port && client && server) {
        client = false;
    }
    if (!client && !server)
        return CONDITION_addresses;
    if (wants_port && !(client && port_holds(s, index, &end[RULES_CLIENT])) &&
        !(server && port_holds(s, index, &end[RULES_SERVER])))
        return CONDITION_ports;
    return CONDITIONS;
}

static enum condition first_failing(const struct search *s, uint32_t index, bool client, bool server)
{
    const struct rules *r = s->r;
    const struct rule *rule = &r->rules[index];
    if (rule_is_plain(rule))
        return CONDITIONS;
    if (asks(rule, CONDITION_certificates) &&
        find_text(r, ENTRY_CERTIFICATE, index, s->q->certificate_sha1) == NO_ENTRY)
        return CONDITION_certificates;
    if (asks(rule, CONDITION_ja4) && find_text(r, ENTRY_JA4, index, s->q->ja4) == NO_ENTRY)
        return CONDITION_ja4;
    if (asks(rule, CONDITION_ja3) && find_text(r, ENTRY_JA3, index, s->q->ja3) == NO_ENTRY)
        return CONDITION_ja3;
    if (asks(rule, CONDITION_protocols) && find_text(r, ENTRY_PROTOCOL, index, s->q->protocol) == NO_ENTRY)
        return CONDITION_protocols;
    return end_fails(s, index, client, server);
}

/* --- candidates --------------------------------------------------------------------------------------- */

/* Of what a name of the kind finds. */
static enum level level_of(enum name_kind kind)
{
    return kind == NAME_CERTIFICATE ? LEVEL_CERTIFICATE : kind == NAME_DNS_HINT ? LEVEL_HINT : LEVEL_ASKED;
}

static bool offer(const struct search *s, struct candidate *c, bool client, bool server)
{
    c->fails = first_failing(s, c->entry->rule, client, server);
    return s->fn(s->ctx, c);
}

/* Those under one key, all of the same level. */
static void offer_chain(const struct search *s, uint32_t at, enum level level, unsigned length, bool client_only)
{
    bool address = level == LEVEL_ADDRESS, port = level == LEVEL_PORT;
    for (; at != NO_ENTRY; at = s->r->entries[at].next) {
        struct candidate c = {.entry = &s->r->entries[at], .level = level, .length = length,
                              .client_only = client_only};
        if (!offer(s, &c, client_only || !(address || port), !client_only))
            return;
    }
}

struct name_search {
    struct search s;
    struct dpi_text name; /* as rules have it */
    struct candidate c;   /* what is the same for all by this name */
};

/* Whether the host or glob, found under the end of the name from begin on, is the name's. */
static bool is_name(const struct name_search *n, const struct entry *e, size_t begin)
{
    if (e->kind == ENTRY_GLOB)
        return glob_match((struct dpi_text){entry_bytes(n->s.r, e), e->n}, n->name);
    return begin == 0 || !e->exact;
}

static void offer_hosts(struct name_search *n, size_t begin)
{
    const struct rules *r = n->s.r;
    uint32_t at = model_find(r, ENTRY_HOST, NO_RULE, n->name.p + begin, n->name.n - begin);
    for (; at != NO_ENTRY; at = r->entries[at].next) {
        struct candidate c = n->c;
        c.entry = &r->entries[at];
        if (!is_name(n, c.entry, begin))
            continue;
        c.length = precedence_length(r, c.entry);
        if (!offer(&n->s, &c, true, true))
            return;
    }
}

void match_name(const struct rules *r, const struct rules_query *q, size_t name, candidate_fn *fn, void *ctx)
{
    char text[HOST_MAX];
    const struct rules_name *asked = &q->names[name];
    size_t n = r->marks.has[ENTRY_HOST] ? host_of_flow(text, asked->name) : 0;
    if (n == 0)
        return;
    struct name_search search = {
        .s = {r, q, fn, ctx},
        .name = {text, n},
        .c = {.level = level_of(asked->kind), .name = name, .name_kind = asked->kind},
    };
    for (size_t begin = 0; begin < n; begin = host_next_label(text, n, begin))
        offer_hosts(&search, begin);
    offer_hosts(&search, n); /* globs that end with a wildcard */
}

static bool is_near(const struct rules *r, const struct dpi_addr *a)
{
    unsigned begin = (unsigned)a->b[0] << 8 | a->b[1];
    return a->family != 4 || r->marks.near4[begin / 8] >> begin % 8 & 1;
}

/* The longest prefixes first. */
static void offer_addresses(const struct search *s, const struct rules_end *end, bool client)
{
    uint8_t key[KEY_MAX];
    if (!end->addr.family || !is_near(s->r, &end->addr))
        return;
    const bool *known = lengths_of(s->r, &end->addr);
    for (unsigned bits = address_bits(&end->addr) + 1; bits-- > 0;) {
        if (!known[bits])
            continue;
        size_t n = key_of_address(key, &end->addr, bits);
        offer_chain(s, model_find(s->r, ENTRY_ADDRESS, NO_RULE, key, n), LEVEL_ADDRESS, bits, client);
    }
}

void match_rest(const struct rules *r, const struct rules_query *q, candidate_fn *fn, void *ctx)
{
    struct search s = {r, q, fn, ctx};
    const struct rules_end *server = &q->end[RULES_SERVER];
    offer_chain(&s, find_text(r, ENTRY_CERTIFICATE, NO_RULE, q->certificate_sha1), LEVEL_FINGERPRINT, 0, false);
    offer_chain(&s, find_text(r, ENTRY_JA4, NO_RULE, q->ja4), LEVEL_FINGERPRINT, 0, false);
    offer_chain(&s, find_text(r, ENTRY_JA3, NO_RULE, q->ja3), LEVEL_FINGERPRINT, 0, false);
    offer_addresses(&s, server, false);
    offer_addresses(&s, &q->end[RULES_CLIENT], true);
    for (unsigned bits = 0; server->has_port && bits <= PORT_BITS; bits++)
        offer_chain(&s, find_port(r, NO_RULE, q->transport, server->port, bits), LEVEL_PORT, 0, false);
    offer_chain(&s, find_text(r, ENTRY_PROTOCOL, NO_RULE, q->protocol), LEVEL_PROTOCOL, 0, false);
}

/* --- the winner --------------------------------------------------------------------------------------- */

bool match_disagrees(const struct rules *r, const struct candidate **first, const struct candidate *c)
{
    const struct application *a = entry_application(r, c->entry);
    if (a->catch_all)
        return false;
    if (*first)
        return strcmp(entry_application(r, (*first)->entry)->id, a->id) != 0;
    *first = c;
    return false;
}

struct best {
    const struct rules *r;
    struct candidate c;
    bool found;
};

static void keep_better(struct best *best, const struct candidate *c)
{
    if (!best->found || precedence(best->r, c, &best->c, NULL) < 0)
        best->c = *c;
    best->found = true;
}

static bool take(void *ctx, const struct candidate *c)
{
    if (c->fails != CONDITIONS)
        return true;
    keep_better(ctx, c);
    return false; /* those behind it do not go before it */
}

static void find_by_certificate(const struct rules *r, const struct rules_query *q, struct best *best)
{
    struct best all = {.r = r};
    struct candidate kept;
    const struct candidate *first = NULL;
    for (size_t i = 0; i < q->n_names; i++) {
        struct best one = {.r = r};
        if (level_of(q->names[i].kind) != LEVEL_CERTIFICATE)
            continue;
        match_name(r, q, i, take, &one);
        if (!one.found)
            continue;
        if (match_disagrees(r, &first, &one.c))
            return;
        if (first == &one.c) {
            kept = one.c;
            first = &kept;
        }
        keep_better(&all, &one.c);
    }
    if (all.found)
        keep_better(best, &all.c);
}

static void find_by_level(const struct rules *r, const struct rules_query *q, enum level level, struct best *best)
{
    if (level == LEVEL_CERTIFICATE) {
        find_by_certificate(r, q, best);
        return;
    }
    for (size_t i = 0; i < q->n_names; i++)
        if (level_of(q->names[i].kind) == level)
            match_name(r, q, i, take, best);
}

/* Whether nothing of a later level can go before what was found: see precedence.c. */
static bool is_decided(const struct best *best)
{
    if (!best->found)
        return false;
    const struct application *a = entry_application(best->r, best->c.entry);
    return !a->catch_all && !(a->shipped && best->r->has_user);
}

bool rules_find(const struct rules *r, const struct rules_query *q, struct rules_match *out)
{
    struct best best = {.r = r};
    for (enum level level = LEVEL_ASKED; level <= LEVEL_HINT && !is_decided(&best); level++)
        find_by_level(r, q, level, &best);
    if (!is_decided(&best))
        match_rest(r, q, take, &best);
    if (best.found)
        match_describe(r, &best.c, out);
    return best.found;
}

static const char *by_word(const struct candidate *c)
{
    static const char *const words[ENTRY_KINDS] = {
        [ENTRY_CERTIFICATE] = "certificate", [ENTRY_JA4] = "ja4", [ENTRY_JA3] = "ja3",
        [ENTRY_ADDRESS] = "ip", [ENTRY_PORT] = "port", [ENTRY_PROTOCOL] = "protocol",
    };
    const char *word = words[c->entry->kind];
    return word ? word : name_kind_word(c->name_kind);
}

void match_describe(const struct rules *r, const struct candidate *c, struct rules_match *out)
{
    const struct application *a = entry_application(r, c->entry);
    *out = (struct rules_match){
        .id = a->id, .application = a->name, .category = rules_category_names[a->category],
        .file = r->files[a->file], .line = c->entry->line, .by = by_word(c), .catch_all = a->catch_all,
        .client_only = c->client_only, .rule = c->entry->rule};
}
