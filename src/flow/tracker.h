/* SPDX-License-Identifier: BSD-2-Clause */
/* tracker.h - packets to flows: counts, ends, bounds, and what the detector is told.
 *
 * All it decides follows from the packets and the options alone. Flows that ended come out through on_end, once
 * their verdict is there, in the order in which they ended: (deadline, flow_id) for those that timed out; what is
 * alive at the end of the input in flow_id order. */
#ifndef FLOW_TRACKER_H
#define FLOW_TRACKER_H

#include "flow/clock.h"
#include "flow/firsts.h"
#include "flow/flow.h"
#include "flow/inspect.h"
#include "flow/ledger.h"
#include "flow/trace.h"
#include "flow/tunnels.h"
#include "names/hints.h"

struct flow_options {
    struct key_options key;
    /* ns; 0: never */
    int64_t tcp_idle, udp_idle, other_idle, active;
    int64_t attempt; /* an unanswered SYN */
    int64_t closed;  /* after FIN of both sides or a reset */
    uint64_t max_flows; /* live at once; 0: no bound */
    uint64_t memory;    /* bytes as the ledger counts; 0: no bound */
    bool no_reassembly; /* segments are detected as they were captured */
    struct firsts_options firsts;
};

struct tracker_stats {
    uint64_t flows, evicted, peak_flows, peak_memory;
    uint64_t duplicates; /* packets that were captured before */
    uint64_t flow_cost, undecided_cost; /* bytes on the ledger for a flow, and more while it has no verdict */
    struct inspect_stats inspect;
    struct packet_clock clock;
};

struct tracker;

/* on_end is called for each flow that ended, in order; f->has_verdict is true. When it returns true, f is the
 * caller's until tracker_give_back, and the same until then; else it is gone. */
struct tracker *tracker_new(const struct flow_options *opt, struct detector *d,
                            bool (*on_end)(void *ctx, struct flow *f), void *ctx);
void tracker_give_back(struct tracker *t, struct flow *f);
void tracker_free(struct tracker *t); /* NULL is fine; what was taken is given back before */

/* Called for every packet that is counted in a flow, once it is counted: f is as it is with p. A record that begins
 * begins with its first call, so the ids that were not seen before come in ascending order. Of a datagram that came in
 * fragments, each is a packet; d is with the last one, and NULL with the others. All is borrowed. */
typedef void tracker_packet_fn(void *ctx, const struct flow *f, unsigned sender, const struct packet *p,
                               const struct decoded *d);
void tracker_on_packet(struct tracker *t, tracker_packet_fn *on_packet, void *ctx);

/* Watches the flows that trace wants; it is borrowed for life. Call it before the first packet. */
void tracker_trace(struct tracker *t, const struct trace *trace);

/* One packet that was read, with d->bucket flow or another: others only move the clock. */
void tracker_packet(struct tracker *t, const struct packet *p, const struct decoded *d);

/* An IP packet of a flow that came in fragments: parts are its frames, earliest first, which were given to
 * tracker_packet as they were read. */
void tracker_datagram(struct tracker *t, const struct packet_part *parts, size_t n, const struct decoded *d);

/* What counts under --memory besides flows is added to this ledger. When it is full, relieve is called to take off
 * something, until it returns false, before flows are ended. */
struct ledger *tracker_ledger(struct tracker *t);
void tracker_on_full(struct tracker *t, bool (*relieve)(void *ctx), void *ctx);

/* Whether the packet behind must be asked before one at ts_ns is taken: see packet.stray and clock.h. */
bool tracker_far_ahead(const struct tracker *t, int64_t ts_ns);

void tracker_finish(struct tracker *t); /* ends every live flow; call once, at the end of the input */

const struct tracker_stats *tracker_stats(struct tracker *t);

/* What DNS answers told; earlier runs' may be added before the first packet. */
struct hints *tracker_hints(struct tracker *t);

/* The tunnel path of a flow given to on_end, or NULL. */
const struct tunnel_path *tracker_tunnel(const struct tracker *t, const struct flow *f);

#endif
