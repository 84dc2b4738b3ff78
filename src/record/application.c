/* SPDX-License-Identifier: BSD-2-Clause */
/* application.c - from a record to a query of the rules, and back. */
#include "record/application.h"

#include "ndpi/labels.h"
#include "record/named.h"
#include "record/protocol.h"

#include <stdio.h>

static size_t count_kind(const struct named *v, size_t n, enum name_kind kind)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += v[i].kind == kind;
    return found;
}

/* The name that a DHCP client has is none of an application. A DNS flow that asks for many names is of no
 * application more than of the others. */
static void set_names(const struct named *v, size_t n, struct arena *arena, struct rules_query *q)
{
    bool one_question = count_kind(v, n, NAME_DNS) == 1;
    struct rules_name *names = arena_alloc(arena, n * sizeof(*names));
    q->names = names;
    for (size_t i = 0; i < n; i++)
        if (v[i].kind != NAME_DHCP && (v[i].kind != NAME_DNS || one_question))
            names[q->n_names++] = (struct rules_name){v[i].text, v[i].kind};
}

static struct dpi_text text_attr(const struct dpi_record *r, enum dpi_field_id field)
{
    struct dpi_value v = dpi_record_attr(r, field);
    return v.kind == DPI_TEXT ? v.text : (struct dpi_text){0};
}

/* What a flow and its record tell rules: names, fingerprints and ends. The query borrows from both and the arena. */
static void make_query(const struct dpi_record *r, const struct flow *f, struct arena *arena, struct rules_query *q)
{
    struct named *names;
    size_t n = named_all(arena, f, r->protocol, r->attrs, r->n_attrs, &names);
    *q = (struct rules_query){
        .end = {[RULES_CLIENT] = {r->src, r->has_ports, r->src_port},
                [RULES_SERVER] = {r->dst, r->has_ports, r->dst_port}},
        .transport = f->key.transport,
        .protocol = r->protocol,
        .ja3 = text_attr(r, DPI_FIELD_ja3),
        .ja4 = text_attr(r, DPI_FIELD_ja4),
        .certificate_sha1 = text_attr(r, DPI_FIELD_tls_cert_sha1),
    };
    set_names(names, n, arena, q);
}

/* What nDPI guesses by address or port, or takes a company's name for, is not specific. */
static bool ndpi_is_specific(const struct dpi_record *r)
{
    return r->application.p && dpi_text_eq(r->application_by, dpi_text_of("ndpi")) &&
           !label_is_general(r->application.p);
}

/* Behind the signature that named the protocol, when one did. */
static struct dpi_text add_rule(struct arena *arena, struct dpi_text before, const struct rules_match *m)
{
    struct dpi_text rule = protocol_rule_text(arena, m->file, m->id);
    if (!before.p)
        return rule;
    size_t n = before.n + 1 + rule.n;
    char *text = arena_alloc(arena, n + 1);
    snprintf(text, n + 1, "%s;%s", before.p, rule.p);
    return (struct dpi_text){text, n};
}

void application_set(struct dpi_record *r, const struct rules *rules, const struct flow *f, struct arena *arena,
                     uint64_t *hits)
{
    struct rules_query q;
    struct rules_match m;
    make_query(r, f, arena, &q);
    if (!rules_find(rules, &q, &m) || ((m.catch_all || m.client_only) && ndpi_is_specific(r)))
        return;
    r->application = dpi_text_of(m.application);
    r->category = dpi_text_of(m.category);
    r->application_by = dpi_text_of(m.by);
    r->rule = add_rule(arena, r->rule, &m);
    if (hits)
        hits[m.rule]++;
}
