/* SPDX-License-Identifier: BSD-2-Clause */
/* media.c - link layers other than Ethernet and its kin: Frame Relay, ATM, FDDI, Token Ring, ARCNET, and what
 * names its payload by an EtherType behind addresses of its own. */
#include "decode/layer.h"

enum {
    Q922_MAX = 4, /* bytes of an address */
    UI = 0x03,    /* unnumbered information, the control byte of all that carries packets */
    NLPID_SNAP = 0x80,
    NLPID_IPV6 = 0x8e,
    NLPID_IPV4 = 0xcc,
    OUI_BRIDGED = 0x0080c2, /* IEEE 802.1 */
};

/* RFC 2427, 4.2: a whole frame, with or without its checksum. */
static bool next_bridged(struct work *w, uint16_t id)
{
    return id == 0x0001 || id == 0x0007 ? layer_next(w, layer_ethernet) : layer_end(w, DPI_BUCKET_not_ip);
}

static bool next_nlpid_snap(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, 5))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (be32_at(h) >> 8 != OUI_BRIDGED)
        return layer_next(w, layer_snap);
    w->c = c;
    return next_bridged(w, be16_at(h + 3));
}

/* RFC 2427, 3: control, perhaps a byte of padding, the network layer's number. */
static bool layer_nlpid(struct work *w)
{
    uint8_t nlpid;

    do {
        if (!cursor_u8(&w->c, &nlpid))
            return layer_cut(w, DPI_BUCKET_link_malformed);
    } while (nlpid == 0);
    switch (nlpid) {
    case NLPID_IPV4:
    case NLPID_IPV6:
        return layer_next(w, layer_ip);
    case NLPID_SNAP:
        return next_nlpid_snap(w);
    default:
        return layer_end(w, DPI_BUCKET_not_ip);
    }
}

/* An address whose last byte is odd (Q.922, 3.3), then RFC 2427's header, or Cisco's: an EtherType. */
bool layer_frelay(struct work *w)
{
    uint8_t byte;
    unsigned n = 0;

    do {
        if (!cursor_u8(&w->c, &byte))
            return layer_cut(w, DPI_BUCKET_link_malformed);
    } while (!(byte & 1) && ++n < Q922_MAX);
    if (n == Q922_MAX)
        return layer_end(w, DPI_BUCKET_link_malformed);
    if (cursor_left(&w->c) == 0)
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (w->c.p[0] != UI)
        return layer_next(w, layer_ethertype);
    w->c.p++;
    return layer_next(w, layer_nlpid);
}

/* RFC 2225: LLC and SNAP, or an IP packet at once. */
bool layer_atm_clip(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (cursor_bytes(&c, &h, 3) && h[0] == 0xaa && h[1] == 0xaa && h[2] == UI)
        return layer_next(w, layer_llc);
    return layer_next(w, layer_ip);
}

/* Kind, path, channel; a frame of LAN emulation has two bytes in front that name its sender. */
bool layer_sunatm(struct work *w)
{
    enum { LANE = 1, LLC = 2 };
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if ((h[0] & 0x0f) == LLC)
        return layer_next(w, layer_llc);
    if ((h[0] & 0x0f) != LANE)
        return layer_end(w, DPI_BUCKET_not_ip);
    if (!cursor_skip(&w->c, 2))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return layer_next(w, layer_ethernet);
}

/* Frame control, addresses; ISO 9314-2, 7.3.3. */
bool layer_fddi(struct work *w)
{
    enum { KIND_MASK = 0xf0, KIND_LLC = 0x50 };
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 13))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    layer_set_macs(w->d, h + 1, h + 7);
    return (h[0] & KIND_MASK) == KIND_LLC ? layer_next(w, layer_llc) : layer_end(w, DPI_BUCKET_not_ip);
}

/* Access and frame control, addresses; the first bit of the sender's tells that a route follows, which tells
 * its own length. ISO 8802-5, 3.2. */
bool layer_token_ring(struct work *w)
{
    enum { ROUTED = 0x80, KIND_MASK = 0xc0, KIND_LLC = 0x40, ROUTE_LENGTH = 0x1f };
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 14))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    layer_set_macs(w->d, h + 2, h + 8);
    w->d->src_mac[0] &= (uint8_t)~ROUTED;
    if ((h[1] & KIND_MASK) != KIND_LLC)
        return layer_end(w, DPI_BUCKET_not_ip);
    if (h[8] & ROUTED) {
        struct cursor c = w->c;
        uint8_t control;
        if (!cursor_u8(&c, &control) || !cursor_skip(&w->c, control & ROUTE_LENGTH))
            return layer_cut(w, DPI_BUCKET_link_malformed);
    }
    return layer_next(w, layer_llc);
}

/* Behind the addresses: a type, and in RFC 1201 a split flag and a sequence number; all three stand twice when
 * the flag is 0xff. An even flag is that of a later fragment. */
bool layer_arcnet(struct work *w)
{
    enum { IP_RFC1051 = 240, IP_RFC1201 = 212, SPLIT_TWICE = 0xff };
    const uint8_t *h;
    uint8_t type;

    if (!cursor_u8(&w->c, &type))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (type == IP_RFC1051)
        return layer_next(w, layer_ip);
    if (type != IP_RFC1201)
        return layer_end(w, DPI_BUCKET_not_ip);
    if (!cursor_bytes(&w->c, &h, 3))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (h[0] == SPLIT_TWICE && !(cursor_skip(&w->c, 1) && cursor_bytes(&w->c, &h, 3)))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (h[0] != 0 && !(h[0] & 1))
        return layer_end(w, DPI_BUCKET_fragment_incomplete);
    return layer_next(w, layer_ip);
}

/* RFC 4391, 6: the receiver's address stands in front; an EtherType, two reserved bytes. */
bool layer_ipoib(struct work *w)
{
    const uint8_t *h;

    if (!cursor_bytes(&w->c, &h, 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return layer_next_ethertype(w, be16_at(h));
}
