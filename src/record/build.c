/* SPDX-License-Identifier: BSD-2-Clause */
/* build.c - makes records: sides become client and server, numbers become words. */
#include "record/build.h"

#include "detect/attrs.h"
#include "flow/tcp_state.h"
#include "record/application.h"
#include "record/named.h"
#include "record/protocol.h"
#include "record/value_of.h"
#include "util/arena.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record_builder {
    const struct labels *labels;
    uint16_t seed;
    bool conversations;
    const struct prefix *home;
    size_t n_home;
    const struct rules *rules; /* NULL: none */
    uint64_t *hits;            /* of each, or NULL */
    struct arena arena; /* every text of the record that is not static */
    struct dpi_record record;
};

struct record_builder *record_builder_new(const struct labels *labels, uint16_t community_id_seed,
                                          bool conversations)
{
    struct record_builder *b = xcalloc(1, sizeof(*b));
    b->labels = labels;
    b->seed = community_id_seed;
    b->conversations = conversations;
    return b;
}

void record_builder_home(struct record_builder *b, const struct prefix *nets, size_t n)
{
    b->home = nets;
    b->n_home = n;
}

void record_builder_rules(struct record_builder *b, const struct rules *rules, uint64_t *hits)
{
    b->rules = rules;
    b->hits = hits;
}

void record_builder_free(struct record_builder *b)
{
    if (!b)
        return;
    arena_free(&b->arena);
    free(b);
}

static struct dpi_text keep(struct record_builder *b, const char *p, size_t n)
{
    return (struct dpi_text){arena_text(&b->arena, p, n), n};
}

static struct dpi_text number_text(struct record_builder *b, unsigned v)
{
    char text[12];
    return keep(b, text, (size_t)snprintf(text, sizeof(text), "%u", v));
}

/* --- ends --------------------------------------------------------------------------------------------- */

static struct dpi_text transport_text(struct record_builder *b, uint8_t transport)
{
    static const char *const names[256] = {
#define T(number, keyword) [number] = keyword,
#include "record/transports.def"
#undef T
    };
    return names[transport] ? dpi_text_of(names[transport]) : number_text(b, transport);
}

static struct dpi_text tcp_flags_text(struct record_builder *b, uint8_t flags)
{
    static const struct {
        uint8_t bit;
        char letter;
    } letters[] = {{TCP_CWR, 'C'}, {TCP_ECE, 'E'}, {TCP_URG, 'U'}, {TCP_ACK, 'A'},
                   {TCP_PSH, 'P'}, {TCP_RST, 'R'}, {TCP_SYN, 'S'}, {TCP_FIN, 'F'}};
    char text[8];
    size_t n = 0;
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (flags & letters[i].bit)
            text[n++] = letters[i].letter;
    return keep(b, text, n);
}

static void set_direction(struct record_builder *b, struct dpi_direction *dir, const struct flow *f,
                          unsigned side)
{
    const struct flow_side *s = &f->side[side];
    *dir = (struct dpi_direction){
        .packets = s->packets,
        .bytes = s->bytes,
        .frame_bytes = s->frame_bytes,
        .payload = s->payload,
        .mac = f->mac_source[side] != MAC_UNKNOWN ? f->mac[side] : NULL,
        .ttl = s->ttl,
    };
    if (f->key.transport == IPPROTO_NUM_TCP && s->packets)
        dir->tcp_flags = tcp_flags_text(b, s->tcp_flags);
}

static bool key_has_ports(uint8_t transport, bool conversations)
{
    if (transport == IPPROTO_NUM_SCTP)
        return !conversations;
    return transport == IPPROTO_NUM_TCP || transport == IPPROTO_NUM_UDP;
}

static bool key_is_icmp(uint8_t transport)
{
    return transport == IPPROTO_NUM_ICMP || transport == IPPROTO_NUM_ICMPV6;
}

static void set_ends(struct record_builder *b, const struct flow *f, unsigned client)
{
    struct dpi_record *r = &b->record;
    const struct flow_key *key = &f->key;
    r->transport = transport_text(b, key->transport);
    r->src = key_addr(key, client);
    r->dst = key_addr(key, !client);
    r->vlan = key->vlan;
    r->has_ports = key_has_ports(key->transport, b->conversations);
    if (r->has_ports) {
        r->src_port = key->port[client];
        r->dst_port = key->port[!client];
    }
    r->is_icmp = key_is_icmp(key->transport);
    r->icmp_type = client == f->first_side || b->conversations ? f->icmp_type : (uint8_t)key->port[client];
    r->icmp_code = f->icmp_code;
    for (unsigned i = 0; i < 2; i++)
        set_direction(b, &r->dir[i], f, client ^ i);
}

static void set_stream(struct record_builder *b, const struct flow *f)
{
    struct dpi_record *r = &b->record;
    r->duplicates = f->duplicates;
    r->is_tcp = f->key.transport == IPPROTO_NUM_TCP;
    if (!r->is_tcp)
        return;
    r->tcp_state = dpi_text_of(tcp_state_name(f));
    r->retransmits = f->side[0].retransmits + f->side[1].retransmits;
    r->out_of_order = f->side[0].out_of_order + f->side[1].out_of_order;
    r->gap_bytes = tcp_gap_bytes(f);
}

static bool is_home(const struct record_builder *b, const struct dpi_addr *a)
{
    for (size_t i = 0; i < b->n_home; i++)
        if (prefix_has(&b->home[i], a))
            return true;
    return false;
}

static void set_home_direction(struct record_builder *b)
{
    static const char *const words[2][2] = {{"external", "inbound"}, {"outbound", "internal"}};
    struct dpi_record *r = &b->record;
    if (b->n_home)
        r->direction = dpi_text_of(words[is_home(b, &r->src)][is_home(b, &r->dst)]);
}

/* The first packet's own direction and, for ICMP, its type and code: what the specification is fed with. */
size_t record_community_id(char out[static COMMUNITY_ID_MAX], const struct flow *f, uint16_t seed, bool conversations)
{
    const struct flow_key *key = &f->key;
    bool has_ports = key_has_ports(key->transport, conversations);
    if (key->transport == IPPROTO_NUM_SCTP && !has_ports)
        return 0; /* there is no id without ports */
    struct dpi_addr src = key_addr(key, f->first_side), dst = key_addr(key, !f->first_side);
    uint16_t sport = key->port[f->first_side], dport = key->port[!f->first_side];
    if (key_is_icmp(key->transport)) {
        sport = f->icmp_type;
        dport = f->icmp_code;
    }
    return community_id(out, seed, &src, &dst, key->transport, has_ports, sport, dport);
}

static void set_community_id(struct record_builder *b, const struct flow *f)
{
    char text[COMMUNITY_ID_MAX];
    size_t n = record_community_id(text, f, b->seed, b->conversations);
    if (n)
        b->record.community_id = keep(b, text, n);
}

static void set_origin(struct record_builder *b, const struct flow *f)
{
    struct dpi_record *r = &b->record;
    const struct capture_iface *iface = f->iface;
    r->capture = dpi_text_of(iface->capture);
    if (iface->name)
        r->interface = dpi_text_of(iface->name);
    else if (iface->is_pcapng)
        r->interface = number_text(b, iface->id);
}

static struct dpi_text tunnel_text(struct record_builder *b, const struct tunnel_layer *layer)
{
    char text[2 * DPI_ADDR_MAX + 32], src[DPI_ADDR_MAX], dst[DPI_ADDR_MAX], vni[16] = "";
    dpi_addr_text(src, &layer->src);
    dpi_addr_text(dst, &layer->dst);
    if (layer->has_vni)
        snprintf(vni, sizeof(vni), ",vni=%u", layer->vni);
    int n = snprintf(text, sizeof(text), "%s(%s-%s%s)", tunnel_kinds[layer->kind].name, src, dst, vni);
    return keep(b, text, (size_t)n);
}

static void set_tunnels(struct record_builder *b, const struct tunnel_path *path)
{
    if (!path)
        return;
    struct dpi_text *v = arena_alloc(&b->arena, path->n * sizeof(*v));
    for (unsigned i = 0; i < path->n; i++)
        v[i] = tunnel_text(b, &path->layer[i]);
    b->record.tunnels = v;
    b->record.n_tunnels = path->n;
}

/* As other programs write them: keys and endpoints in hexadecimal. */
static size_t tunnel_number(char *out, size_t size, const struct flow_tunnel_id *id)
{
    switch (id->id_kind) {
    case TUNNEL_ID_KEY:
        return (size_t)snprintf(out, size, "key=0x%x", id->id);
    case TUNNEL_ID_TEID:
        return (size_t)snprintf(out, size, "teid=0x%x", id->id);
    case TUNNEL_ID_CALL:
        return (size_t)snprintf(out, size, "call=%u", id->id);
    case TUNNEL_ID_TUNNEL_SESSION:
        return (size_t)snprintf(out, size, "session=%u/%u", id->id >> 16, id->id & 0xffff);
    default:
        return (size_t)snprintf(out, size, "session=%u", id->id);
    }
}

static struct dpi_text tunnel_id_text(struct record_builder *b, const char *way, const struct flow_tunnel_id *id)
{
    char text[48];
    size_t n = (size_t)snprintf(text, sizeof(text), "%s:%s.", way, tunnel_kinds[id->kind].name);
    n += tunnel_number(text + n, sizeof(text) - n, id);
    return keep(b, text, n);
}

static void set_tunnel_ids(struct record_builder *b, const struct flow_tunnel_ids *ids, unsigned client)
{
    static const char *const ways[2] = {"src", "dst"};
    struct dpi_record *r = &b->record;
    if (!ids)
        return;
    struct dpi_text *v = arena_alloc(&b->arena, (ids->n[0] + ids->n[1]) * sizeof(*v));
    r->tunnel_ids = v;
    for (unsigned way = 0; way < 2; way++)
        for (unsigned i = 0; i < ids->n[client ^ way]; i++)
            v[r->n_tunnel_ids++] = tunnel_id_text(b, ways[way], &ids->v[client ^ way][i]);
}

static void set_mpls(struct record_builder *b, const struct flow_labels *labels)
{
    if (!labels)
        return;
    struct dpi_text *v = arena_alloc(&b->arena, labels->n * sizeof(*v));
    for (unsigned i = 0; i < labels->n; i++)
        v[i] = number_text(b, labels->v[i]);
    b->record.mpls = v;
    b->record.n_mpls = labels->n;
}

/* --- label -------------------------------------------------------------------------------------------- */

static void set_label(struct record_builder *b, const struct flow *f)
{
    struct dpi_record *r = &b->record;
    struct label_names names;
    label_split(b->labels, &f->verdict, &names);
    char label[LABEL_MAX];
    r->ndpi_label = keep(b, label, label_ndpi(b->labels, &f->verdict, label));
    r->protocol = dpi_text_of(names.protocol);
    r->application = dpi_text_of(names.application);
    r->category = dpi_text_of(names.category);
    r->confidence = dpi_text_of(names.confidence);
    r->classified_by = dpi_text_of(label_by_words[names.protocol_by]);
    if (names.application) {
        bool guessed = names.application_by == DETECT_BY_IP || names.application_by == DETECT_BY_PORT;
        r->application_by = dpi_text_of(guessed ? label_by_words[names.application_by] : "ndpi");
    }
}

_Static_assert(FLOW_FLAGS <= 8 * sizeof(((struct flow *)NULL)->flags), "each flag has a bit");

static bool has_flag(const struct flow *f, enum flow_flag flag)
{
    bool is_tcp = f->key.transport == IPPROTO_NUM_TCP;
    bool syn = f->side[0].syn || f->side[1].syn;
    switch (flag) {
    case FLOW_FLAG_midstream:
        return is_tcp && !syn;
    case FLOW_FLAG_one_way:
        return f->side[0].packets == 0 || f->side[1].packets == 0;
    case FLOW_FLAG_detector_fault:
        return f->verdict.fault;
    case FLOW_FLAG_name_cut:
        return f->verdict.name_cut && !named_host(f).p;
    case FLOW_FLAG_names_cut:
        return naming_is_cut(f);
    case FLOW_FLAG_attributes_cut:
        return f->verdict.attrs_cut;
    default:
        return f->flags & 1u << flag;
    }
}

static void set_end(struct record_builder *b, const struct flow *f)
{
    struct dpi_record *r = &b->record;
    struct dpi_text *v = arena_alloc(&b->arena, FLOW_FLAGS * sizeof(*v));
    r->end_reason = dpi_text_of(end_reasons[f->end].text);
    r->flags = v;
    for (enum flow_flag i = 0; i < FLOW_FLAGS; i++)
        if (has_flag(f, i))
            v[r->n_flags++] = dpi_text_of(flow_flags[i].text);
}

/* --- attributes --------------------------------------------------------------------------------------- */

struct attrs_walk {
    size_t pos;
    int last; /* field, -1: none yet */
};

/* The next entry that is as attrs.h has it, by its field's kind and its place. Others are skipped: the process that
 * wrote them may have been taken over. */
static bool next_entry(const struct flow *f, struct attrs_walk *w, struct attrs_entry *e)
{
    while (attrs_next(f->attrs, f->verdict.attrs_len, &w->pos, e)) {
        const struct dpi_field *field = &dpi_fields[e->field];
        bool is_list = field->kind == DPI_LIST;
        int id = (int)e->field;
        if (!field->extracted || e->kind != (is_list ? DPI_TEXT : field->kind) || id < w->last ||
            (id == w->last && !is_list))
            continue;
        w->last = id;
        return true;
    }
    return false;
}

static size_t count_entries(const struct flow *f)
{
    struct attrs_entry e;
    size_t n = 0;
    for (struct attrs_walk w = {.last = -1}; next_entry(f, &w, &e); n++)
        ;
    return n;
}

/* Consecutive entries of a list field become one list. */
static void set_attrs(struct record_builder *b, const struct flow *f)
{
    size_t n = count_entries(f), used = 0, texts = 0;
    struct dpi_attr *attrs = arena_alloc(&b->arena, (n + NAMED_ATTRS) * sizeof(*attrs));
    struct dpi_text *text = arena_alloc(&b->arena, n * sizeof(*text));
    struct attrs_entry e;
    for (struct attrs_walk w = {.last = -1}; next_entry(f, &w, &e);) {
        bool is_list = dpi_fields[e.field].kind == DPI_LIST;
        if (e.kind == DPI_TEXT)
            text[texts++] = keep(b, e.text.p, e.text.n);
        if (is_list && used && attrs[used - 1].field == e.field) {
            attrs[used - 1].value.list.n++;
            continue;
        }
        struct dpi_attr *a = &attrs[used++];
        a->field = e.field;
        if (e.kind == DPI_U64)
            a->value = dpi_v_u64(e.u64);
        else
            a->value = is_list ? dpi_v_list(&text[texts - 1], 1) : dpi_v_text(text[texts - 1]);
    }
    b->record.attrs = attrs;
    b->record.n_attrs = named_attrs(&b->arena, f, b->record.protocol, attrs, used);
}

const struct dpi_record *record_build(struct record_builder *b, const struct record_parts *parts)
{
    const struct flow *f = parts->flow;
    unsigned client = flow_client(f);
    arena_reset(&b->arena);
    b->record = (struct dpi_record){
        .flow_id = f->id,
        .first_packet = f->first_packet,
        .first_ns = f->first_ns,
        .last_ns = f->last_ns,
        .src_name = parts->names[client],
        .dst_name = parts->names[!client],
    };
    set_origin(b, f);
    set_ends(b, f, client);
    set_stream(b, f);
    set_home_direction(b);
    set_community_id(b, f);
    set_tunnels(b, parts->path);
    set_tunnel_ids(b, f->tunnel_ids, client);
    set_mpls(b, f->mpls);
    set_label(b, f);
    if (b->rules)
        protocol_set(&b->record, b->rules, f, &b->arena, b->hits);
    set_end(b, f);
    set_attrs(b, f);
    if (b->rules)
        application_set(&b->record, b->rules, f, &b->arena, b->hits);
    return &b->record;
}
