/* SPDX-License-Identifier: BSD-2-Clause */
/* follow.h - the payload of one flow, gathered from the packets of a run: of TCP the streams of both sides, of all
 * else the datagrams in their order. */
#ifndef FOLLOW_FOLLOW_H
#define FOLLOW_FOLLOW_H

#include "flow/flow.h"
#include "follow/turns.h"
#include "record/select.h"

struct follow;

struct follow_options {
    struct selection selection;
    uint16_t community_id_seed;
    bool conversations;
    const char *folder; /* for temporary files */
};

struct follow_result {
    struct selected flow;
    uint8_t transport;
    unsigned client; /* the side that it is */
    bool has_ports;
    struct dpi_addr addr[2]; /* by side */
    uint16_t port[2];
    uint64_t bytes[2], missing[2];
    /* of TCP, when follow_finish was called */
    uint64_t other_bytes[2]; /* that came again with other contents */
    uint64_t unbelieved[2];  /* segments that are no part of it, by their sequence numbers */
};

enum dpi_status follow_open(struct follow **f, const struct follow_options *opt, struct dpi_err *err);

/* A tracker_packet_fn with the follow as ctx. */
void follow_packet(void *ctx, const struct flow *flow, unsigned sender, const struct packet *p,
                   const struct decoded *d);

/* After the last packet. The turns are borrowed and rewound. */
enum dpi_status follow_finish(struct follow *f, struct turns **turns, struct dpi_err *err);
const struct follow_result *follow_result(const struct follow *f);
void follow_close(struct follow *f); /* NULL is fine */

#endif
