/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_tunnel.c - tunnels on a well-known port of UDP. A port is nobody's own: every bit that is fixed in a tunnel's
 * header has to be right, and what follows has to look like a packet (enum doubt); otherwise the packet is one of
 * the UDP flow and no more. One more tunnel is one row of the table and the function that reads its header. */
#include "decode/layer.h"

/* --- VXLAN: RFC 7348; group policy, draft-smith-vxlan-group-policy; GPE, draft-ietf-nvo3-vxlan-gpe ------- */

/* The first word, but for the next protocol or group in it */
#define VXLAN_VNI_VALID  0x08000000u
#define VXLAN_PROTOCOL   0x04000000u
#define VXLAN_REPLICATED 0x02000000u
#define VXLAN_GROUP      0x8048ffffu /* there is one, do not learn, policy applied, the group */

static layer_fn layer_nsh;

/* What GPE and NSH carry, by the numbers that they have in common. */
static layer_fn *of_service(uint8_t protocol)
{
    static layer_fn *const protocols[] = {NULL, layer_ip, layer_ip, layer_ethernet, layer_nsh, layer_mpls};
    return protocol < sizeof protocols / sizeof *protocols ? protocols[protocol] : NULL;
}

/* Network service header, RFC 8300, 2.2: its length is in units of 4 bytes. */
static bool layer_nsh(struct work *w)
{
    enum { VERSION_AND_OAM = 0xe0, LENGTH = 0x3f };
    struct cursor c = w->c;
    const uint8_t *h;
    layer_fn *next;

    if (!cursor_bytes(&c, &h, 8) || h[0] & VERSION_AND_OAM || !cursor_skip(&w->c, (size_t)(h[1] & LENGTH) * 4))
        return layer_cut(w, DPI_BUCKET_link_malformed);
    next = (h[1] & LENGTH) >= 2 ? of_service(h[3]) : NULL;
    return next ? layer_next(w, next) : layer_end(w, DPI_BUCKET_not_ip);
}

/* The layer that the first word names, NULL when a bit of it is wrong; also for OAM, which is no packet of users. */
static layer_fn *vxlan_next(uint32_t word)
{
    uint32_t flags = word & ~VXLAN_VNI_VALID;
    uint8_t protocol = word & 0xff;

    if (!(flags & ~VXLAN_GROUP))
        return word & VXLAN_VNI_VALID ? layer_ethernet : NULL;
    return (flags & ~VXLAN_REPLICATED) == (VXLAN_PROTOCOL | protocol) ? of_service(protocol) : NULL;
}

static bool enter_vxlan(struct work *w)
{
    struct cursor c = w->c;
    uint32_t word, vni;
    layer_fn *next;

    if (!cursor_be32(&c, &word) || !cursor_be32(&c, &vni) || vni & 0xff)
        return false;
    next = vxlan_next(word);
    if (!next)
        return false;
    struct tunnel_layer t = {.kind = TUNNEL_vxlan, .has_vni = word & VXLAN_VNI_VALID, .vni = vni >> 8};
    return tunnel_enter(w, t, c, DOUBT_WITHIN) && layer_next(w, next);
}

/* --- GENEVE: RFC 8926, 3.4 ------------------------------------------------------------------------------ */

static bool enter_geneve(struct work *w)
{
    enum { SIZE = 8, VERSION = 0xc0, OPTIONS = 0x3f, OAM = 0x80, RESERVED = 0x3f };
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, SIZE) || h[0] & VERSION || h[1] & (OAM | RESERVED) || h[7] != 0)
        return false;
    if (!cursor_skip(&c, (size_t)(h[0] & OPTIONS) * 4))
        return false;
    struct tunnel_layer t = {.kind = TUNNEL_geneve, .has_vni = true, .vni = be32_at(h + 4) >> 8};
    return tunnel_enter(w, t, c, DOUBT_WITHIN) && layer_next_ethertype(w, be16_at(h + 2));
}

/* --- GTP-U: 3GPP TS 29.281, 5 ---------------------------------------------------------------------------- */

enum {
    GTP_FIXED = 0xf8, /* version, protocol type, reserved */
    GTP_VERSION_1 = 0x30,
    GTP_EXTENSIONS = 0x04,
    GTP_OPTIONAL = 0x07, /* any of extensions, sequence and N-PDU number brings all three */
    GTP_PACKET = 255,
};

/* Each extension says its length in units of 4 bytes, and in its last byte the type of the next one. */
static bool skip_gtp_extensions(struct cursor *c, uint8_t type)
{
    const uint8_t *h;
    uint8_t units;

    while (type != 0) {
        if (!cursor_u8(c, &units) || units == 0 || !cursor_bytes(c, &h, (size_t)units * 4 - 1))
            return false;
        type = h[units * 4 - 2];
    }
    return true;
}

/* IP, or what a session for Ethernet or PPP carries: nothing in the packet says which. */
static layer_fn *gtp_next(const struct work *w)
{
    if (layer_ip_plausible(w))
        return layer_ip;
    return tunnel_leads_to_ip(w, 0, layer_ethernet) ? layer_ethernet : layer_ppp;
}

static bool enter_gtp(struct work *w)
{
    struct tunnel_layer t = {.kind = TUNNEL_gtp, .id_kind = TUNNEL_ID_TEID};
    struct cursor c = w->c;
    const uint8_t *h, *more;

    if (!cursor_bytes(&c, &h, 8) || (h[0] & GTP_FIXED) != GTP_VERSION_1 || h[1] != GTP_PACKET)
        return false;
    if (be16_at(h + 2) + (size_t)8 != work_length(w) && !w->d->fragment)
        return false;
    if (h[0] & GTP_OPTIONAL) {
        if (!cursor_bytes(&c, &more, 4) || !skip_gtp_extensions(&c, h[0] & GTP_EXTENSIONS ? more[3] : 0))
            return false;
    }
    t.id = be32_at(h + 4);
    return tunnel_enter(w, t, c, DOUBT_WITHIN) && layer_next(w, gtp_next(w));
}

/* --- Teredo: RFC 4380, 5.1.1 ------------------------------------------------------------------------------ */

enum { TEREDO_ORIGIN = 0, TEREDO_AUTHENTICATION = 1 };

/* What a server puts in front of the packet: first who is asking, then from where. */
static bool skip_teredo_indications(struct cursor *c)
{
    struct cursor next = *c;
    const uint8_t *h;

    if (cursor_bytes(&next, &h, 4) && be16_at(h) == TEREDO_AUTHENTICATION) {
        if (!cursor_skip(&next, (size_t)h[2] + h[3] + 9)) /* client and value, nonce, confirmation */
            return false;
        *c = next;
    }
    next = *c;
    if (cursor_bytes(&next, &h, 8) && be16_at(h) == TEREDO_ORIGIN)
        *c = next;
    return true;
}

/* Whether one of the addresses is of those that only Teredo has. What follows the packet then may be trailers of
 * RFC 6081. */
static bool has_teredo_address(struct cursor c)
{
    static const uint8_t prefix[4] = {0x20, 0x01, 0, 0};
    const uint8_t *h;

    return cursor_bytes(&c, &h, 40) &&
           (memcmp(h + 8, prefix, sizeof prefix) == 0 || memcmp(h + 24, prefix, sizeof prefix) == 0);
}

static bool enter_teredo(struct work *w)
{
    struct cursor c = w->c;

    if (!skip_teredo_indications(&c) || cursor_left(&c) == 0 || c.p[0] >> 4 != 6)
        return false;
    return tunnel_enter(w, (struct tunnel_layer){.kind = TUNNEL_teredo}, c,
                        has_teredo_address(c) ? DOUBT_WITHIN : DOUBT_EXACT) &&
           layer_next(w, layer_ip);
}

/* --- MPLS: RFC 7510 --------------------------------------------------------------------------------------- */

static bool enter_mpls(struct work *w)
{
    return tunnel_enter(w, (struct tunnel_layer){.kind = TUNNEL_mpls}, w->c, DOUBT_EXACT) && layer_next(w, layer_mpls);
}

/* --- CAPWAP: RFC 5415, 4.3 -------------------------------------------------------------------------------- */

/* The first word: version and type, both 0 where nothing is encrypted; then the header's length in units of 4
 * bytes, the radio, what its frames are (1: IEEE 802.11), and flags */
#define CAPWAP_PREAMBLE  0xff000000u
#define CAPWAP_NATIVE    0x00000100u /* a frame of the radio, else of IEEE 802.3 */
#define CAPWAP_NO_PACKET 0x0000008fu /* fragment, keep-alive, reserved */

static bool enter_capwap(struct work *w)
{
    struct cursor c = w->c;
    uint32_t word;
    size_t header;

    if (!cursor_be32(&c, &word) || word & (CAPWAP_PREAMBLE | CAPWAP_NO_PACKET))
        return false;
    header = (word >> 19 & 31) * 4;
    if (header < 8 || (word >> 9 & 31) > 1 || !cursor_skip(&c, header - 4))
        return false;
    return tunnel_enter(w, (struct tunnel_layer){.kind = TUNNEL_capwap}, c, DOUBT_WITHIN) &&
           layer_next(w, word & CAPWAP_NATIVE ? layer_wlan_capwap : layer_ethernet);
}

/* --- TZSP: https://en.wikipedia.org/wiki/TZSP ---------------------------------------------------------------- */

static bool skip_tzsp_tags(struct cursor *c)
{
    enum { PADDING = 0, END = 1 };
    uint8_t tag, length;

    while (cursor_u8(c, &tag)) {
        if (tag == END)
            return true;
        if (tag != PADDING && (!cursor_u8(c, &length) || !cursor_skip(c, length)))
            return false;
    }
    return false;
}

static layer_fn *tzsp_next(uint16_t protocol)
{
    switch (protocol) {
    case 1:
        return layer_ethernet;
    case 4:
        return layer_ppp;
    case 18:
        return layer_wlan;
    case 119:
        return layer_prism;
    case 127:
        return layer_tzsp_avs;
    default:
        return NULL;
    }
}

static bool enter_tzsp(struct work *w)
{
    enum { VERSION = 1, TRANSMIT = 1 }; /* types above are no packets; 0 is one that was received */
    struct cursor c = w->c;
    const uint8_t *h;
    layer_fn *next;

    if (!cursor_bytes(&c, &h, 4) || h[0] != VERSION || h[1] > TRANSMIT || !skip_tzsp_tags(&c))
        return false;
    next = tzsp_next(be16_at(h + 2));
    return next && tunnel_enter(w, (struct tunnel_layer){.kind = TUNNEL_tzsp}, c, DOUBT_WITHIN) && layer_next(w, next);
}

/* --- the table --------------------------------------------------------------------------------------------- */

/* Tried in order. Each function is at the payload of a packet that has ended in a flow; it goes into the tunnel, or
 * returns false and leaves everything as it was. */
static const struct {
    uint16_t port;
    layer_fn *enter;
} udp_tunnels[] = {
    {4789, enter_vxlan},
    {4790, enter_vxlan}, /* GPE */
    {8472, enter_vxlan}, /* what Linux had before the port was assigned */
    {6081, enter_geneve},
    {2152, enter_gtp},
    {1701, layer_l2tp_in_udp},
    {3544, enter_teredo},
    {6635, enter_mpls},
    {5247, enter_capwap},
    {37008, enter_tzsp},
};

bool layer_udp_tunnel(struct work *w)
{
    const struct decoded *d = w->d;

    for (size_t i = 0; i < sizeof udp_tunnels / sizeof *udp_tunnels; i++) {
        bool here = udp_tunnels[i].port == d->dst_port || udp_tunnels[i].port == d->src_port;
        if (here && udp_tunnels[i].enter(w))
            return true;
    }
    return false;
}
