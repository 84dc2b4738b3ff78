/* SPDX-License-Identifier: BSD-2-Clause */
/* pseudo.c - headers that no wire has seen: what firewalls and capturing systems put in front of a packet or
 * of a frame of another link type. Their numbers are in the byte order of the system that wrote them. */
#include "decode/layer.h"

/* A number in an unknown byte order that is known to be small. */
static uint32_t small_at(const uint8_t *p)
{
    return le32_at(p) <= UINT16_MAX ? le32_at(p) : be32_at(p);
}

/* --- Linux netfilter log: family, version, group; then type, length and value, to a multiple of 4 ------- */

enum {
    NFLOG_SIZE = 4,
    TLV_SIZE = 4,
    NFULA_PACKET_HDR = 1,
    NFULA_HWADDR = 8,
    NFULA_PAYLOAD = 9,
};

struct tlv {
    uint16_t type, length; /* of the value */
};

/* Types are small numbers, so one of the two bytes is 0 and says which order it is. */
static bool next_tlv(struct work *w, struct tlv *t)
{
    const uint8_t *h;
    bool big;

    if (!cursor_bytes(&w->c, &h, TLV_SIZE))
        return false;
    big = h[2] == 0;
    t->type = big ? be16_at(h + 2) : le16_at(h + 2);
    t->length = big ? be16_at(h) : le16_at(h);
    if (t->length < TLV_SIZE)
        return false;
    t->length = (uint16_t)(t->length - TLV_SIZE);
    return true;
}

/* What the log says besides the packet: its EtherType and who sent it. */
static void note_tlv(struct work *w, const struct tlv *t, uint16_t *ethertype)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (t->type == NFULA_PACKET_HDR && cursor_bytes(&c, &h, 2))
        *ethertype = be16_at(h);
    else if (t->type == NFULA_HWADDR && cursor_bytes(&c, &h, 10) && be16_at(h) == 6)
        layer_set_src_mac(w->d, h + 4);
}

bool layer_nflog(struct work *w)
{
    const uint8_t *h;
    uint16_t ethertype = 0;
    struct tlv t;

    if (!cursor_bytes(&w->c, &h, NFLOG_SIZE))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    while (next_tlv(w, &t)) {
        if (t.type == NFULA_PAYLOAD) {
            layer_fn *next = layer_of_family(h[0]); /* of a bridge when it is none of IP */
            if (t.length < work_length(w))
                work_trim(w, t.length);
            return next ? layer_next(w, next) : layer_next_ethertype(w, ethertype);
        }
        note_tlv(w, &t, &ethertype);
        if (!cursor_skip(&w->c, ((size_t)t.length + 3) / 4 * 4))
            break;
    }
    return layer_cut(w, DPI_BUCKET_link_malformed);
}

/* --- BSD ---------------------------------------------------------------------------------------------- */

/* OpenBSD's packet filter: length without padding, address family, and what was decided. */
bool layer_pflog(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;
    layer_fn *next;

    if (!cursor_bytes(&c, &h, 2) || !cursor_skip(&w->c, ((size_t)h[0] + 3) / 4 * 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    next = layer_of_family(h[1]);
    return next ? layer_next(w, next) : layer_end(w, DPI_BUCKET_not_ip);
}

/* macOS: length, kind of record, DLT, interface, process. DLT_USER2 is what macOS calls it, and anybody's. */
enum { PKTAP_SIZE = 108, PKTAP_PACKET = 1 };

static bool read_pktap(struct work *w, uint32_t *kind, uint32_t *dlt)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, PKTAP_SIZE) || small_at(h) < PKTAP_SIZE)
        return false;
    *kind = small_at(h + 4);
    *dlt = small_at(h + 8);
    return cursor_skip(&w->c, small_at(h));
}

bool layer_pktap(struct work *w)
{
    uint32_t kind, dlt;

    if (!read_pktap(w, &kind, &dlt))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return kind == PKTAP_PACKET ? layer_link(w, dlt) : layer_end(w, DPI_BUCKET_not_ip);
}

bool layer_user2(struct work *w)
{
    uint32_t kind, dlt;

    if (!read_pktap(w, &kind, &dlt) || kind != PKTAP_PACKET || !decode_link_supported(dlt))
        return layer_end(w, DPI_BUCKET_link_unsupported);
    return layer_link(w, dlt);
}

/* --- per-packet information: version, flags, length, DLT, fields ---------------------------------------- */

enum {
    PPI_SIZE = 8,
    PPI_FIELD_SIZE = 4,
    PPI_80211_COMMON = 2,
    PPI_80211_BAD_FCS = 0x0004,
};

/* Whether the receiver says that the bytes are wrong. fields: what stands behind the header. */
static bool ppi_damaged(struct cursor fields)
{
    const uint8_t *h, *value;

    while (cursor_bytes(&fields, &h, PPI_FIELD_SIZE) && cursor_bytes(&fields, &value, le16_at(h + 2))) {
        if (le16_at(h) == PPI_80211_COMMON && le16_at(h + 2) >= 10)
            return le16_at(value + 8) & PPI_80211_BAD_FCS;
    }
    return false;
}

bool layer_ppi(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, PPI_SIZE) || le16_at(h + 2) < PPI_SIZE || !cursor_skip(&w->c, le16_at(h + 2)))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (ppi_damaged(cursor_of(c.p, (size_t)(w->c.p - c.p))))
        return layer_end(w, DPI_BUCKET_link_malformed);
    return layer_link(w, le32_at(h + 4));
}

/* --- Juniper: magic, flags, perhaps extensions, perhaps no link layer ------------------------------------ */

static bool next_behind_juniper(struct work *w, layer_fn *next)
{
    enum { MAGIC = 0x4d4743, EXTENDED = 0x80, NO_LINK = 0x02, NO_LINK_SIZE = 4 };
    const uint8_t *h, *extension;
    unsigned version;

    if (!cursor_bytes(&w->c, &h, 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (be32_at(h) >> 8 != MAGIC)
        return layer_end(w, DPI_BUCKET_link_malformed);
    if (h[3] & EXTENDED) {
        if (!cursor_bytes(&w->c, &extension, 2) || !cursor_skip(&w->c, be16_at(extension)))
            return layer_cut(w, DPI_BUCKET_link_malformed);
    }
    if (!(h[3] & NO_LINK))
        return layer_next(w, next);
    if (!cursor_skip(&w->c, NO_LINK_SIZE) || cursor_left(&w->c) == 0)
        return layer_cut(w, DPI_BUCKET_link_malformed);
    version = w->c.p[0] >> 4;
    return version == 4 || version == 6 ? layer_next(w, layer_ip) : layer_end(w, DPI_BUCKET_not_ip);
}

bool layer_juniper_ethernet(struct work *w)
{
    return next_behind_juniper(w, layer_ethernet);
}

bool layer_juniper_ppp(struct work *w)
{
    return next_behind_juniper(w, layer_ppp);
}

bool layer_juniper_frelay(struct work *w)
{
    return next_behind_juniper(w, layer_frelay);
}

bool layer_juniper_chdlc(struct work *w)
{
    return next_behind_juniper(w, layer_chdlc);
}
