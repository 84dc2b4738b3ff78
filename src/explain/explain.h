/* SPDX-License-Identifier: BSD-2-Clause */
/* explain.h - what was done with one flow until it had its label, gathered from a run (flow/trace.h). */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "dpitool/record.h"
#include "flow/trace.h"
#include "ndpi/labels.h"
#include "record/select.h"

struct explain;

struct explain_options {
    struct selection selection;
    uint16_t community_id_seed;
    bool conversations;
};

enum {
    EXPLAIN_BEGINS = 28,        /* bytes that are told of a payload */
    EXPLAIN_PACKETS_MAX = 4096, /* that are kept of a flow that has no verdict; of more, their number */
};

/* The first bytes of a payload; a dot stands for one that is not printable. */
struct explain_begins {
    char text[EXPLAIN_BEGINS + 1];
};

/* What became of a packet. */
enum explain_fate {
    EXPLAIN_SHOWN,
    EXPLAIN_COPY,     /* it was captured before */
    EXPLAIN_OLD,      /* its bytes were shown before */
    EXPLAIN_FRAGMENT, /* it is shown with the last fragment of its datagram */
    EXPLAIN_WAITS,    /* still waited for others when the verdict was there */
    EXPLAIN_LATE,     /* came when the verdict was there */
    EXPLAIN_FATES,
};

struct explain_packet {
    uint64_t number;
    int64_t ts_ns;
    uint32_t payload; /* bytes by the headers */
    uint8_t side, tcp_flags, fate;
    bool is_tcp;
    struct explain_begins begins;
};

/* What a packet that was shown had waited for. */
enum explain_wait { EXPLAIN_AT_ONCE, EXPLAIN_FOR_PACKET, EXPLAIN_TO_END, EXPLAIN_FOR_MEMORY };

/* A packet as it was shown to the detector. */
struct explain_row {
    const struct explain_packet *packet; /* NULL: it was made, of the payloads of look[0].rows[first] to [last] */
    size_t first, last;
    bool is_handshake; /* made, of none */
    uint8_t side, wait; /* enum explain_wait */
    uint64_t until;     /* EXPLAIN_FOR_PACKET: which came then */
    uint32_t payload;   /* bytes shown */
    uint32_t skipped;   /* bytes in front of them that were not, for they had been shown */
    bool gap;           /* bytes in front of it are missing */
    struct explain_begins begins;
    struct detect_step said; /* after it */
};

struct explain_look {
    struct explain_row *rows; /* as they were shown; the first n_said were looked at */
    size_t n, n_said;
    bool gave_up;
    struct detect_step giveup;
    struct detect_verdict verdict;
};

struct explain_result {
    struct selected flow;
    const struct dpi_record *record; /* of the flow; NULL: there is none */
    unsigned client;                 /* the side that it is */
    struct explain_look look[2];
    unsigned n_looks;
    struct explain_packet **packets; /* in the order of the capture */
    size_t n_packets;
    uint64_t more;       /* that are not kept */
    uint64_t late, last; /* packets behind the verdict, and the number of the last packet */
    bool has_choice;
    enum trace_choice choice;
    bool is_from_before;           /* the label is that of the record before (active timeout) */
    struct detect_verdict verdict; /* that counts */
};

struct explain *explain_new(const struct explain_options *opt);
void explain_free(struct explain *x); /* NULL is fine */

/* What the run is to be given: the watcher, a tracker_packet_fn and an engine_record_fn, both with x as ctx. */
const struct trace *explain_trace(const struct explain *x);
void explain_packet(void *ctx, const struct flow *flow, unsigned sender, const struct packet *p,
                    const struct decoded *d);
enum dpi_status explain_record(void *ctx, const struct dpi_record *r, struct dpi_err *err);

/* After the run; borrowed. */
const struct explain_result *explain_finish(struct explain *x);

#endif
