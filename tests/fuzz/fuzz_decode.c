/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_decode.c - one frame of any link type, with all tunnels and with none. The first two bytes are the link type,
 * what is missing on the end (bits 1 to 7) and whether decoding ends at fragments (bit 0); the frame follows. */
#include "fuzz.h"

#include "decode/decode.h"

static bool within(const uint8_t *p, size_t n, const struct packet *frame)
{
    return n == 0 || (p >= frame->data && n <= frame->caplen && p - frame->data <= (ptrdiff_t)(frame->caplen - n));
}

static void claim_flow(const struct decoded *d, const struct packet *frame)
{
    CLAIM(d->ip_cap <= d->ip_len && d->n_tunnels <= DECODE_MAX_TUNNELS && d->n_labels <= DECODE_MAX_LABELS);
    CLAIM(within(d->ip, d->ip_cap, frame) && d->src.family == d->dst.family);
    for (unsigned i = 0; i < d->n_tunnels; i++)
        CLAIM(d->tunnels[i].kind < TUNNEL_KINDS);
    if (d->is_part) {
        CLAIM(d->part.cap <= d->part.len && within(d->part.payload, d->part.cap, frame));
        return;
    }
    CLAIM(d->payload_cap <= d->payload_len && within(d->payload, d->payload_cap, frame));
    CLAIM(d->payload || d->payload_cap == 0);
}

static void decode(const struct decode_options *opt, const struct packet *frame)
{
    struct decoded d, inside;
    decode_packet(opt, frame, &d);
    CLAIM(d.bucket < DPI_BUCKET_COUNT);
    if (d.bucket != DPI_BUCKET_flow)
        return;
    claim_flow(&d, frame);
    if (!d.is_part)
        return;
    decode_datagram(opt, &d, d.ip, d.ip_cap, d.ip_len - d.ip_cap, &inside);
    CLAIM(inside.bucket < DPI_BUCKET_COUNT && !inside.is_part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct cursor c = cursor_of(data, n);
    uint8_t link = take_byte(&c), how = take_byte(&c);
    struct taken bytes = take_bytes(&c, SIZE_MAX);
    for (unsigned high = 0; high <= 256; high += 256) {
        struct capture_iface iface = {.link_type = high + link};
        struct packet frame = {.iface = &iface, .data = bytes.p, .caplen = (uint32_t)bytes.n,
                               .wirelen = (uint32_t)bytes.n + (how >> 1)};
        decode(&(struct decode_options){.tunnels = DECODE_ALL_TUNNELS, .to_fragments = how & 1}, &frame);
        decode(&(struct decode_options){.tunnels = 0, .to_fragments = how & 1}, &frame);
    }
    free(bytes.p);
    return 0;
}
