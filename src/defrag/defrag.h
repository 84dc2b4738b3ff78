/* SPDX-License-Identifier: BSD-2-Clause */
/* defrag.h - fragments of IP datagrams to whole datagrams, IPv4 (RFC 791) and IPv6 (RFC 8200, 4.5).
 *
 * It keeps the frames until their datagram is decided: complete, or given up because of its age, of the end of the
 * input or of the ledger. Fragments may come in any order. Where they overlap, the bytes that came first count, also in
 * IPv6, where RFC 5722 has receivers drop such a datagram: this is evidence, so it is kept and flagged. What it decides
 * follows from packets and options alone; the oldest datagram is given up first. */
#ifndef DEFRAG_DEFRAG_H
#define DEFRAG_DEFRAG_H

#include "decode/decode.h"
#include "flow/ledger.h"

struct defrag_options {
    int64_t timeout;  /* ns of packet time from the first fragment that came */
    bool ignore_vlan; /* fragments of a datagram may be in different VLANs */
};

struct defrag_stats {
    uint64_t whole;      /* datagrams put together */
    uint64_t incomplete; /* given up: too old, or at the end of the input */
    uint64_t early;      /* given up for the ledger's sake, or for too many fragments */
    uint64_t copies, overlaps, bad; /* fragments: flags.def tells the latter two */
};

/* A datagram that was decided. All it points to is borrowed until the next call of defrag_next. */
struct datagram_result {
    struct decoded d; /* decoded as a whole; else from its first fragment; without that in fragment_incomplete */
    const struct packet_part *parts; /* its frames, earliest first; each counts in d.bucket */
    size_t n_parts;
};

struct defrag;

/* What it keeps is counted in the ledger l. */
struct defrag *defrag_new(const struct defrag_options *opt, const struct decode_options *decode, struct ledger *l);
void defrag_free(struct defrag *g); /* NULL is fine */

/* Takes a packet of which decoding ended at a fragment. */
void defrag_take(struct defrag *g, const struct packet *p, const struct decoded *d, int64_t now);

void defrag_expire(struct defrag *g, int64_t now); /* gives up what is too old */
bool defrag_give_up(struct defrag *g);             /* the oldest; false when there is none */
void defrag_finish(struct defrag *g);              /* gives up all, at the end of the input */

/* Takes out the next datagram that was decided. Call it until it returns false after any of those above. */
bool defrag_next(struct defrag *g, struct datagram_result *out);

const struct defrag_stats *defrag_stats(const struct defrag *g);

#endif
