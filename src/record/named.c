/* SPDX-License-Identifier: BSD-2-Clause */
/* named.c - from the set of a flow's names to attributes. */
#include "record/named.h"

#include "record/value_of.h"

struct dpi_text named_host(const struct flow *f)
{
    static const enum name_kind kinds[] = {NAME_SNI, NAME_HTTP_HOST, NAME_DNS, NAME_DHCP};
    struct dpi_text host = {0};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !host.p; i++)
        host = name_set_first(naming_names(f), kinds[i]);
    return host;
}

/* --- attributes --------------------------------------------------------------------------------------- */

/* Attributes in the order of fields.def. */
struct attr_list {
    struct dpi_attr *v;
    size_t n;
};

static struct dpi_value get(const struct dpi_attr *v, size_t n, enum dpi_field_id field)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].field == field)
            return v[i].value;
    return (struct dpi_value){.kind = DPI_ABSENT};
}

static void put(struct attr_list *l, enum dpi_field_id field, struct dpi_value value)
{
    size_t i = 0;
    if (value.kind == DPI_ABSENT)
        return;
    while (i < l->n && l->v[i].field < field)
        i++;
    if (i == l->n || l->v[i].field != field)
        memmove(&l->v[i + 1], &l->v[i], (l->n++ - i) * sizeof(*l->v));
    l->v[i] = (struct dpi_attr){field, value};
}

/* --- all names ---------------------------------------------------------------------------------------- */

static enum name_kind kind_of_protocol(struct dpi_text protocol)
{
    static const struct {
        const char *protocol;
        enum name_kind kind;
    } kinds[] = {{"QUIC", NAME_SNI}, {"TLS", NAME_SNI},  {"DTLS", NAME_SNI},  {"HTTP", NAME_HTTP_HOST},
                 {"DNS", NAME_DNS},  {"MDNS", NAME_DNS}, {"LLMNR", NAME_DNS}, {"DHCP", NAME_DHCP},
                 {"DHCPV6", NAME_DHCP}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dpi_text_eq(protocol, dpi_text_of(kinds[i].protocol)))
            return kinds[i].kind;
    return NAME_HOST;
}

static size_t count(const struct name_set *set, enum name_kind from, enum name_kind end)
{
    size_t n = 0;
    for (struct name_walk w = {.kind = from}; name_walk(set, end, &w); n++)
        ;
    return n;
}

static bool has_before(const struct name_set *set, enum name_kind kind, struct dpi_text text)
{
    for (enum name_kind k = 0; k < kind; k++)
        if (name_set_has(set, k, text))
            return true;
    return false;
}

/* What the detector found and our own parsers did not: for QUIC and what else they do not read. */
struct other_names {
    struct named host;
    const struct dpi_text *certificate;
    size_t n_certificate;
};

static struct other_names names_of_detector(const struct flow *f, struct dpi_text protocol,
                                            const struct dpi_attr *attrs, size_t n)
{
    struct other_names o = {.host = {.kind = kind_of_protocol(protocol)}};
    struct dpi_value host = get(attrs, n, DPI_FIELD_hostname), names = get(attrs, n, DPI_FIELD_tls_server_names);
    if (host.kind == DPI_TEXT && host.text.n && !named_host(f).p)
        o.host.text = host.text;
    if (names.kind == DPI_LIST && !name_set_first(naming_names(f), NAME_CERTIFICATE).p) {
        o.certificate = names.list.v;
        o.n_certificate = names.list.n;
    }
    return o;
}

static size_t add_kind(struct named *v, const struct name_set *set, enum name_kind kind, const struct other_names *o)
{
    size_t n = 0;
    for (struct name_walk w = {.kind = kind}; name_walk(set, kind + 1, &w);)
        if (!has_before(set, kind, w.text))
            v[n++] = (struct named){kind, w.text};
    if (o->host.text.p && o->host.kind == kind)
        v[n++] = o->host;
    for (size_t i = 0; kind == NAME_CERTIFICATE && i < o->n_certificate; i++)
        if (!has_before(set, kind, o->certificate[i]) && !dpi_text_eq(o->certificate[i], o->host.text))
            v[n++] = (struct named){kind, o->certificate[i]};
    return n;
}

size_t named_all(struct arena *a, const struct flow *f, struct dpi_text protocol, const struct dpi_attr *attrs,
                 size_t n, struct named **all)
{
    const struct name_set *set = naming_names(f);
    struct other_names o = names_of_detector(f, protocol, attrs, n);
    struct named *v = arena_alloc(a, (count(set, 0, NAME_KINDS_OF_FLOW) + 1 + o.n_certificate) * sizeof(*v));
    size_t found = 0;
    for (enum name_kind kind = 0; (set || o.host.text.p || o.n_certificate) && kind < NAME_KINDS_OF_FLOW; kind++)
        found += add_kind(v + found, set, kind, &o);
    *all = v;
    return found;
}

/* --- values ------------------------------------------------------------------------------------------- */

static struct dpi_text copy(struct arena *a, struct dpi_text t)
{
    return t.p ? (struct dpi_text){arena_text(a, t.p, t.n), t.n} : t;
}

/* A list of all names but hints, which are no more than that. */
static struct dpi_value all_names(struct arena *a, const struct flow *f, struct dpi_text protocol,
                                  const struct attr_list *l)
{
    struct named *all;
    size_t n = named_all(a, f, protocol, l->v, l->n, &all), used = 0;
    struct dpi_text *v = arena_alloc(a, n * sizeof(*v));
    for (size_t i = 0; i < n; i++)
        if (all[i].kind != NAME_DNS_HINT)
            v[used++] = copy(a, all[i].text);
    return dpi_v_list(v, used);
}

static struct dpi_text address_text(struct arena *a, struct dpi_text bytes)
{
    struct dpi_addr addr = {.family = bytes.n == 4 ? 4 : 6};
    char text[DPI_ADDR_MAX];
    memcpy(addr.b, bytes.p, bytes.n);
    size_t n = dpi_addr_text(text, &addr);
    return (struct dpi_text){arena_text(a, text, n), n};
}

static struct dpi_value list_of(struct arena *a, const struct flow *f, enum name_kind kind,
                                struct dpi_text (*text_of)(struct arena *a, struct dpi_text t))
{
    const struct name_set *set = naming_names(f);
    struct dpi_text *v = arena_alloc(a, count(set, kind, kind + 1) * sizeof(*v));
    size_t n = 0;
    for (struct name_walk w = {.kind = kind}; name_walk(set, kind + 1, &w);)
        v[n++] = text_of(a, w.text);
    return dpi_v_list(v, n);
}

size_t named_attrs(struct arena *a, const struct flow *f, struct dpi_text protocol, struct dpi_attr *v, size_t n)
{
    const struct name_set *set = naming_names(f);
    uint64_t packet = naming_hint_packet(f);
    struct attr_list l = {v, n};
    put(&l, DPI_FIELD_names, all_names(a, f, protocol, &l));
    if (!f->names)
        return l.n;
    put(&l, DPI_FIELD_hostname, dpi_v_text(copy(a, named_host(f))));
    put(&l, DPI_FIELD_dns_hint, dpi_v_text(copy(a, name_set_first(set, NAME_DNS_HINT))));
    put(&l, DPI_FIELD_hint_packet, dpi_v_u64_if(packet != 0, packet));
    put(&l, DPI_FIELD_tls_alpn, list_of(a, f, NAME_ALPN, copy));
    put(&l, DPI_FIELD_tls_server_names, list_of(a, f, NAME_CERTIFICATE, copy));
    put(&l, DPI_FIELD_tls_ech, dpi_v_text(copy(a, name_set_first(set, NAME_ECH))));
    put(&l, DPI_FIELD_dns_address, list_of(a, f, NAME_DNS_ADDRESS, address_text));
    put(&l, DPI_FIELD_dns_cname, list_of(a, f, NAME_DNS_CNAME, copy));
    return l.n;
}
