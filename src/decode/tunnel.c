/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel.c - going into a tunnel and telling whether there is one, and the tunnels that are a number of IP and
 * hardly more. */
#include "decode/layer.h"

enum { ETHERIP_HEADER = 0x3000 }; /* version 3, 12 bits that are 0: RFC 3378, 3 */

const struct tunnel_info tunnel_kinds[TUNNEL_KINDS] = {
#define TUNNEL(kind, name, word, doc) [TUNNEL_##kind] = {name, word, doc},
#include "decode/tunnels.def"
#undef TUNNEL
};

const char *const tunnel_words[TUNNEL_KINDS + 1] = {
#define TUNNEL(kind, name, word, doc) word,
#include "decode/tunnels.def"
#undef TUNNEL
    NULL,
};

static bool is_wanted(const struct work *w, enum tunnel_kind kind)
{
    return w->opt->tunnels >> kind & 1;
}

/* What is known of the carrier and must not be taken for what is in it. MAC addresses and the VLAN stay until there are
 * others. */
static void forget_transport(struct decoded *d)
{
    d->has_ports = false;
    d->src_port = d->dst_port = 0;
    d->payload = NULL;
    d->payload_len = d->payload_cap = 0;
}

/* Notes a tunnel between the addresses of the last IP header. */
static bool push(struct work *w, struct tunnel_layer t)
{
    struct decoded *d = w->d;

    if (d->n_tunnels == DECODE_MAX_TUNNELS)
        return layer_end(w, DPI_BUCKET_too_deep);
    t.src = d->src;
    t.dst = d->dst;
    d->tunnels[d->n_tunnels++] = t;
    return true;
}

bool tunnel_enter(struct work *w, struct tunnel_layer t, struct cursor inner, enum doubt doubt)
{
    if (!is_wanted(w, t.kind))
        return false;
    memcpy(w->carrier, w->d, offsetof(struct decoded, labels));
    w->has_carrier = true;
    if (!push(w, t))
        return false;
    forget_transport(w->d);
    w->c = inner;
    w->doubt = doubt;
    w->header_padded = w->control_swapped = false;
    return true;
}

bool tunnel_leads_to_ip(const struct work *w, size_t skip, layer_fn *start)
{
    struct decoded scratch;
    struct work probe = *w;
    bool more;

    memset(&scratch, 0, offsetof(struct decoded, labels));
    scratch.fragment = w->d->fragment;
    scratch.offload = w->d->offload;
    probe.d = &scratch;
    probe.doubt = DOUBT_EXACT;
    more = cursor_skip(&probe.c, skip) && layer_next(&probe, start);
    while (more && probe.next != layer_ip)
        more = probe.next(&probe);
    return more && layer_ip_plausible(&probe);
}

/* No carrier: the numbers 4 and 41 mean an IP packet and nothing else, and one that is wrong is a malformed packet. */
bool layer_ipip(struct work *w)
{
    if (!is_wanted(w, TUNNEL_ipip))
        return layer_end_in_flow(w, 0);
    return push(w, (struct tunnel_layer){.kind = TUNNEL_ipip}) && layer_next(w, layer_ip);
}

bool layer_etherip(struct work *w)
{
    struct cursor c = w->c;
    uint16_t header;

    layer_end_in_flow(w, 0);
    if (!cursor_be16(&c, &header) || header != ETHERIP_HEADER)
        return false;
    return tunnel_enter(w, (struct tunnel_layer){.kind = TUNNEL_etherip}, c, DOUBT_NONE) &&
           layer_next(w, layer_ethernet);
}

/* RFC 4023, 3 */
bool layer_mpls_in_ip(struct work *w)
{
    layer_end_in_flow(w, 0);
    return tunnel_enter(w, (struct tunnel_layer){.kind = TUNNEL_mpls}, w->c, DOUBT_NONE) &&
           layer_next(w, layer_mpls);
}
