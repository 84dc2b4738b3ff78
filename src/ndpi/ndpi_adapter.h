/* SPDX-License-Identifier: BSD-2-Clause */
/* ndpi_adapter.h - nDPI without nDPI's types. Only src/ndpi includes ndpi_api.h.
 *
 * What it is fed and when it stops follows ndpiReader of the same version, so that labels can be
 * compared: every packet from the first, until nDPI has its answer and nothing more to extract, or
 * more than 24 (UDP) or 80 (TCP) packets were delivered; then one giveup. */
#ifndef NDPI_NDPI_ADAPTER_H
#define NDPI_NDPI_ADAPTER_H

#include "detect/attrs.h"
#include "detect/detect.h"

struct ndpi_adapter;
struct ndpi_adapter_flow;

/* One module of nDPI. It, and so the adapter, belongs to one thread. DPI_ABI when the library at
 * run time is another one than the headers. */
enum dpi_status ndpi_adapter_new(struct ndpi_adapter **a, const struct detector_options *opt,
                                 struct dpi_err *err);
void ndpi_adapter_free(struct ndpi_adapter *a); /* NULL is fine; free the flows first */

struct ndpi_adapter_flow *ndpi_adapter_flow_new(uint8_t transport);
void ndpi_adapter_flow_free(struct ndpi_adapter_flow *f); /* NULL is fine */

/* Feeds one IP packet of at most DETECT_PACKET_MAX bytes (copied to scratch memory with zero bytes
 * behind it). True: the flow is decided; feed it no more. */
bool ndpi_adapter_packet(struct ndpi_adapter *a, struct ndpi_adapter_flow *f, const uint8_t *ip,
                         uint16_t len, uint64_t time_ms);

/* What was said last: after a packet, or by the giveup. Fills all of s but the slot. */
void ndpi_adapter_said(const struct ndpi_adapter *a, const struct ndpi_adapter_flow *f,
                       struct detect_step *s);

/* Call once, when decided or when no packet will come: giveup where needed, then fills v (all but
 * slot and the place of the attributes) and writes the attributes. Returns whether it was given up. */
bool ndpi_adapter_finish(struct ndpi_adapter *a, struct ndpi_adapter_flow *f,
                         struct detect_verdict *v, struct attrs_writer *w);

/* What the library calls its numbers; texts belong to the library. */
size_t ndpi_adapter_protocols(const struct ndpi_adapter *a);
const char *ndpi_adapter_protocol(const struct ndpi_adapter *a, uint16_t id);
uint16_t ndpi_adapter_category_of(const struct ndpi_adapter *a, uint16_t id);
size_t ndpi_adapter_categories(void);
const char *ndpi_adapter_category(const struct ndpi_adapter *a, uint16_t category);
size_t ndpi_adapter_confidences(void);
const char *ndpi_adapter_confidence(uint8_t confidence); /* or NULL */
bool ndpi_adapter_has_ja3(void); /* extracts the fingerprint of a TLS client */
bool ndpi_adapter_has_ja4(void);
const char *ndpi_adapter_version(void);                  /* of the library at run time: "4.2.0" */

#endif
