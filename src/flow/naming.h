/* SPDX-License-Identifier: BSD-2-Clause */
/* naming.h - the names of a flow, read from its payload by our own parsers, before and after the detector's verdict.
 *
 * Of a TCP connection the first bytes of each side are read in order, until no more names can come: from there on a
 * packet costs one comparison. DNS and DHCP are read to the end. What DNS answers tell is kept as hints, and a flow is
 * given the hint for its server when it begins. All that is kept is on the ledger. */
#ifndef FLOW_NAMING_H
#define FLOW_NAMING_H

#include "flow/clock.h"
#include "flow/flow.h"
#include "flow/ledger.h"
#include "names/hints.h"
#include "names/set.h"

struct naming;

/* ledger and clock are borrowed for life. reassembly false: TCP segments are read one by one, as they come. */
struct naming *naming_new(struct ledger *ledger, const struct packet_clock *clock, bool reassembly);
void naming_free(struct naming *n); /* NULL is fine; naming_drop the flows first */

/* f begins with the packet that is counted in it already. */
void naming_open(struct naming *n, struct flow *f);

/* A packet of f, for which naming_wants is true. is_copy: it was captured before. */
void naming_packet(struct naming *n, struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d,
                   bool is_copy);

static inline bool naming_wants(const struct flow *f)
{
    return f->speech != NAMING_DONE;
}

/* No packet of f will come any more: what waits is read, and f is off the ledger. */
void naming_end(struct naming *n, struct flow *f);

/* part, a copy of f that ends here, takes f's names with it; f goes on with what it has of its connection. */
void naming_slice(struct naming *n, struct flow *f, struct flow *part);

/* Gives up what is kept of the connection for which it has been kept longest; false when there is none. */
bool naming_relieve(struct naming *n);

void naming_drop(struct naming *n, struct flow *f); /* frees what is kept for f */

struct hints *naming_hints(struct naming *n);

const struct name_set *naming_names(const struct flow *f); /* NULL: it has none */
uint64_t naming_hint_packet(const struct flow *f); /* that gave its DNS hint; 0: none of this run */
bool naming_is_cut(const struct flow *f);          /* there were more names than are kept, or their bytes */

#endif
