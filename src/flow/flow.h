/* SPDX-License-Identifier: BSD-2-Clause */
/* flow.h - the state of one flow. Counters belong to the sides of its key; which side is the client is asked
 * when the record is made (flow_client). */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "capture/packet.h"
#include "detect/detect.h"
#include "flow/duplicate.h"
#include "flow/holes.h"
#include "flow/key.h"
#include "flow/timers.h"

enum end_reason {
#define REASON(name, doc) END_##name,
#include "flow/end_reasons.def"
#undef REASON
    END_REASONS
};

enum flow_flag {
#define FLAG(name, text, doc) FLOW_FLAG_##name,
#include "flow/flags.def"
#undef FLAG
    FLOW_FLAGS
};

/* What the names of a flow are read from (naming.h). */
enum naming_speech { NAMING_DONE, NAMING_TCP, NAMING_DNS, NAMING_DHCP, NAMING_DHCPV6 };

struct flow_word {
    const char *text, *doc;
};

extern const struct flow_word end_reasons[END_REASONS];
extern const struct flow_word flow_flags[FLOW_FLAGS];

/* Where a side's link layer address was read: what is better comes later and replaces what is worse. */
enum mac_source { MAC_UNKNOWN, MAC_OF_RECEIVER, MAC_OF_SENDER };

/* MPLS, outermost first. */
struct flow_labels {
    unsigned n;
    uint32_t v[DECODE_MAX_LABELS];
};

/* The tunnels of the first packet of each side, outermost first, as far as they have such a number. */
struct flow_tunnel_ids {
    unsigned n[2];
    struct flow_tunnel_id {
        enum tunnel_kind kind;
        enum tunnel_id id_kind;
        uint32_t id;
    } v[2][DECODE_MAX_TUNNELS];
};

/* What one side sent. */
struct flow_side {
    uint64_t packets, bytes, frame_bytes, payload;
    uint8_t tcp_flags;       /* union of all */
    uint8_t ttl;             /* of the first packet */
    bool isn_known : 1;      /* isn is that of the side's SYN, or one less than the first number seen of it */
    bool syn : 1, syn_ack : 1; /* sent a SYN without, with ACK */
    uint32_t isn;            /* initial sequence number, see isn_known */
    /* All below is set when isn_known is: the stream as far as it was captured. */
    uint32_t next;        /* number expected next */
    uint32_t wild;        /* behind a segment that belonged nowhere, where the next one may confirm it */
    struct holes *holes;  /* owned; NULL: nothing was ever missing */
    uint64_t retransmits; /* packets of which nothing was new */
    uint64_t out_of_order; /* packets that brought what was missing */
};

/* What is small stands together, so that no room is lost between. */
struct flow {
    struct timer timer; /* first: a timer is its flow */
    struct flow *chain; /* in the queue of ended flows */
    struct flow *older, *newer; /* in the order of the last packet */
    struct flow_key key;
    uint32_t hash;
    uint64_t id, first_packet;
    int64_t first_ns, last_ns; /* packet times as captured, earliest and latest */
    int64_t began;             /* packet clock at the first packet */
    const struct capture_iface *iface;
    struct flow_side side[2];
    uint64_t duplicates; /* packets that were captured before */
    struct recent recent;
    uint32_t tunnel; /* path held, 0: none; the key has it too but for --conversations */
    uint32_t fed;    /* bytes charged to the ledger as fed to the detector */
    uint32_t slot;   /* at the detector, while has_slot */
    struct detect_verdict verdict;
    uint8_t mac[2][6];     /* of side 0 and 1 */
    uint8_t mac_source[2]; /* enum mac_source */
    uint16_t flags; /* bits by enum flow_flag */
    uint8_t first_side; /* who sent the first packet */
    uint8_t icmp_type, icmp_code; /* of the first packet */
    uint8_t fin;         /* bit per side */
    uint8_t end;         /* enum end_reason, once ended */
    uint8_t speech;      /* enum naming_speech; NAMING_DONE: no more names are read */
    bool rst, ended;
    bool only_untimed; /* no packet so far had a time of its own */
    bool unordered;    /* its segments are shown as they come, for memory was short */
    bool has_slot;
    bool is_charged;   /* to the ledger as undecided */
    bool has_verdict;
    bool traced; /* somebody watches it: trace.h */
    struct feed_held *held;       /* owned; NULL: nothing waits for the detector (feed.h) */
    struct flow_labels *mpls;     /* owned; of the first packet, NULL: none */
    struct flow_tunnel_ids *tunnel_ids; /* owned; NULL: none */
    struct flow_firsts *firsts;   /* owned; NULL: nothing is kept (firsts.h) */
    struct flow_names *names;     /* owned; NULL: there are none so far (naming.h) */
    struct inspection *inspection; /* owned; NULL: nothing is kept of it (inspect.h) */
    uint8_t *attrs; /* owned; verdict.attrs_len bytes */
    struct flow_slice *slice; /* owned; NULL unless the active timeout has cut the flow: slice.h */
};

/* The side that is the client: who sent the SYN; else who got the SYN-ACK; else who sent or would have sent an
 * ICMP request; else not the multicast or broadcast address; else not the well-known port when the other is none;
 * else who sent first. */
unsigned flow_client(const struct flow *f);

#endif
