/* SPDX-License-Identifier: BSD-2-Clause */
/* application.c - from a record to a query of the rules, and back. */
#include "record/application.h"

#include "ndpi/labels.h"

#include <stdio.h>

/* What the host name is that nDPI found, by the protocol it found it in; of others, as DHCP, it is the client's. */
static bool kind_of_hostname(struct dpi_text protocol, enum rules_name_kind *kind)
{
    static const struct {
        const char *protocol;
        enum rules_name_kind kind;
    } kinds[] = {
        {"TLS", RULES_NAME_sni},         {"QUIC", RULES_NAME_sni},         {"DTLS", RULES_NAME_sni},
        {"HTTP", RULES_NAME_http_host},  {"HTTP_Proxy", RULES_NAME_http_host}, {"HTTP_Connect", RULES_NAME_http_host},
        {"HTTP2", RULES_NAME_http_host}, {"DNS", RULES_NAME_dns},          {"MDNS", RULES_NAME_dns},
        {"LLMNR", RULES_NAME_dns},       {"DoH_DoT", RULES_NAME_sni},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dpi_text_eq(protocol, dpi_text_of(kinds[i].protocol))) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* The names that the record has, those asked for first. */
static void set_names(const struct dpi_record *r, struct arena *arena, struct rules_query *q)
{
    struct dpi_value host = dpi_record_attr(r, DPI_FIELD_hostname);
    struct dpi_value of_certificate = dpi_record_attr(r, DPI_FIELD_tls_server_names);
    size_t n = of_certificate.kind == DPI_LIST ? of_certificate.list.n : 0;
    struct rules_name *names = arena_alloc(arena, (n + 1) * sizeof(*names));
    q->names = names;
    if (host.kind == DPI_TEXT && kind_of_hostname(r->protocol, &names[0].kind))
        names[q->n_names++].name = host.text;
    for (size_t i = 0; i < n; i++)
        names[q->n_names++] = (struct rules_name){of_certificate.list.v[i], RULES_NAME_certificate};
}

static struct dpi_text text_attr(const struct dpi_record *r, enum dpi_field_id field)
{
    struct dpi_value v = dpi_record_attr(r, field);
    return v.kind == DPI_TEXT ? v.text : (struct dpi_text){0};
}

void application_query(const struct dpi_record *r, uint8_t transport, struct arena *arena, struct rules_query *q)
{
    *q = (struct rules_query){
        .end = {[RULES_CLIENT] = {r->src, r->has_ports, r->src_port},
                [RULES_SERVER] = {r->dst, r->has_ports, r->dst_port}},
        .transport = transport,
        .protocol = r->protocol,
        .ja3 = text_attr(r, DPI_FIELD_ja3),
        .ja4 = text_attr(r, DPI_FIELD_ja4),
        .certificate_sha1 = text_attr(r, DPI_FIELD_tls_cert_sha1),
    };
    set_names(r, arena, q);
}

/* What nDPI guesses by address or port, or takes a company's name for, is not specific. */
static bool ndpi_is_specific(const struct dpi_record *r)
{
    return r->application.p && dpi_text_eq(r->application_by, dpi_text_of("ndpi")) &&
           !label_is_general(r->application.p);
}

static struct dpi_text rule_text(struct arena *arena, const struct rules_match *m)
{
    size_t n = strlen(m->file) + 1 + strlen(m->id);
    char *text = arena_alloc(arena, n + 1);
    snprintf(text, n + 1, "%s:%s", m->file, m->id);
    return (struct dpi_text){text, n};
}

void application_set(struct dpi_record *r, const struct rules *rules, uint8_t transport, struct arena *arena,
                     uint64_t *hits)
{
    struct rules_query q;
    struct rules_match m;
    application_query(r, transport, arena, &q);
    if (!rules_find(rules, &q, &m) || ((m.catch_all || m.client_only) && ndpi_is_specific(r)))
        return;
    r->application = dpi_text_of(m.application);
    r->category = dpi_text_of(m.category);
    r->application_by = dpi_text_of(m.by);
    r->rule = rule_text(arena, &m);
    if (hits)
        hits[m.rule]++;
}
