/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.h - from a frame to the headers a flow is made of.
 *
 * A loop over one work item: each layer reads its header through the bounds-checked cursor and names the
 * next layer; a tunnel goes round once more, one deeper. Where that leads to no flow, the packet belongs to the
 * flow that carries it. Every packet ends in exactly one bucket. */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "capture/packet.h"
#include "dpitool/bucket.h"
#include "dpitool/value.h"

#define DECODE_MAX_TUNNELS 8
#define DECODE_MAX_LABELS  8

/* IP protocol numbers that dpitool treats apart, IANA "Assigned Internet Protocol Numbers". */
enum {
    IPPROTO_NUM_ICMP = 1,
    IPPROTO_NUM_TCP = 6,
    IPPROTO_NUM_UDP = 17,
    IPPROTO_NUM_ICMPV6 = 58,
    IPPROTO_NUM_SCTP = 132,
};

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32, TCP_ECE = 64, TCP_CWR = 128 };

enum tunnel_kind {
#define TUNNEL(kind, name, word, doc) TUNNEL_##kind,
#include "decode/tunnels.def"
#undef TUNNEL
    TUNNEL_KINDS
};

struct tunnel_info {
    const char *name, *word, *doc; /* see tunnels.def */
};

extern const struct tunnel_info tunnel_kinds[TUNNEL_KINDS];
extern const char *const tunnel_words[TUNNEL_KINDS + 1]; /* by kind, and a NULL */

/* What tells a tunnel from others of the same two ends, and is another number in the other direction: who receives
 * the packets has chosen it, or nothing says that it is the same. */
enum tunnel_id {
    TUNNEL_ID_NONE,
    TUNNEL_ID_KEY,            /* GRE */
    TUNNEL_ID_CALL,           /* PPTP */
    TUNNEL_ID_SESSION,        /* ERSPAN, L2TP version 3 */
    TUNNEL_ID_TUNNEL_SESSION, /* L2TP version 2: 16 bits of each */
    TUNNEL_ID_TEID,           /* GTP */
};

/* One tunnel layer: what carries the next IP packet. */
struct tunnel_layer {
    enum tunnel_kind kind;
    enum tunnel_id id_kind;
    uint32_t id;
    uint32_t vni; /* of the virtual network (VXLAN, GENEVE, NVGRE), the same in both directions */
    bool has_vni;
    struct dpi_addr src, dst; /* of the outer IP header */
};

struct decode_options {
    uint32_t tunnels; /* bits by enum tunnel_kind: those that are looked into */
    bool to_fragments; /* end at a fragment (is_part), for defrag to put the datagram together; else first fragments
                        * are decoded as far as they go, and later ones have no transport header */
};

#define DECODE_ALL_TUNNELS ((UINT32_C(1) << TUNNEL_KINDS) - 1)

/* A fragment of an IP datagram (RFC 791, 3.2; RFC 8200, 4.5), as its headers say. */
struct decode_fragment {
    uint32_t id;
    uint32_t offset, len, cap; /* of its payload: place in the datagram's, length, bytes captured */
    const uint8_t *payload;
    uint16_t header;  /* bytes from the IP header on that belong to the datagram: IPv6 without the fragment header */
    uint16_t next_at; /* IPv6: which of them says that the fragment header follows */
    uint8_t protocol; /* IPv6: what the fragment header says is next */
    bool more;
};

struct decoded {
    enum dpi_bucket bucket; /* all below is set when it is DPI_BUCKET_flow */
    /* Decoding ended at a fragment: src, dst, ip and its lengths, what is around it, and part are set. */
    bool is_part;
    struct decode_fragment part;

    /* the innermost IP packet */
    struct dpi_addr src, dst;
    uint8_t transport; /* IP protocol number behind all extension headers */
    uint8_t ttl;
    const uint8_t *ip; /* first byte of its header, borrowed from the packet */
    uint32_t ip_len;   /* its length by its header, but no more than was on the wire */
    uint32_t ip_cap;   /* bytes of it that were captured, at most ip_len */

    /* its transport header */
    bool has_ports;              /* TCP, UDP, SCTP */
    uint16_t src_port, dst_port; /* host byte order; ICMP and ICMPv6: type and code */
    const uint8_t *payload;      /* behind the transport header; NULL when payload_cap is 0 */
    uint32_t payload_len;        /* by the headers; 0 when they do not say where the payload starts */
    uint32_t payload_cap;        /* captured, at most payload_len */
    uint8_t tcp_flags;           /* TCP_ bits; TCP only, like all below; 0 when the header was cut before them */
    bool has_tcp;                /* the fixed TCP header was captured: seq, ack and window are set */
    uint32_t tcp_seq, tcp_ack;

    /* around it */
    bool has_src_mac, has_dst_mac;  /* Linux "cooked" headers have the sender's only */
    uint8_t src_mac[6], dst_mac[6]; /* of the innermost Ethernet or 802.11 header */
    uint16_t vlan;                  /* innermost VLAN id, in front of a tunnel or in it, 0: none */
    bool cut;                       /* less of the innermost IP packet was captured than its header says */
    bool offload;                   /* its total length was 0: segmentation offload or a jumbogram */
    bool fragment;                  /* it, or one around it, was cut into fragments */
    /* said by defrag: fragments were missing, overlapped, or could not be right */
    bool fragment_gap, fragment_overlap, fragment_bad;
    uint32_t link_type;             /* of the frame, or of the innermost one behind a capturing system's header */
    unsigned n_labels, n_tunnels;
    /* From here on not cleared per packet; outermost first. */
    uint32_t labels[DECODE_MAX_LABELS]; /* MPLS; what is more is left out */
    struct tunnel_layer tunnels[DECODE_MAX_TUNNELS];
};

void decode_packet(const struct decode_options *opt, const struct packet *p, struct decoded *d);

/* Goes on inside a packet that ended at a fragment, which left around: the n bytes at ip are a datagram from its
 * header on, or the fragment itself; so many more were on the wire and not captured. */
void decode_datagram(const struct decode_options *opt, const struct decoded *around, const uint8_t *ip, size_t n,
                     size_t missing, struct decoded *d);

/* Name of a LINKTYPE_ value ("ETHERNET"), or NULL; and whether decode_packet can read it. */
const char *decode_link_name(uint32_t link_type);
bool decode_link_supported(uint32_t link_type);

#endif
