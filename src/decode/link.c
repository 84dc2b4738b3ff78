/* SPDX-License-Identifier: BSD-2-Clause */
/* link.c - from the first byte of a frame to its IP packet: Ethernet and what names its payload by an
 * EtherType, LLC and SNAP, VLAN and switch tags, MPLS, PPP and PPPoE, Cisco HDLC, the loopback and "cooked"
 * headers. */
#include "decode/layer.h"

enum {
    MAC_SIZE = 6,
    ETHERNET_SIZE = 14,
    ETHERNET_MAX_LENGTH = 1500, /* up to here the type field is a length, IEEE 802.3, 3.2.6 */
    MPLS_SIZE = 4,
    PPPOE_SIZE = 6,
    SLL_SIZE = 16,
    SLL2_SIZE = 20,
    SLL_PROTOCOL_LLC = 4,
};

static layer_fn layer_vlan, layer_itag, layer_fabricpath;

/* A number that names what comes next, and the layer that reads that. */
struct selector {
    uint32_t number;
    layer_fn *read;
};

/* Most frequent first: the list is searched in order. */
static const struct selector ethertypes[] = {
    {0x0800, layer_ip},         /* IPv4 */
    {0x86dd, layer_ip},         /* IPv6 */
    {0x8100, layer_vlan},       /* IEEE 802.1Q */
    {0x88a8, layer_vlan},       /* IEEE 802.1ad service tag */
    {0x9100, layer_vlan},       /* QinQ before the standard */
    {0x9200, layer_vlan},       /* and again */
    {0x8847, layer_mpls},       /* unicast, RFC 3032 */
    {0x8848, layer_mpls},       /* multicast, RFC 5332 */
    {0x8864, layer_pppoe},      /* session stage, RFC 2516 */
    {0x880b, layer_ppp},        /* in GRE, RFC 2637 */
    {0x6558, layer_ethernet},   /* transparent Ethernet bridging, RFC 1701 */
    {0x88e7, layer_itag},       /* IEEE 802.1ah */
    {0x8903, layer_fabricpath}, /* Cisco */
};

static const struct selector ppp_protocols[] = {
    {0x0021, layer_ip},   /* RFC 1332 */
    {0x0057, layer_ip},   /* RFC 5072 */
    {0x0281, layer_mpls}, /* RFC 3032 */
    {0x0283, layer_mpls}, /* multicast */
};

/* AF_INET is 2 everywhere; AF_INET6 is what the capturing system has. */
static const struct selector families[] = {
    {2, layer_ip},  /* all */
    {10, layer_ip}, /* Linux */
    {23, layer_ip}, /* Windows */
    {24, layer_ip}, /* NetBSD, OpenBSD */
    {28, layer_ip}, /* FreeBSD */
    {30, layer_ip}, /* macOS */
};

#define LOOK_UP(table, number) look_up(table, sizeof(table) / sizeof *(table), number)

static layer_fn *look_up(const struct selector *table, size_t n, uint32_t number)
{
    for (size_t i = 0; i < n; i++) {
        if (table[i].number == number)
            return table[i].read;
    }
    return NULL;
}

static bool next_or_not_ip(struct work *w, layer_fn *next)
{
    return next ? layer_next(w, next) : layer_end(w, DPI_BUCKET_not_ip);
}

bool layer_next_ethertype(struct work *w, uint16_t type)
{
    return next_or_not_ip(w, LOOK_UP(ethertypes, type));
}

static bool next_type_or_length(struct work *w, uint16_t type)
{
    return type <= ETHERNET_MAX_LENGTH ? layer_next(w, layer_llc) : layer_next_ethertype(w, type);
}

layer_fn *layer_of_family(uint32_t family)
{
    return LOOK_UP(families, family);
}

void layer_set_src_mac(struct decoded *d, const uint8_t *src)
{
    d->has_src_mac = true;
    memcpy(d->src_mac, src, sizeof d->src_mac);
}

void layer_set_macs(struct decoded *d, const uint8_t *dst, const uint8_t *src)
{
    layer_set_src_mac(d, src);
    d->has_dst_mac = true;
    memcpy(d->dst_mac, dst, sizeof d->dst_mac);
}

bool layer_ethernet(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, ETHERNET_SIZE))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    layer_set_macs(w->d, h, h + 6);
    return next_type_or_length(w, be16_at(h + 12));
}

/* An Ethernet frame with a switch's tag of n bytes between its addresses and its type. */
static bool read_tagged(struct work *w, size_t n)
{
    const uint8_t *h, *type;

    if (!cursor_bytes(&w->c, &h, 12) || !cursor_skip(&w->c, n) || !cursor_bytes(&w->c, &type, 2))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    layer_set_macs(w->d, h, h + 6);
    return next_type_or_length(w, be16_at(type));
}

bool layer_dsa(struct work *w)
{
    return read_tagged(w, 4);
}

bool layer_edsa(struct work *w)
{
    return read_tagged(w, 8); /* with an EtherType of its own */
}

bool layer_ethertype(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 2))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return layer_next_ethertype(w, be16_at(h));
}

static bool layer_vlan(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    w->d->vlan = be16_at(h) & 0x0fff; /* the innermost one stays; 0 is a priority tag */
    return next_type_or_length(w, be16_at(h + 2));
}

/* A whole frame follows a tag of n bytes. */
static bool next_frame(struct work *w, size_t n)
{
    if (!cursor_skip(&w->c, n))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return layer_next(w, layer_ethernet);
}

static bool layer_itag(struct work *w)
{
    return next_frame(w, 4);
}

static bool layer_fabricpath(struct work *w)
{
    return next_frame(w, 2); /* tree and hops to live; the addresses in front were switch numbers */
}

/* SNAP with one of the two OUIs that mean an EtherType: RFC 1042, and IEEE 802.1H for bridges. */
bool layer_snap(struct work *w)
{
    const uint8_t *h;
    uint32_t oui;

    if (!cursor_bytes(&w->c, &h, 5))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    oui = be32_at(h) >> 8;
    if (oui != 0x000000 && oui != 0x0000f8)
        return layer_end(w, DPI_BUCKET_not_ip);
    return layer_next_ethertype(w, be16_at(h + 3));
}

bool layer_llc(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 3))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (h[0] == 0xaa && h[1] == 0xaa && h[2] == 0x03)
        return layer_next(w, layer_snap);
    if (h[0] == 0x06 && h[1] == 0x06 && h[2] == 0x03) /* RFC 948 */
        return layer_next(w, layer_ip);
    return layer_end(w, DPI_BUCKET_not_ip);
}

/* An address family in the byte order of the capturing system; some write an EtherType into the last two
 * bytes instead. */
bool layer_null(struct work *w)
{
    const uint8_t *h;
    uint32_t family;
    layer_fn *next;

    if (!cursor_bytes(&w->c, &h, 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    family = le32_at(h) <= UINT16_MAX ? le32_at(h) : be32_at(h);
    next = layer_of_family(family);
    return next_or_not_ip(w, next ? next : LOOK_UP(ethertypes, be16_at(h + 2)));
}

static bool next_cooked(struct work *w, uint16_t protocol)
{
    if (protocol == SLL_PROTOCOL_LLC)
        return layer_next(w, layer_llc);
    return layer_next_ethertype(w, protocol);
}

/* Only the sender's address is in cooked headers. */
bool layer_sll(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, SLL_SIZE))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (be16_at(h + 4) == MAC_SIZE)
        layer_set_src_mac(w->d, h + 6);
    return next_cooked(w, be16_at(h + 14));
}

bool layer_sll2(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, SLL2_SIZE))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (h[11] == MAC_SIZE)
        layer_set_src_mac(w->d, h + 12);
    return next_cooked(w, be16_at(h));
}

/* PPP with or without RFC 1662's address and control bytes, or Cisco HDLC in its place. */
bool layer_ppp(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, 2))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (h[0] == 0x0f || h[0] == 0x8f)
        return layer_next(w, layer_chdlc);
    if (h[0] == 0xff && h[1] == 0x03)
        w->c = c;
    return layer_next(w, layer_ppp_protocol);
}

bool layer_ppp_protocol(struct work *w)
{
    uint8_t high, low;

    if (!cursor_u8(&w->c, &high))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (high & 1) /* the field is one byte: the first of two is even (RFC 1661, 2 and 6.5) */
        return next_or_not_ip(w, LOOK_UP(ppp_protocols, high));
    if (!cursor_u8(&w->c, &low))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return next_or_not_ip(w, LOOK_UP(ppp_protocols, (uint32_t)high << 8 | low));
}

/* Address, control, EtherType. */
bool layer_chdlc(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return layer_next_ethertype(w, be16_at(h + 2));
}

bool layer_pppoe(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, PPPOE_SIZE))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (h[1] != 0) /* a code other than 0 is discovery */
        return layer_end(w, DPI_BUCKET_not_ip);
    return layer_next(w, layer_ppp_protocol);
}

static bool ethernet_plausible(struct cursor c)
{
    const uint8_t *h;
    return cursor_bytes(&c, &h, ETHERNET_SIZE) && LOOK_UP(ethertypes, be16_at(h + 12));
}

/* MPLS does not say what it carries. An IP packet shows its version (RFC 4928, 3), a pseudowire starts with
 * a control word of which the first nibble is 0 (RFC 4385), or at once with an Ethernet frame, which may
 * look like IP when the address of its receiver starts with a 4 or 6. */
static bool next_behind_mpls(struct work *w)
{
    struct cursor c = w->c;
    uint32_t word;

    if (layer_ip_plausible(w))
        return layer_next(w, layer_ip);
    if (ethernet_plausible(c))
        return layer_next(w, layer_ethernet);
    if (!cursor_be32(&c, &word))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (word >> 28 == 4 || word >> 28 == 6)
        return layer_next(w, layer_ip);
    if (word >> 28 != 0 || !ethernet_plausible(c))
        return layer_end(w, DPI_BUCKET_not_ip);
    w->c = c;
    return layer_next(w, layer_ethernet);
}

bool layer_mpls(struct work *w)
{
    struct decoded *d = w->d;
    const uint8_t *h;

    do {
        if (!cursor_bytes(&w->c, &h, MPLS_SIZE))
            return layer_cut(w, DPI_BUCKET_link_malformed);
        if (d->n_labels < DECODE_MAX_LABELS)
            d->labels[d->n_labels++] = be32_at(h) >> 12;
    } while (!(h[2] & 1)); /* bottom of stack */
    return next_behind_mpls(w);
}
