/* SPDX-License-Identifier: BSD-2-Clause */
/* transport.c - the header behind the IP headers: ports or ICMP type, flags, and where the payload is.
 * The ports decide whether a packet has a flow; whatever is wrong behind them only costs the payload. */
#include "decode/layer.h"

#include <netinet/in.h>

enum {
    PORTS_SIZE = 4,
    TCP_MIN = 20,
    TCP_FLAGS_END = 14, /* the data offset and the flags are captured */
    UDP_SIZE = 8,
    SCTP_SIZE = 12,
    PROTO_ETHERIP = 97,
    PROTO_L2TP = 115,
    PROTO_MPLS = 137,
    ICMP_SIZE = 8, /* RFC 792: type, code, checksum and four bytes by type; RFC 4443 has the same */
};

bool layer_end_in_flow(struct work *w, size_t header)
{
    struct decoded *d = w->d;
    size_t length = work_length(w);

    d->payload_len = header < length ? (uint32_t)(length - header) : 0;
    if (cursor_skip(&w->c, header) && cursor_left(&w->c) > 0) {
        d->payload = w->c.p;
        d->payload_cap = (uint32_t)cursor_left(&w->c);
    }
    return layer_end(w, DPI_BUCKET_flow);
}

static bool read_ports(const struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, PORTS_SIZE))
        return false;
    w->d->has_ports = true;
    w->d->src_port = be16_at(h);
    w->d->dst_port = be16_at(h + 2);
    return true;
}

static bool layer_tcp(struct work *w)
{
    struct decoded *d = w->d;
    struct cursor c = w->c;
    const uint8_t *h;
    size_t header;

    if (!read_ports(w))
        return layer_cut(w, DPI_BUCKET_transport_malformed);
    if (!cursor_bytes(&c, &h, TCP_FLAGS_END)) /* nobody knows how long the header is */
        return layer_end_in_flow(w, work_length(w));
    header = (size_t)(h[12] >> 4) * 4;
    d->tcp_flags = h[13];
    if (cursor_left(&c) >= TCP_MIN - TCP_FLAGS_END) {
        d->has_tcp = true;
        d->tcp_seq = be32_at(h + 4);
        d->tcp_ack = be32_at(h + 8);
    }
    /* A data offset below 5 lies: where the payload starts is not known. */
    return layer_end_in_flow(w, header < TCP_MIN ? work_length(w) : header);
}

static bool layer_udp(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;
    size_t length;

    if (!read_ports(w))
        return layer_cut(w, DPI_BUCKET_transport_malformed);
    if (cursor_bytes(&c, &h, UDP_SIZE)) {
        length = be16_at(h + 4); /* 0: a jumbogram (RFC 2675, 4) or offload; less than 8 lies */
        if (length != 0 && length < work_length(w))
            work_trim(w, length);
    }
    layer_end_in_flow(w, UDP_SIZE);
    return layer_udp_tunnel(w);
}

static bool layer_sctp(struct work *w)
{
    if (!read_ports(w))
        return layer_cut(w, DPI_BUCKET_transport_malformed);
    return layer_end_in_flow(w, SCTP_SIZE);
}

static bool layer_icmp(struct work *w)
{
    struct cursor c = w->c;
    const uint8_t *h;

    if (!cursor_bytes(&c, &h, 2))
        return layer_cut(w, DPI_BUCKET_transport_malformed);
    w->d->src_port = h[0];
    w->d->dst_port = h[1];
    return layer_end_in_flow(w, ICMP_SIZE);
}

/* clang-format off */
static const struct {
    uint8_t proto;
    layer_fn *read;
} transports[] = {
    {IPPROTO_NUM_TCP, layer_tcp},
    {IPPROTO_NUM_UDP, layer_udp},
    {IPPROTO_NUM_ICMP, layer_icmp},
    {IPPROTO_NUM_ICMPV6, layer_icmp},
    {IPPROTO_NUM_SCTP, layer_sctp},
    {IPPROTO_IPIP, layer_ipip},
    {IPPROTO_IPV6, layer_ipip},
    {IPPROTO_GRE, layer_gre},
    {PROTO_ETHERIP, layer_etherip},
    {PROTO_L2TP, layer_l2tpv3},
    {PROTO_MPLS, layer_mpls_in_ip},
};
/* clang-format on */

bool layer_transport(struct work *w)
{
    w->d->transport = w->proto;
    for (size_t i = 0; i < sizeof transports / sizeof *transports; i++) {
        if (transports[i].proto == w->proto)
            return layer_next(w, transports[i].read);
    }
    return layer_end_in_flow(w, 0);
}
