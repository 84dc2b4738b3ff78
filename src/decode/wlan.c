/* SPDX-License-Identifier: BSD-2-Clause */
/* wlan.c - IEEE 802.11 data frames, with or without the radiotap, AVS or Prism header that capturing adds in
 * front. What is encrypted, fragmented or no data frame carries no IP packet that could be read. */
#include "decode/layer.h"

#define AVS_MAGIC 0x80211000u /* and a version */
enum { PRISM_SIZE = 144 };

/* https://www.radiotap.org: the bitmap of present fields, and the field "flags" */
#define RADIOTAP_MORE 0x80000000u /* another bitmap follows */
enum {
    RADIOTAP_SIZE = 8,
    RADIOTAP_TSFT = 0x01,
    RADIOTAP_FLAGS = 0x02,
    RADIOTAP_FLAG_PADDED = 0x20,
    RADIOTAP_FLAG_BAD_FCS = 0x40,
};

/* IEEE 802.11-2020, 9.2.4.1: the frame control field, least significant byte first */
enum {
    WLAN_TYPE_MASK = 0x000c,
    WLAN_TYPE_DATA = 0x0008,
    WLAN_NO_DATA = 0x0040, /* of the subtype */
    WLAN_QOS = 0x0080,
    WLAN_TO_DS = 0x0100,
    WLAN_FROM_DS = 0x0200,
    WLAN_PROTECTED = 0x4000,
    WLAN_HTC = 0x8000,
    WLAN_SIZE = 24,
    QOS_AMSDU = 0x80,
};

/* The radiotap flags, 0 when the header has none. h holds the header to its end. */
static uint8_t radiotap_flags(struct cursor h)
{
    const uint8_t *start, *flags;
    uint32_t first, bitmap;
    size_t used;

    if (!cursor_bytes(&h, &start, RADIOTAP_SIZE))
        return 0;
    first = bitmap = le32_at(start + 4);
    while (bitmap & RADIOTAP_MORE) {
        const uint8_t *more;
        if (!cursor_bytes(&h, &more, 4))
            return 0;
        bitmap = le32_at(more);
    }
    if (!(first & RADIOTAP_FLAGS))
        return 0;
    used = (size_t)(h.p - start);
    if (first & RADIOTAP_TSFT && !cursor_skip(&h, (used % 8 ? 4 : 0) + 8)) /* aligned to its size */
        return 0;
    return cursor_bytes(&h, &flags, 1) ? *flags : 0;
}

bool layer_radiotap(struct work *w)
{
    struct cursor header = w->c;
    const uint8_t *h;
    uint8_t flags;

    if (!cursor_bytes(&header, &h, RADIOTAP_SIZE) || le16_at(h + 2) < RADIOTAP_SIZE ||
        !cursor_skip(&w->c, le16_at(h + 2)))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    flags = radiotap_flags(cursor_of(h, (size_t)(w->c.p - h)));
    if (flags & RADIOTAP_FLAG_BAD_FCS) /* the receiver says that the bytes are wrong */
        return layer_end(w, DPI_BUCKET_link_malformed);
    w->header_padded = flags & RADIOTAP_FLAG_PADDED;
    return layer_next(w, layer_wlan);
}

/* Where receiver and sender stand, by the two DS bits: 9.3.2.1, table 9-30. */
static void set_macs(struct decoded *d, const uint8_t *h, unsigned ds)
{
    static const uint8_t at[4][2] = {{4, 10}, {16, 10}, {4, 16}, {16, 24}};

    layer_set_macs(d, h + at[ds][0], h + at[ds][1]);
}

/* Length in the second word. A magic number in the first tells it from the header below. */
static bool is_avs(const struct cursor *c)
{
    return cursor_left(c) >= 4 && (be32_at(c->p) & 0xfffff000) == AVS_MAGIC;
}

bool layer_avs(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, 8) || be32_at(h + 4) < 8 || !cursor_skip(&w->c, be32_at(h + 4)))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return layer_next(w, layer_wlan);
}

/* Of one size in all drivers; some write the other header under the same link type. */
bool layer_prism(struct work *w)
{
    if (is_avs(&w->c))
        return layer_next(w, layer_avs);
    if (!cursor_skip(&w->c, PRISM_SIZE))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    return layer_next(w, layer_wlan);
}

static size_t header_size(unsigned control, bool padded)
{
    bool four_addresses = control & WLAN_TO_DS && control & WLAN_FROM_DS;
    size_t n = WLAN_SIZE + (four_addresses ? 6 : 0);

    if (control & WLAN_QOS)
        n += control & WLAN_HTC ? 6 : 2;
    return padded ? (n + 3) / 4 * 4 : n;
}

bool layer_wlan(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;
    unsigned control, ds;

    if (!cursor_bytes(&c, &h, 2))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    control = w->control_swapped ? be16_at(h) : le16_at(h);
    if ((control & WLAN_TYPE_MASK) != WLAN_TYPE_DATA || control & (WLAN_NO_DATA | WLAN_PROTECTED))
        return layer_end(w, DPI_BUCKET_not_ip);
    if (!cursor_bytes(&w->c, &h, header_size(control, w->header_padded)))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    if (h[w->control_swapped ? 23 : 22] & 15) /* a later fragment: its LLC header is in another frame */
        return layer_end(w, DPI_BUCKET_not_ip);
    ds = control / WLAN_TO_DS & 3;
    set_macs(w->d, h, ds);
    /* The parts of an A-MSDU are 802.3 frames; the first one stands for all (9.3.2.2.2). */
    if (control & WLAN_QOS && h[ds == 3 ? 30 : 24] & QOS_AMSDU)
        return layer_next(w, layer_ethernet);
    return layer_next(w, layer_llc);
}

/* As CAPWAP carries it: some access points swap the bytes of frame and sequence control. The byte of the type shows
 * which one it is, for the flags in the other are not those of a retry alone: one bit tells the direction. */
bool layer_wlan_capwap(struct work *w)
{
    enum { TYPE_AND_VERSION = 0x0f };
    struct cursor c = w->c;
    const uint8_t *h;

    w->control_swapped = cursor_bytes(&c, &h, 2) && (h[0] & TYPE_AND_VERSION) != WLAN_TYPE_DATA;
    return layer_next(w, layer_wlan);
}

/* TZSP has one number for AVS, which is the link type of radiotap. */
bool layer_tzsp_avs(struct work *w)
{
    return layer_next(w, is_avs(&w->c) ? layer_avs : layer_radiotap);
}
