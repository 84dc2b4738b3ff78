/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.c - the loop: layer after layer until one puts the packet into a bucket. Every layer that names
 * another one has consumed bytes or counted a header, so the loop ends. */
#include "decode/decode.h"

#include "decode/layer.h"

/* All but the lists, which their counts cover: this runs for every packet. */
static void decoded_reset(struct decoded *d)
{
    memset(d, 0, offsetof(struct decoded, labels));
}

/* A fragment in a tunnel has a flow of its own, though another packet tells which; where the carrier is the
 * fragment, what is missing may be in its other fragments. */
static bool falls_to_carrier(const struct work *w)
{
    if (w->d->is_part)
        return false; /* it waits for the others */
    switch (w->d->bucket) {
    case DPI_BUCKET_flow:
    case DPI_BUCKET_too_deep:
        return false;
    case DPI_BUCKET_fragment_incomplete:
        return w->has_carrier && w->carrier->fragment;
    default:
        return w->has_carrier;
    }
}

/* What is in a tunnel and leads to no flow leaves the packet to the flow that carries it. */
static void settle(struct work *w)
{
    if (falls_to_carrier(w))
        memcpy(w->d, w->carrier, offsetof(struct decoded, labels));
}

void decode_packet(const struct decode_options *opt, const struct packet *p, struct decoded *d)
{
    struct decoded carrier; /* set by tunnel_enter */
    struct work w = {
        .opt = opt,
        .c = cursor_of(p->data, p->caplen),
        .missing = p->wirelen > p->caplen ? p->wirelen - p->caplen : 0,
        .d = d,
        .carrier = &carrier,
    };

    decoded_reset(d);
    for (bool more = layer_link(&w, p->iface->link_type); more; more = w.next(&w))
        ;
    settle(&w);
}

void decode_datagram(const struct decode_options *opt, const struct decoded *around, const uint8_t *ip, size_t n,
                     size_t missing, struct decoded *d)
{
    struct decoded carrier;
    struct work w = {.opt = opt, .c = cursor_of(ip, n), .missing = missing, .d = d, .carrier = &carrier};

    *d = *around;
    memset(d, 0, offsetof(struct decoded, has_src_mac)); /* all but what is around it */
    for (bool more = layer_ip(&w); more; more = w.next(&w))
        ;
    settle(&w);
}
