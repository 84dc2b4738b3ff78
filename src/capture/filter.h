/* SPDX-License-Identifier: BSD-2-Clause */
/* filter.h - a BPF filter (pcap-filter(7)) compiled by libpcap once for every link type met. */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include "capture/packet.h"
#include "dpitool/status.h"

#include <stdbool.h>

struct filter;

/* DPI_USAGE when expr compiles for no common link type. */
enum dpi_status filter_new(struct filter **f, const char *expr, struct dpi_err *err);

/* *match is whether p passes. DPI_USAGE: expr does not compile for the link type of p (said once per link
 * type; after that such packets do not match). */
enum dpi_status filter_match(struct filter *f, const struct packet *p, bool *match, struct dpi_err *err);

const char *filter_library_version(void); /* of libpcap at run time */

/* A run begins: what does not compile for a link type is said once in it. */
void filter_begin(struct filter *f);

void filter_free(struct filter *f); /* NULL is fine */

#endif
