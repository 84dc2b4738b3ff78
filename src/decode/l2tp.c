/* SPDX-License-Identifier: BSD-2-Clause */
/* l2tp.c - data messages of L2TP version 2 (RFC 2661) and 3 (RFC 3931). Control messages carry no packet. */
#include "decode/layer.h"

/* The first two bytes, RFC 2661, 3.1; RFC 3931, 4.1.2.1 */
enum {
    L2TP_CONTROL = 0x8000,
    L2TP_LENGTH = 0x4000,
    L2TP_SEQUENCE = 0x0800,
    L2TP_OFFSET = 0x0200,
    L2TP_RESERVED = 0x34f0,
    L2TP_VERSION = 0x000f,
};

static bool read_length(struct cursor *c, size_t message)
{
    uint16_t length;
    return cursor_be16(c, &length) && length == message;
}

static bool read_offset(struct cursor *c)
{
    uint16_t size;
    return cursor_be16(c, &size) && cursor_skip(c, size);
}

/* c: behind the flags of a message of so many bytes. */
static bool enter_v2(struct work *w, struct cursor c, unsigned flags, size_t message)
{
    struct tunnel_layer t = {.kind = TUNNEL_l2tp, .id_kind = TUNNEL_ID_TUNNEL_SESSION};

    if (flags & (L2TP_CONTROL | L2TP_RESERVED))
        return false;
    if (flags & L2TP_LENGTH && !read_length(&c, message) && !w->d->fragment)
        return false;
    if (!cursor_be32(&c, &t.id) || (flags & L2TP_SEQUENCE && !cursor_skip(&c, 4)) ||
        (flags & L2TP_OFFSET && !read_offset(&c)))
        return false;
    return tunnel_enter(w, t, c, DOUBT_WITHIN) && layer_next(w, layer_ppp);
}

/* Neither the size of the cookie nor whether a sublayer's header follows it nor what is carried is said in the
 * packet: the control connection, which may not have been captured, has settled it. */
static bool enter_session(struct work *w, struct cursor c)
{
    static const uint8_t sizes[] = {0, 4, 8, 12}; /* a cookie of 4 or 8 bytes (RFC 3931, 4.1), a header of 4 (4.6) */
    static layer_fn *const carried[] = {layer_ethernet, layer_ip, layer_ppp};
    struct tunnel_layer t = {.kind = TUNNEL_l2tp, .id_kind = TUNNEL_ID_SESSION};
    struct work at = *w;

    if (!cursor_be32(&c, &t.id) || t.id == 0) /* a control message */
        return false;
    at.c = c;
    for (size_t i = 0; i < sizeof sizes; i++) {
        for (size_t k = 0; k < sizeof carried / sizeof *carried; k++) {
            if (tunnel_leads_to_ip(&at, sizes[i], carried[k])) {
                c.p += sizes[i];
                return tunnel_enter(w, t, c, DOUBT_EXACT) && layer_next(w, carried[k]);
            }
        }
    }
    return false;
}

bool layer_l2tpv3(struct work *w)
{
    layer_end_in_flow(w, 0);
    return enter_session(w, w->c);
}

bool layer_l2tp_in_udp(struct work *w)
{
    struct cursor c = w->c;
    uint16_t flags, reserved;

    if (!cursor_be16(&c, &flags))
        return false;
    if ((flags & L2TP_VERSION) == 2)
        return enter_v2(w, c, flags, work_length(w));
    return flags == 3 && cursor_be16(&c, &reserved) && reserved == 0 && enter_session(w, c);
}
