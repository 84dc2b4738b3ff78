/* SPDX-License-Identifier: BSD-2-Clause */
/* test_rules_match.c - random rules and flows: what is found is what a matcher finds that looks at every rule, one
 * after the other, and knows nothing of keys. With the argument "deep" a million flows. */
#include "rules/load.h"
#include "rules/rules.h"
#include "unit.h"
#include "util/buf.h"
#include "util/prefix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 3, APPS = 5, RULES_OF_APP = 2, VALUES = 3, NAMES = 3, TEXT = 80 };

static uint64_t flows = 20000;
static uint64_t seed = 0x5eed;

static unsigned pick(unsigned n)
{
    return (unsigned)(unit_random(&seed) % n);
}

/* --- rules as the reference knows them ------------------------------------------------------------------ */

struct ref_rule {
    unsigned app, file, index;
    char hosts[VALUES][TEXT]; /* as in the file */
    struct prefix prefixes[VALUES];
    unsigned ports[VALUES][2]; /* of TCP */
    unsigned n_hosts, n_prefixes, n_ports;
    bool tls;
};

struct ref {
    struct ref_rule rules[FILES * APPS * RULES_OF_APP];
    unsigned n_rules, n_apps;
    bool catch_all[FILES * APPS];
};

static void random_name(char *out, unsigned labels)
{
    out[0] = '\0';
    for (unsigned i = 0; i < labels; i++)
        sprintf(out + strlen(out), "%s%c%s", i ? "." : "", 'a' + (char)pick(3), pick(4) ? "" : "x");
}

static void random_host(char *out)
{
    char name[TEXT];
    random_name(name, 1 + pick(4));
    switch (pick(5)) {
    case 0:
        sprintf(out, "=%s", name);
        return;
    case 1:
        sprintf(out, "*.%s", name);
        return;
    case 2:
        sprintf(out, "%c*%s?.%s", 'a' + (char)pick(3), pick(2) ? "." : "", name);
        return;
    default:
        strcpy(out, name);
    }
}

static struct prefix random_prefix(void)
{
    char text[64];
    struct prefix p;
    if (pick(2))
        sprintf(text, "10.%u.%u.%u/%u", pick(3), pick(4), pick(256), pick(32) ? 16 + pick(17) : 0);
    else
        sprintf(text, "fd00::%x/%u", pick(4096), pick(32) ? 112 + pick(17) : 0);
    assert_true(prefix_parse(&p, text));
    return p;
}

static void write_hosts(struct buf *b, struct ref_rule *r)
{
    buf_str(b, "hosts: [");
    for (r->n_hosts = 0; r->n_hosts < VALUES; r->n_hosts++) {
        random_host(r->hosts[r->n_hosts]);
        buf_str(b, r->n_hosts ? ", \"" : "\"");
        buf_str(b, r->hosts[r->n_hosts]);
        buf_str(b, "\"");
    }
    buf_str(b, "]");
}

static void write_addresses(struct buf *b, struct ref_rule *r)
{
    buf_str(b, "addresses: [");
    for (r->n_prefixes = 0; r->n_prefixes < VALUES; r->n_prefixes++) {
        char text[DPI_ADDR_MAX], all[DPI_ADDR_MAX + 16];
        r->prefixes[r->n_prefixes] = random_prefix();
        dpi_addr_text(text, &r->prefixes[r->n_prefixes].addr);
        snprintf(all, sizeof(all), "%s\"%s/%u\"", r->n_prefixes ? ", " : "", text, r->prefixes[r->n_prefixes].bits);
        buf_str(b, all);
    }
    buf_str(b, "]");
}

static void write_ports(struct buf *b, struct ref_rule *r)
{
    buf_str(b, "ports: [");
    for (r->n_ports = 0; r->n_ports < VALUES; r->n_ports++) {
        char text[48];
        unsigned first = 1 + pick(40), last = first + pick(5);
        r->ports[r->n_ports][0] = first;
        r->ports[r->n_ports][1] = last;
        snprintf(text, sizeof(text), "%stcp/%u-%u", r->n_ports ? ", " : "", first, last);
        buf_str(b, text);
    }
    buf_str(b, "]");
}

/* One entry of match, with one or more conditions. */
static void write_rule(struct buf *b, struct ref_rule *r)
{
    unsigned conditions = 1 + pick(15);
    if (conditions == 8)
        conditions |= 1u << pick(3); /* or half of all flows would match */
    const char *between = "";
    buf_str(b, "      - {");
    for (unsigned i = 0; i < 4; i++) {
        if (!(conditions & 1u << i))
            continue;
        buf_str(b, between);
        between = ", ";
        if (i == 0)
            write_hosts(b, r);
        else if (i == 1)
            write_addresses(b, r);
        else if (i == 2)
            write_ports(b, r);
        else
            buf_str(b, "protocols: [TLS]");
        r->tls |= i == 3;
    }
    buf_str(b, "}\n");
}

static void write_file(struct buf *b, struct ref *ref, unsigned file)
{
    buf_str(b, "version: 1\napplications:\n");
    for (unsigned i = 0; i < APPS; i++) {
        char head[200];
        unsigned app = ref->n_apps++;
        ref->catch_all[app] = pick(4) == 0;
        snprintf(head, sizeof(head), "  - id: app%u\n    name: App %u\n    category: web\n    catch-all: %s\n    match:\n",
                 app, app, ref->catch_all[app] ? "true" : "false");
        buf_str(b, head);
        for (unsigned k = 0; k < RULES_OF_APP; k++) {
            struct ref_rule *r = &ref->rules[ref->n_rules];
            *r = (struct ref_rule){.app = app, .file = file, .index = ref->n_rules++};
            write_rule(b, r);
        }
    }
}

static struct rules *random_rules(struct ref *ref)
{
    struct rules_problems problems = {0};
    struct rules *r = model_new();
    *ref = (struct ref){0};
    for (unsigned file = 0; file < FILES; file++) {
        struct buf b = {0};
        char name[16];
        write_file(&b, ref, file);
        snprintf(name, sizeof(name), "file%u", file);
        struct source *s = source_memory(b.p, b.n);
        load_file(r, s, name, file == 0, &problems);
        source_close(s);
        buf_free(&b);
    }
    if (problems.n)
        fail_msg("%s:%u: %s", problems.v[0].place.file, problems.v[0].place.line, problems.v[0].text);
    model_seal(r);
    return r;
}

/* --- flows ---------------------------------------------------------------------------------------------- */

struct flow {
    char text[NAMES][TEXT];
    struct rules_name names[NAMES];
    struct rules_query q;
};

static void random_flow(struct flow *f)
{
    static const enum name_kind kinds[] = {NAME_SNI, NAME_DNS, NAME_CERTIFICATE,
                                                 NAME_DNS_HINT};
    f->q = (struct rules_query){.names = f->names, .n_names = pick(NAMES + 1), .transport = pick(8) ? 6 : 17};
    for (size_t i = 0; i < f->q.n_names; i++) {
        random_name(f->text[i], 1 + pick(5));
        f->names[i] = (struct rules_name){dpi_text_of(f->text[i]), kinds[pick(4)]};
    }
    for (unsigned end = 0; end < RULES_ENDS; end++) {
        struct prefix p = random_prefix();
        p.addr.b[p.addr.family == 4 ? 3 : 15] = (uint8_t)pick(256);
        f->q.end[end] = (struct rules_end){p.addr, pick(8) != 0, (uint16_t)(1 + pick(45))};
    }
    f->q.protocol = dpi_text_of(pick(2) ? "TLS" : "QUIC");
}

/* --- the reference -------------------------------------------------------------------------------------- */

static bool ref_glob(const char *glob, const char *text)
{
    if (*glob == '\0')
        return *text == '\0';
    if (*glob == '*')
        return ref_glob(glob + 1, text) || (*text && ref_glob(glob, text + 1));
    return *text && (*glob == '?' || *glob == *text) && ref_glob(glob + 1, text + 1);
}

/* Form 0 exact, 1 suffix, 2 glob; -1: does not match. */
static int ref_host(const char *host, const char *name, int *length)
{
    size_t n = strlen(host), m = strlen(name);
    *length = 0;
    if (host[0] == '=') {
        *length = (int)n - 1;
        return strcmp(host + 1, name) == 0 ? 0 : -1;
    }
    if (strpbrk(host, "*?")) {
        for (const char *p = host; *p; p++)
            *length += *p != '*' && *p != '?';
        return ref_glob(host, name) ? 2 : -1;
    }
    *length = (int)n;
    bool below = m > n && name[m - n - 1] == '.' && strcmp(name + m - n, host) == 0;
    return below || strcmp(host, name) == 0 ? 1 : -1;
}

static bool ref_address(const struct ref_rule *r, const struct rules_end *e)
{
    for (unsigned i = 0; i < r->n_prefixes; i++)
        if (prefix_has(&r->prefixes[i], &e->addr))
            return true;
    return false;
}

static bool ref_port(const struct ref_rule *r, const struct rules_query *q, const struct rules_end *e)
{
    for (unsigned i = 0; i < r->n_ports; i++)
        if (q->transport == 6 && e->has_port && e->port >= r->ports[i][0] && e->port <= r->ports[i][1])
            return true;
    return false;
}

/* Whether address and port conditions hold at the end. */
static bool ref_end(const struct ref_rule *r, const struct rules_query *q, unsigned end)
{
    return (!r->n_prefixes || ref_address(r, &q->end[end])) && (!r->n_ports || ref_port(r, q, &q->end[end]));
}

/* What ranks a candidate, the first number that differs decides, the smaller wins. */
struct rank {
    int v[9];
    unsigned app;
};

static void ref_offer(struct rank *best, bool *found, const struct rank *r)
{
    size_t i = 0;
    while (*found && i < 8 && r->v[i] == best->v[i])
        i++;
    if (!*found || r->v[i] < best->v[i])
        *best = *r;
    *found = true;
}

static struct rank rank_of(const struct ref *ref, const struct ref_rule *r, int level, int form, int length, int name)
{
    return (struct rank){{0, r->file == 0, ref->catch_all[r->app], level, form, -length, -(int)r->file, (int)r->index,
                          name}, r->app};
}

static bool ref_by_name(const struct ref *ref, const struct rules_query *q, size_t name, int level, struct rank *best)
{
    bool found = false;
    for (unsigned i = 0; i < ref->n_rules; i++) {
        const struct ref_rule *r = &ref->rules[i];
        bool client = r->n_prefixes && ref_end(r, q, RULES_CLIENT);
        if (!(ref_end(r, q, RULES_SERVER) || client) || (r->tls && strcmp(q->protocol.p, "TLS") != 0))
            continue;
        for (unsigned k = 0; k < r->n_hosts; k++) {
            int length, form = ref_host(r->hosts[k], q->names[name].name.p, &length);
            struct rank rank = rank_of(ref, r, level, form, length, (int)name);
            if (form >= 0)
                ref_offer(best, &found, &rank);
        }
    }
    return found;
}

static void ref_by_certificate(const struct ref *ref, const struct rules_query *q, struct rank *best, bool *found)
{
    struct rank all, one;
    bool any = false;
    int specific = -1;
    for (size_t i = 0; i < q->n_names; i++) {
        if (q->names[i].kind != NAME_CERTIFICATE || !ref_by_name(ref, q, i, 1, &one))
            continue;
        if (!ref->catch_all[one.app] && specific >= 0 && (unsigned)specific != one.app)
            return;
        if (!ref->catch_all[one.app])
            specific = (int)one.app;
        ref_offer(&all, &any, &one);
    }
    if (any)
        ref_offer(best, found, &all);
}

static void ref_by_rest(const struct ref *ref, const struct rules_query *q, const struct ref_rule *r,
                        struct rank *best, bool *found)
{
    if (r->n_hosts || (r->tls && strcmp(q->protocol.p, "TLS") != 0))
        return;
    for (unsigned end = 0; end < RULES_ENDS; end++) {
        for (unsigned k = 0; k < r->n_prefixes && ref_end(r, q, end); k++) {
            struct rank rank = rank_of(ref, r, 4, 0, (int)r->prefixes[k].bits, 0);
            rank.v[0] = end == RULES_CLIENT;
            if (prefix_has(&r->prefixes[k], &q->end[end].addr))
                ref_offer(best, found, &rank);
        }
    }
    if (r->n_prefixes || !ref_end(r, q, RULES_SERVER))
        return;
    struct rank rank = rank_of(ref, r, r->n_ports ? 5 : 6, 0, 0, 0);
    ref_offer(best, found, &rank);
}

static bool ref_find(const struct ref *ref, const struct rules_query *q, unsigned *app)
{
    struct rank best, one;
    bool found = false;
    for (size_t i = 0; i < q->n_names; i++) {
        int level = q->names[i].kind == NAME_DNS_HINT ? 2 : 0;
        if (q->names[i].kind != NAME_CERTIFICATE && ref_by_name(ref, q, i, level, &one))
            ref_offer(&best, &found, &one);
    }
    ref_by_certificate(ref, q, &best, &found);
    for (unsigned i = 0; i < ref->n_rules; i++)
        ref_by_rest(ref, q, &ref->rules[i], &best, &found);
    *app = found ? best.app : 0;
    return found;
}

/* --- the comparison ------------------------------------------------------------------------------------- */

static void note_winner(void *ctx, const struct rules_candidate_info *info)
{
    if (!info->why)
        snprintf(ctx, TEXT, "%s", info->match.id);
}

static void finds_what_a_naive_matcher_finds(void **state)
{
    (void)state;
    struct ref *ref = malloc(sizeof(*ref));
    uint64_t matches = 0;
    for (uint64_t done = 0; done < flows;) { /* new rules now and then */
        struct rules *r = random_rules(ref);
        for (unsigned i = 0; i < 500 && done < flows; i++, done++) {
            struct flow f;
            struct rules_match m;
            unsigned app;
            char expected[TEXT] = "none", explained[TEXT] = "none";
            random_flow(&f);
            if (ref_find(ref, &f.q, &app))
                snprintf(expected, sizeof(expected), "app%u", app);
            bool found = rules_find(r, &f.q, &m);
            assert_string_equal(found ? m.id : "none", expected);
            rules_explain(r, &f.q, note_winner, explained);
            assert_string_equal(explained, expected);
            matches += found;
        }
        rules_free(r);
    }
    assert_true(matches > flows / 4 && matches < flows);
    free(ref);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_a_naive_matcher_finds)};
    if (argc > 1 && strcmp(argv[1], "deep") == 0)
        flows = 1000000;
    return cmocka_run_group_tests_name("rules_match", tests, NULL, NULL);
}
