/* SPDX-License-Identifier: BSD-2-Clause */
/* ip.c - IPv4 (RFC 791) and IPv6 (RFC 8200) with its extension headers.
 *
 * A total length of 0 is what segmentation offload leaves when packets are captured before the network
 * card cut them: the frame says how long the packet is. Checksums are never verified: offload breaks them
 * too. AH is not looked behind, in either version: nDPI does not, and its packets are their own flow. */
#include "decode/layer.h"

#include <netinet/in.h>

enum {
    IPV4_MIN = 20,
    IPV4_MORE_FRAGMENTS = 0x2000,
    IPV4_OFFSET_MASK = 0x1fff,
    IPV6_SIZE = 40,
    IPV6_FRAGMENT_SIZE = 8,
    IPV6_MORE_FRAGMENTS = 0x0001,
    IPV6_OFFSET_MASK = 0xfff8,
    MAX_EXTENSIONS = 16,
    PROTO_HIP = 139,
    PROTO_SHIM6 = 140,
};

static layer_fn layer_ipv4, layer_ipv6, layer_options, layer_message, layer_fragment;

bool layer_ip(struct work *w)
{
    struct cursor c = w->c;
    uint8_t first;

    if (!cursor_u8(&c, &first))
        return layer_cut(w, DPI_BUCKET_ip_malformed);
    if (w->doubt != DOUBT_NONE && !layer_ip_plausible(w))
        return layer_end(w, DPI_BUCKET_ip_malformed);
    w->doubt = DOUBT_NONE;
    switch (first >> 4) {
    case 4:
        return layer_next(w, layer_ipv4);
    case 6:
        return layer_next(w, layer_ipv6);
    default:
        return layer_end(w, DPI_BUCKET_ip_malformed);
    }
}

/* Whether an IPv4 header's checksum is right (RFC 791, 3.1); the cursor stands at the header. */
static bool checksum_right(struct cursor c)
{
    const uint8_t *h = c.p;
    uint32_t sum = 0;
    size_t n = cursor_left(&c) ? (size_t)(h[0] & 15) * 4 : 0;

    if (n < IPV4_MIN || !cursor_skip(&c, n))
        return false;
    for (size_t i = 0; i < n; i += 2)
        sum += be16_at(h + i);
    return ((sum & 0xffff) + (sum >> 16)) % 0xffff == 0;
}

/* In a first fragment nobody knows how much follows. Where there is nothing else to go by, only padding, or the trailer
 * that some switches leave on a frame, may stand behind the packet. */
static bool length_plausible(const struct work *w, size_t length)
{
    enum { SHORTEST = 50 }; /* what an Ethernet frame carries at least, and its checksum */
    size_t room = work_length(w);

    if (w->d->fragment)
        return w->doubt != DOUBT_EXACT;
    if (length >= room || w->doubt != DOUBT_EXACT || room <= SHORTEST)
        return length <= room;
    return w->c.p[0] >> 4 == 4 && checksum_right(w->c);
}

bool layer_ip_plausible(const struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;
    size_t total;

    if (!cursor_bytes(&c, &h, IPV4_MIN))
        return false;
    if (h[0] >> 4 == 6)
        return length_plausible(w, (size_t)IPV6_SIZE + be16_at(h + 4));
    total = be16_at(h + 2);
    if (h[0] >> 4 != 4 || (h[0] & 15) < 5)
        return false;
    return total == 0 ? w->d->offload : total >= (size_t)(h[0] & 15) * 4 && length_plausible(w, total);
}

static struct dpi_addr addr_of(uint8_t family, const uint8_t *p, size_t n)
{
    struct dpi_addr a = {.family = family};
    memcpy(a.b, p, n);
    return a;
}

/* The packet at h, of which the cursor stands behind n bytes, is length bytes long by its header; 0: as
 * long as what it is in. A header that promises more than was on the wire is not believed: what is counted
 * must not be the sender's invention. */
static void set_packet(struct work *w, const uint8_t *h, size_t n, size_t length)
{
    struct decoded *d = w->d;

    size_t on_wire = n + work_length(w);

    d->offload = length == 0;
    d->cut = length > n + cursor_left(&w->c) || (length == 0 && w->missing > 0);
    if (length == 0 || length > on_wire)
        length = on_wire;
    work_trim(w, length - n);
    d->ip = h;
    d->ip_len = (uint32_t)length;
    d->ip_cap = (uint32_t)(n + cursor_left(&w->c));
}

/* Goes on with the first fragment of a datagram, of which nobody waits for the rest. */
static void note_first_fragment(struct work *w)
{
    w->d->fragment = true;
    w->first_fragment = true;
}

/* Ends at a fragment, of which the cursor stands at the payload. */
static bool end_at_fragment(struct work *w, struct decode_fragment part)
{
    struct decoded *d = w->d;

    d->part = part;
    d->part.payload = w->c.p;
    d->part.len = (uint32_t)work_length(w);
    d->part.cap = (uint32_t)cursor_left(&w->c);
    d->is_part = true;
    d->fragment = true;
    return layer_end(w, DPI_BUCKET_fragment_incomplete);
}

static struct decode_fragment ipv4_part(const uint8_t *h, size_t header)
{
    return (struct decode_fragment){
        .id = be16_at(h + 4),
        .offset = (be16_at(h + 6) & IPV4_OFFSET_MASK) * 8u,
        .more = be16_at(h + 6) & IPV4_MORE_FRAGMENTS,
        .protocol = h[9],
        .header = (uint16_t)header,
    };
}

static bool layer_ipv4(struct work *w)
{
    struct decoded *d = w->d;
    const uint8_t *h;
    size_t header, total;
    unsigned fragment;

    if (!cursor_bytes(&w->c, &h, IPV4_MIN))
        return layer_cut(w, DPI_BUCKET_ip_malformed);
    header = (size_t)(h[0] & 15) * 4;
    total = be16_at(h + 2);
    if (header < IPV4_MIN || (total != 0 && total < header))
        return layer_end(w, DPI_BUCKET_ip_malformed);
    set_packet(w, h, IPV4_MIN, total);
    if (!cursor_skip(&w->c, header - IPV4_MIN))
        return layer_cut(w, DPI_BUCKET_ip_malformed);

    d->src = addr_of(4, h + 12, 4);
    d->dst = addr_of(4, h + 16, 4);
    d->ttl = h[8];
    w->proto = h[9];
    fragment = be16_at(h + 6) & (IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS);
    if (fragment && w->opt->to_fragments)
        return end_at_fragment(w, ipv4_part(h, header));
    if (fragment & IPV4_OFFSET_MASK)
        return layer_end(w, DPI_BUCKET_fragment_incomplete);
    if (fragment)
        note_first_fragment(w);
    return layer_next(w, layer_transport);
}

/* The headers that may stand between IPv6 and the transport: IANA "IPv6 Extension Header Types". */
static const struct {
    uint8_t proto;
    layer_fn *read;
} extensions[] = {
    {IPPROTO_HOPOPTS, layer_options},   /* RFC 8200, 4.3 */
    {IPPROTO_ROUTING, layer_options},   /* 4.4 */
    {IPPROTO_FRAGMENT, layer_fragment}, /* 4.5 */
    {IPPROTO_DSTOPTS, layer_options},   /* 4.6 */
    {IPPROTO_MH, layer_message},        /* Mobile IPv6, RFC 6275 */
    {PROTO_HIP, layer_message},         /* RFC 7401 */
    {PROTO_SHIM6, layer_message},       /* RFC 5533 */
};

/* Goes on with what a next-header field says. */
static bool next_header(struct work *w, const uint8_t *field)
{
    uint8_t proto = *field;

    w->proto = proto;
    w->next_field = field;
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        if (extensions[i].proto != proto)
            continue;
        if (++w->extensions > MAX_EXTENSIONS)
            return layer_end(w, DPI_BUCKET_too_deep);
        return layer_next(w, extensions[i].read);
    }
    return layer_next(w, layer_transport);
}

static bool layer_ipv6(struct work *w)
{
    struct decoded *d = w->d;
    const uint8_t *h;
    size_t payload;

    if (!cursor_bytes(&w->c, &h, IPV6_SIZE))
        return layer_cut(w, DPI_BUCKET_ip_malformed);
    payload = be16_at(h + 4);
    /* 0 is a jumbogram (RFC 2675) or offload, but for a packet that says to have no payload. */
    set_packet(w, h, IPV6_SIZE, payload || h[6] == IPPROTO_NONE ? IPV6_SIZE + payload : 0);
    d->src = addr_of(6, h + 8, 16);
    d->dst = addr_of(6, h + 24, 16);
    d->ttl = h[7];
    return next_header(w, h + 6);
}

/* Hop-by-hop and destination options, routing and what else has RFC 6564's format. */
static bool layer_options(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, 2))
        return layer_cut(w, DPI_BUCKET_ip_malformed);
    if (!cursor_skip(&w->c, ((size_t)h[1] + 1) * 8))
        return layer_cut(w, DPI_BUCKET_ip_malformed);
    return next_header(w, h);
}

/* A header that nothing follows is the packet's message: it is the transport then. */
static bool layer_message(struct work *w)
{
    struct cursor c = w->c;
    uint8_t next;

    if (cursor_u8(&c, &next) && next == IPPROTO_NONE)
        return layer_next(w, layer_transport);
    return layer_next(w, layer_options);
}

static struct decode_fragment ipv6_part(const struct work *w, const uint8_t *h)
{
    return (struct decode_fragment){
        .id = be32_at(h + 4),
        .offset = be16_at(h + 2) & IPV6_OFFSET_MASK,
        .more = be16_at(h + 2) & IPV6_MORE_FRAGMENTS,
        .protocol = h[0],
        .header = (uint16_t)(h - w->d->ip),
        .next_at = (uint16_t)(w->next_field - w->d->ip),
    };
}

static bool layer_fragment(struct work *w)
{
    const uint8_t *h;
    unsigned fragment;

    if (!cursor_bytes(&w->c, &h, IPV6_FRAGMENT_SIZE))
        return layer_cut(w, DPI_BUCKET_ip_malformed);
    fragment = be16_at(h + 2) & (IPV6_OFFSET_MASK | IPV6_MORE_FRAGMENTS); /* 0: "atomic", whole (RFC 6946) */
    if (fragment && w->opt->to_fragments)
        return end_at_fragment(w, ipv6_part(w, h));
    if (fragment & IPV6_OFFSET_MASK)
        return layer_end(w, DPI_BUCKET_fragment_incomplete);
    if (fragment)
        note_first_fragment(w);
    return next_header(w, h);
}
