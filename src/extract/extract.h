/* SPDX-License-Identifier: BSD-2-Clause */
/* extract.h - which packets of a run belong to the flows that are wanted.
 *
 * The captures are read twice. While they are read first, the flow of every packet is noted in a temporary file, 8
 * bytes a packet; which flows are wanted is known at the end. Then they are read again, and the packets copied. */
#ifndef EXTRACT_EXTRACT_H
#define EXTRACT_EXTRACT_H

#include "capture/inputs.h"
#include "dpitool/record.h"
#include "flow/flow.h"
#include "record/select.h"

struct extract;

struct extract_options {
    const struct selection *flows; /* only these, n_flows 0: all; borrowed */
    size_t n_flows;
    bool all; /* and the packets that are in no flow */
    uint16_t community_id_seed;
    bool conversations;
    const char *folder; /* for temporary files */
};

enum dpi_status extract_open(struct extract **x, const struct extract_options *opt, struct dpi_err *err);

/* The first time: an engine_packet_fn, a tracker_packet_fn, and an engine_record_fn, which is to be called for the
 * flows that are wanted by their records. The extract is the ctx of all. */
void extract_read(void *ctx, const struct packet *p);
void extract_counted(void *ctx, const struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d);
enum dpi_status extract_record(void *ctx, const struct dpi_record *r, struct dpi_err *err);

/* After that: whether there is any flow that options.flows[i] means. */
bool extract_found(const struct extract *x, size_t i);

/* What is known after that of the packets that are wanted, and of how they can be written. */
struct extract_facts {
    uint64_t packets;
    bool mixed;        /* they have several link types ... */
    bool mixed_flow;   /* ... even in one flow, or in those of no flow */
    uint32_t link_type; /* of the first of them, or of the first packet at all */
    /* Of all packets that were read: */
    bool pcapng, nanoseconds;
    uint32_t snaplen; /* the longest that there can be */
};

/* read: packets that were read. */
enum dpi_status extract_choose(struct extract *x, uint64_t read, struct extract_facts *facts, struct dpi_err *err);

/* What the file of a flow is named by. */
struct extract_flow {
    uint64_t id; /* 0: of no flow */
    uint8_t transport;
    bool has_ports;
    uint16_t port; /* of the server */
};

enum dpi_status extract_flow(struct extract *x, uint64_t id, struct extract_flow *flow, struct dpi_err *err);

typedef enum dpi_status extract_sink(void *ctx, const struct packet *p, uint64_t flow_id, struct dpi_err *err);

/* The second time: gives the wanted packets in their order; flow_id 0: of no flow. */
enum dpi_status extract_copy(struct extract *x, struct inputs *again, extract_sink *sink, void *ctx,
                             struct dpi_err *err);

void extract_close(struct extract *x); /* NULL is fine */

#endif
