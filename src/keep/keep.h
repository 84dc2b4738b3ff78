/* SPDX-License-Identifier: BSD-2-Clause */
/* keep.h - the first packets of flows of which nobody knows yet whether they will have a label, or whether detection
 * will fail at one of them.
 *
 * Packets are kept in memory, as far as the ledger has room, and past it in a temporary file. Those of a flow that has
 * got a label are dropped at its next packet. What is kept and what is lost follows from packets and options alone. */
#ifndef KEEP_KEEP_H
#define KEEP_KEEP_H

#include "flow/flow.h"
#include "flow/ledger.h"

struct keep_options {
    uint64_t packets;   /* of a flow; 0: all */
    bool guessed;       /* also of flows whose label is a guess by port or address */
    bool guilty;        /* instead of flows at a packet of which detection failed, until it did */
    uint64_t spool;     /* bytes that the temporary file may grow to; 0: no bound */
    const char *folder; /* for it */
};

struct keep;

struct keep *keep_new(const struct keep_options *opt);
void keep_free(struct keep *k); /* NULL is fine */

/* What is kept is counted in the ledger l, which is to live as long as k. Before the first packet. */
void keep_lend(struct keep *k, struct ledger *l);

/* For the engine, with the keep as ctx: a tracker_packet_fn, what is called for a flow that is given out, and what is
 * called when the ledger is full. Of a datagram that came in fragments all count when the last one is there. */
void keep_counted(void *ctx, const struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d);
void keep_ended(void *ctx, const struct flow *f);
bool keep_relieve(void *ctx);

/* A flow of which packets are kept. */
struct keep_flow {
    uint64_t id, packets;
    uint64_t lost; /* packets that there was no room for */
    uint32_t link_type; /* of the first packet */
    uint32_t longest;   /* bytes captured of a packet */
    uint8_t transport;
    bool pcapng; /* classic pcap cannot hold them: several link types, times out of its range or none */
};

/* The flow that was given out last, until the next one is; NULL when it is none of those that are wanted. */
const struct keep_flow *keep_at_hand(const struct keep *k);

/* Gives the packets of the flow at hand in the order of the captures, each borrowed until sink returns. Other than
 * DPI_OK of sink ends it. */
typedef enum dpi_status keep_sink(void *ctx, const struct packet *p, struct dpi_err *err);
enum dpi_status keep_give(struct keep *k, keep_sink *sink, void *ctx, struct dpi_err *err);

/* The first failure of the temporary file, which is also what keep_give returns then. */
enum dpi_status keep_check(const struct keep *k, struct dpi_err *err);

/* Drops all, and keeps no more. */
void keep_stop(struct keep *k);

/* What was lost of flows without a label, for the bound of the temporary file. */
struct keep_losses {
    uint64_t flows, packets;
};

struct keep_losses keep_losses(const struct keep *k);

#endif
