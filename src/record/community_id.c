/* SPDX-License-Identifier: BSD-2-Clause */
/* community_id.c - Community ID version 1: "1:" and the base64 of the SHA-1 of seed, addresses, transport,
 * a zero byte and ports, the smaller end first. */
#include "record/community_id.h"

#include <nettle/base64.h>
#include <nettle/sha1.h>

#include "util/icmp_pairs.h"

enum { ICMP = 1, ICMPV6 = 58 };

_Static_assert(2 + BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE) < COMMUNITY_ID_MAX, "the text fits");

struct end {
    const struct dpi_addr *addr;
    uint16_t port;
};

/* The spec's ports of an ICMP message: type and type of the answer, else type and code. One way: the
 * message has no answer, and its ends are never exchanged. */
static bool icmp_ports(uint8_t transport, struct end end[2])
{
    uint8_t other;
    if (end[0].port > UINT8_MAX || !icmp_counterpart(transport, (uint8_t)end[0].port, &other))
        return true;
    end[1].port = other;
    return false;
}

static void order(struct end end[2], size_t addr_len)
{
    int cmp = memcmp(end[0].addr->b, end[1].addr->b, addr_len);
    if (cmp > 0 || (cmp == 0 && end[0].port > end[1].port)) {
        struct end first = end[0];
        end[0] = end[1];
        end[1] = first;
    }
}

static void hash_u16(struct sha1_ctx *sha, uint16_t v)
{
    const uint8_t b[] = {(uint8_t)(v >> 8), (uint8_t)v};
    sha1_update(sha, sizeof(b), b);
}

size_t community_id(char out[static COMMUNITY_ID_MAX], uint16_t seed, const struct dpi_addr *src,
                    const struct dpi_addr *dst, uint8_t transport, bool has_ports, uint16_t src_port,
                    uint16_t dst_port)
{
    bool icmp = transport == ICMP || transport == ICMPV6;
    size_t addr_len = src->family == 4 ? 4 : 16;
    has_ports = has_ports || icmp;
    struct end end[2] = {{src, has_ports ? src_port : 0}, {dst, has_ports ? dst_port : 0}};
    out[0] = '\0';
    if (src->family == 0)
        return 0;
    if (!icmp || !icmp_ports(transport, end))
        order(end, addr_len);

    struct sha1_ctx sha;
    uint8_t digest[SHA1_DIGEST_SIZE];
    sha1_init(&sha);
    hash_u16(&sha, seed);
    sha1_update(&sha, addr_len, end[0].addr->b);
    sha1_update(&sha, addr_len, end[1].addr->b);
    hash_u16(&sha, (uint16_t)(transport << 8)); /* and the zero byte */
    if (has_ports) {
        hash_u16(&sha, end[0].port);
        hash_u16(&sha, end[1].port);
    }
    sha1_digest(&sha, sizeof(digest), digest);
    memcpy(out, "1:", 2);
    base64_encode_raw(out + 2, sizeof(digest), digest);
    size_t n = 2 + BASE64_ENCODE_RAW_LENGTH(sizeof(digest));
    out[n] = '\0';
    return n;
}
