/* SPDX-License-Identifier: BSD-2-Clause */
/* extract.h - what nDPI read from a flow's payload, as attributes. Internal to src/ndpi. */
#ifndef NDPI_EXTRACT_H
#define NDPI_EXTRACT_H

#include "detect/attrs.h"
#include "ndpi/compat.h"

/* Writes all attributes of f in the order of fields.def. by_payload: the label comes from the
 * payload, so that nDPI's per-protocol data is what the label says it is. risk: the flow's risks.
 * Returns true when a name fills all the room that nDPI has for it, so that the end (of hostname:
 * the beginning) may be missing. */
bool extract_attrs(const struct ndpi_flow_struct *f, bool by_payload, uint64_t risk,
                   struct attrs_writer *w);

#endif
