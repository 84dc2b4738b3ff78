/* SPDX-License-Identifier: BSD-2-Clause */
/* ndpi_adapter.h - nDPI without nDPI's types. Only src/ndpi includes ndpi_api.h.
 *
 * What it is fed and when it stops follows ndpiReader of the same version, so that labels can be compared:
 * every packet from the first, until nDPI has its answer and nothing more to extract, or 24 (UDP) or 80 (TCP)
 * packets were delivered; then one giveup. */
#ifndef NDPI_NDPI_ADAPTER_H
#define NDPI_NDPI_ADAPTER_H

#include "detect/attrs.h"
#include "detect/detect.h"

struct ndpi_adapter;
struct ndpi_adapter_flow;

enum dpi_status ndpi_adapter_new(struct ndpi_adapter **a, const struct detector_options *opt, struct dpi_err *err);
void ndpi_adapter_free(struct ndpi_adapter *a); /* NULL is fine; free the flows first */

struct ndpi_adapter_flow *ndpi_adapter_flow_new(struct ndpi_adapter *a, uint8_t transport);
void ndpi_adapter_flow_free(struct ndpi_adapter_flow *f); /* NULL is fine */

/* Feeds one IP packet (copied to scratch memory with zero bytes behind it). True: the flow is decided. */
bool ndpi_adapter_packet(struct ndpi_adapter *a, struct ndpi_adapter_flow *f, const uint8_t *ip, uint16_t len,
                         uint64_t time_ms);

/* Call once, when decided or when no packet will come: giveup where needed, then fills v (all but slot and
 * attrs) and writes the attributes. */
void ndpi_adapter_finish(struct ndpi_adapter *a, struct ndpi_adapter_flow *f, struct detect_verdict *v,
                         struct attrs_writer *w);

#endif
