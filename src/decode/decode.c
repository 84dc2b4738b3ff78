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

void decode_packet(const struct decode_options *opt, const struct packet *p, struct decoded *d)
{
    struct work w = {
        .opt = opt,
        .c = cursor_of(p->data, p->caplen),
        .missing = p->wirelen > p->caplen ? p->wirelen - p->caplen : 0,
        .d = d,
    };

    decoded_reset(d);
    for (bool more = layer_link(&w, p->iface->link_type); more; more = w.next(&w))
        ;
}

void decode_datagram(const struct decode_options *opt, const struct decoded *around, const uint8_t *ip, size_t n,
                     size_t missing, struct decoded *d)
{
    struct work w = {.opt = opt, .c = cursor_of(ip, n), .missing = missing, .d = d};

    *d = *around;
    memset(d, 0, offsetof(struct decoded, has_src_mac)); /* all but what is around it */
    for (bool more = layer_ip(&w); more; more = w.next(&w))
        ;
}

const char *tunnel_kind_name(enum tunnel_kind kind)
{
    static const char *const names[] = {
        [TUNNEL_NONE] = "none",
        [TUNNEL_IPIP] = "ipip",
    };
    return names[kind];
}
