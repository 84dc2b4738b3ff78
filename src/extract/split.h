/* SPDX-License-Identifier: BSD-2-Clause */
/* split.h - packets sorted by their flows, in a temporary file, and then a capture for each flow: only one of them is
 * open at a time, however many there are. */
#ifndef EXTRACT_SPLIT_H
#define EXTRACT_SPLIT_H

#include "extract/extract.h"

struct split;

enum dpi_status split_open(struct split **s, const char *folder, struct dpi_err *err);

/* An extract_sink with the split as ctx. The interfaces of packets are borrowed until split_close. */
enum dpi_status split_packet(void *ctx, const struct packet *p, uint64_t flow_id, struct dpi_err *err);

/* Calls begin for the flow_ids in ascending order, 0 for the packets of no flow first; then sink for each packet of
 * that flow; then end. */
struct split_calls {
    enum dpi_status (*begin)(void *ctx, uint64_t flow_id, const struct packet *first, struct dpi_err *err);
    extract_sink *sink;
    enum dpi_status (*end)(void *ctx, struct dpi_err *err);
};

enum dpi_status split_give(struct split *s, const struct split_calls *calls, void *ctx, struct dpi_err *err);
void split_close(struct split *s); /* NULL is fine */

#endif
