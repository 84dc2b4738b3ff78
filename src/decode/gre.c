/* SPDX-License-Identifier: BSD-2-Clause */
/* gre.c - GRE (RFC 2784, 2890) and what is built on it: NVGRE (RFC 7637), WCCP, ERSPAN
 * (draft-foschiano-erspan-03), PPTP (RFC 2637). */
#include "decode/layer.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_REFUSED = 0x4c00, /* RFC 2784, 2.1: of RFC 1701, routing and strict routing among them */
    GRE_VERSION = 0x0007,

    PPTP_FIXED = 0xef78, /* RFC 2637, 4.1: of these only the key bit is set */
    PPTP_ACK = 0x0080,

    TYPE_ETHERNET = 0x6558,
    TYPE_PPP = 0x880b,
    TYPE_WCCP = 0x883e,
    TYPE_ERSPAN = 0x88be,
    TYPE_ERSPAN_III = 0x22eb,

    VSID_MIN = 0x001000, /* those below are reserved: RFC 7637, 3.2 */

    ERSPAN_II_SIZE = 8,
    ERSPAN_III_SIZE = 12,
    ERSPAN_SUBHEADER_SIZE = 8,
    ERSPAN_SUBHEADER = 0x0001,
    ERSPAN_SESSION = 0x03ff,
};

struct gre {
    uint16_t flags, type;
    uint32_t key;
    struct cursor c; /* behind the header */
};

static struct tunnel_layer layer_of(enum tunnel_kind kind, enum tunnel_id id_kind, uint32_t id)
{
    return (struct tunnel_layer){.kind = kind, .id_kind = id_kind, .id = id};
}

/* A key as NVGRE has it is the number of a virtual network and eight bits that differ by flow. */
static struct tunnel_layer layer_of_key(const struct gre *g)
{
    struct tunnel_layer t = layer_of(TUNNEL_gre, g->flags & GRE_KEY ? TUNNEL_ID_KEY : TUNNEL_ID_NONE, g->key);
    bool others = g->flags & (GRE_CHECKSUM | GRE_SEQUENCE);

    if (g->type != TYPE_ETHERNET || others || g->key >> 8 < VSID_MIN)
        return t;
    return (struct tunnel_layer){.kind = TUNNEL_gre, .has_vni = true, .vni = g->key >> 8};
}

static bool enter_erspan(struct work *w, const uint8_t *header, struct cursor inner, layer_fn *next)
{
    uint32_t session = header ? be16_at(header + 2) & ERSPAN_SESSION : 0;

    return tunnel_enter(w, layer_of(TUNNEL_erspan, header ? TUNNEL_ID_SESSION : TUNNEL_ID_NONE, session), inner,
                        DOUBT_NONE) &&
           layer_next(w, next);
}

static bool enter_erspan_ii(struct work *w, const struct gre *g)
{
    struct cursor c = g->c;
    const uint8_t *h;

    if (!(g->flags & GRE_SEQUENCE)) /* type I has no header of its own */
        return enter_erspan(w, NULL, c, layer_ethernet);
    if (!cursor_bytes(&c, &h, ERSPAN_II_SIZE) || h[0] >> 4 != 1)
        return false;
    return enter_erspan(w, h, c, layer_ethernet);
}

static bool enter_erspan_iii(struct work *w, const struct gre *g)
{
    static layer_fn *const frames[32] = {[0] = layer_ethernet, [2] = layer_ip}; /* by frame type */
    struct cursor c = g->c;
    const uint8_t *h;
    layer_fn *next;

    if (!cursor_bytes(&c, &h, ERSPAN_III_SIZE) || h[0] >> 4 != 2)
        return false;
    next = frames[be16_at(h + 10) >> 10 & 31];
    if (!next || (be16_at(h + 10) & ERSPAN_SUBHEADER && !cursor_skip(&c, ERSPAN_SUBHEADER_SIZE)))
        return false;
    return enter_erspan(w, h, c, next);
}

/* Version 2 has a redirect header in front of the packet, version 1 has none; nothing else tells them apart. */
static bool enter_wccp(struct work *w, const struct gre *g)
{
    struct cursor c = g->c;

    if (cursor_left(&c) > 0 && c.p[0] >> 4 != 4 && !cursor_skip(&c, 4))
        return false;
    return tunnel_enter(w, layer_of_key(g), c, DOUBT_NONE) && layer_next(w, layer_ip);
}

static bool enter_ethertype(struct work *w, const struct gre *g)
{
    return tunnel_enter(w, layer_of_key(g), g->c, DOUBT_NONE) && layer_next_ethertype(w, g->type);
}

static bool read_gre(struct gre *g)
{
    if (g->flags & GRE_REFUSED)
        return false;
    return (!(g->flags & GRE_CHECKSUM) || cursor_skip(&g->c, 4)) &&
           (!(g->flags & GRE_KEY) || cursor_be32(&g->c, &g->key)) &&
           (!(g->flags & GRE_SEQUENCE) || cursor_skip(&g->c, 4));
}

static bool enter_gre(struct work *w, struct gre *g)
{
    if (!read_gre(g))
        return false;
    switch (g->type) {
    case TYPE_ERSPAN:
        return enter_erspan_ii(w, g);
    case TYPE_ERSPAN_III:
        return enter_erspan_iii(w, g);
    case TYPE_WCCP:
        return enter_wccp(w, g);
    default:
        return enter_ethertype(w, g);
    }
}

/* Its key is the length of the payload and the receiver's number of the call; without a sequence number there is
 * no payload. */
static bool enter_pptp(struct work *w, struct gre *g)
{
    uint32_t key;

    if ((g->flags & PPTP_FIXED) != GRE_KEY || !(g->flags & GRE_SEQUENCE) || g->type != TYPE_PPP)
        return false;
    if (!cursor_be32(&g->c, &key) || !cursor_skip(&g->c, 4) || (g->flags & PPTP_ACK && !cursor_skip(&g->c, 4)))
        return false;
    if (!tunnel_enter(w, layer_of(TUNNEL_pptp, TUNNEL_ID_CALL, key & 0xffff), g->c, DOUBT_NONE))
        return false;
    if (key >> 16 < work_length(w))
        work_trim(w, key >> 16);
    return layer_next(w, layer_ppp);
}

bool layer_gre(struct work *w)
{
    struct gre g = {.c = w->c};

    layer_end_in_flow(w, 0);
    if (!cursor_be16(&g.c, &g.flags) || !cursor_be16(&g.c, &g.type))
        return false;
    switch (g.flags & GRE_VERSION) {
    case 0:
        return enter_gre(w, &g);
    case 1:
        return enter_pptp(w, &g);
    default:
        return false;
    }
}
