/* SPDX-License-Identifier: BSD-2-Clause */
/* layer.h - what the layers of src/decode share: the work item, and how a layer ends.
 *
 * A layer reads its header and either names the next layer (layer_next, returns true) or puts the packet
 * into a bucket (layer_end and layer_cut, return false). */
#ifndef DECODE_LAYER_H
#define DECODE_LAYER_H

#include "decode/cursor.h"
#include "decode/decode.h"

struct work;
typedef bool layer_fn(struct work *w);

/* How sure it is that an IP packet follows. The port alone makes no tunnel: what is in one on a well-known port is
 * to look right, and exactly right where the tunnel's header hardly has a bit that could be wrong. */
enum doubt {
    DOUBT_NONE,   /* a number that has no other meaning says so */
    DOUBT_WITHIN, /* version and lengths are to be right, and the packet within the datagram */
    DOUBT_EXACT,  /* and it is to fill the datagram, but for padding to the shortest frame */
};

struct work {
    struct cursor c; /* bytes captured and not yet read */
    size_t missing;  /* bytes behind c.end that the enclosing header promises */
    layer_fn *next;
    const struct decode_options *opt;
    struct decoded *d;
    const uint8_t *next_field; /* IPv6: the byte that named what comes next */
    uint8_t proto;       /* IP protocol number of what comes next */
    unsigned extensions; /* IPv6 extension headers seen in the packet */
    bool header_padded;  /* 802.11: to a multiple of 4 bytes */
    bool first_fragment; /* of a datagram whose rest is in other packets */
    bool control_swapped; /* 802.11: the bytes of its frame and sequence control are */
    enum doubt doubt;     /* of the next IP header */
    bool has_carrier;
    struct decoded *carrier; /* the flow that carries the tunnel at hand, up to its labels */
};

static inline bool layer_next(struct work *w, layer_fn *next)
{
    w->next = next;
    return true;
}

static inline bool layer_end(struct work *w, enum dpi_bucket bucket)
{
    w->d->bucket = bucket;
    return false;
}

/* The packet ends inside a header. In a first fragment the rest of the header is in another packet. */
static inline bool layer_cut(struct work *w, enum dpi_bucket bucket)
{
    return layer_end(w, w->first_fragment ? DPI_BUCKET_fragment_incomplete : bucket);
}

/* Bytes from here to the end of the enclosing header's payload, captured or not. */
static inline size_t work_length(const struct work *w)
{
    return cursor_left(&w->c) + w->missing;
}

/* Makes work_length n: drops padding, or notes how much was not captured. */
static inline void work_trim(struct work *w, size_t n)
{
    size_t left = cursor_left(&w->c);
    if (n <= left)
        w->c.end = w->c.p + n;
    w->missing = n <= left ? 0 : n - left;
}

/* link_types.c: goes on with a frame of a link type. */
bool layer_link(struct work *w, uint32_t link_type);

/* link.c: what a link type says a frame starts with. */
layer_fn layer_ethernet, layer_dsa, layer_edsa, layer_ethertype, layer_llc, layer_snap, layer_null, layer_sll,
    layer_sll2, layer_ppp, layer_ppp_protocol, layer_chdlc, layer_pppoe, layer_mpls;

/* media.c */
layer_fn layer_frelay, layer_atm_clip, layer_sunatm, layer_fddi, layer_token_ring, layer_arcnet, layer_ipoib;

/* pseudo.c */
layer_fn layer_nflog, layer_pflog, layer_pktap, layer_user2, layer_ppi, layer_juniper_ethernet, layer_juniper_ppp,
    layer_juniper_frelay, layer_juniper_chdlc;

/* wlan.c */
layer_fn layer_radiotap, layer_avs, layer_prism, layer_wlan, layer_wlan_capwap, layer_tzsp_avs;

/* link.c: by EtherType, which may name nothing of IP; by address family, NULL when it is none of IP. */
bool layer_next_ethertype(struct work *w, uint16_t type);
layer_fn *layer_of_family(uint32_t family);

void layer_set_src_mac(struct decoded *d, const uint8_t *src);
void layer_set_macs(struct decoded *d, const uint8_t *dst, const uint8_t *src);

/* ip.c: an IP packet; the nibble at its start says which version. */
layer_fn layer_ip;

/* Whether an IP header may start here, by its version and lengths. */
bool layer_ip_plausible(const struct work *w);

/* transport.c: the payload of an IP packet, of protocol w->proto. */
layer_fn layer_transport;

/* The packet is in a flow, whose payload starts header bytes into the work item; one that is longer than the item
 * leaves none. Returns false, as layer_end does. */
bool layer_end_in_flow(struct work *w, size_t header);

/* Tunnels: gre.c, l2tp.c, udp_tunnel.c, tunnel.c. All but layer_ipip first end in the flow that carries them. */
layer_fn layer_ipip, layer_gre, layer_l2tpv3, layer_etherip, layer_mpls_in_ip;

/* Behind the header of a UDP packet that has ended in a flow: a tunnel on one of its ports, if there is one. */
layer_fn layer_udp_tunnel, layer_l2tp_in_udp;

/* tunnel.c: goes on at inner, inside of the tunnel t (whose addresses are set here) that d's flow so far carries;
 * the caller names the next layer. False when it is not to be looked into, or is one too many: the packet has its
 * bucket then. */
bool tunnel_enter(struct work *w, struct tunnel_layer t, struct cursor inner, enum doubt doubt);

/* Whether the layers from start on, skip bytes ahead, lead to an IP packet that looks exactly right. */
bool tunnel_leads_to_ip(const struct work *w, size_t skip, layer_fn *start);

#endif
