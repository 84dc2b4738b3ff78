/* SPDX-License-Identifier: BSD-2-Clause */
/* protocol.c - the first messages of a flow to a query of the signatures, and back. */
#include "record/protocol.h"

#include "flow/firsts.h"

#include <stdio.h>

struct dpi_text protocol_rule_text(struct arena *arena, const char *file, const char *id)
{
    size_t n = strlen(file) + 1 + strlen(id);
    char *text = arena_alloc(arena, n + 1);
    snprintf(text, n + 1, "%s:%s", file, id);
    return (struct dpi_text){text, n};
}

static bool is_by(const struct dpi_record *r, const char *by)
{
    return dpi_text_eq(r->classified_by, dpi_text_of(by));
}

static bool by_payload(const struct dpi_record *r)
{
    return !is_by(r, "none") && !is_by(r, "ip") && !is_by(r, "port");
}

static void drop_guessed_application(struct dpi_record *r)
{
    if (!dpi_text_eq(r->application_by, dpi_text_of("port")))
        return;
    r->application = (struct dpi_text){0};
    r->application_by = (struct dpi_text){0};
}

void protocol_set(struct dpi_record *r, const struct rules *rules, const struct flow *f, struct arena *arena,
                  uint64_t *hits)
{
    struct rules_signature_match m;
    unsigned client = flow_client(f);
    struct rules_payload p = {.transport = f->key.transport, .port = f->key.port[!client]};
    if (!f->firsts)
        return;
    for (unsigned side = 0; side < 2; side++)
        p.side[side].v = firsts_of(f, client ^ side, &p.side[side].n);
    if (!rules_find_signature(rules, &p, &m) || (by_payload(r) && !m.override))
        return;
    r->protocol = dpi_text_of(m.signature.protocol);
    r->category = dpi_text_of(m.signature.category);
    r->classified_by = dpi_text_of("signature");
    r->rule = protocol_rule_text(arena, m.signature.file, m.signature.id);
    drop_guessed_application(r);
    if (hits)
        hits[m.rule]++;
}
