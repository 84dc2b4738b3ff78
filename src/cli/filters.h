/* SPDX-License-Identifier: BSD-2-Clause */
/* filters.h - compiled filters, each compiled once: libpcap looks names of services up in files, which no pass behind
 * the first one could open any more. */
#ifndef CLI_FILTERS_H
#define CLI_FILTERS_H

#include "capture/filter.h"

/* The filter of an expression, kept until the program ends; NULL of NULL. DPI_USAGE: it does not compile. */
enum dpi_status filters_get(struct filter **f, const char *expr, struct dpi_err *err);

#endif
