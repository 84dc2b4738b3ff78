/* SPDX-License-Identifier: BSD-2-Clause */
/* prefix.h - sets of IP addresses that begin with the same bits. */
#ifndef UTIL_PREFIX_H
#define UTIL_PREFIX_H

#include "dpitool/value.h"

struct prefix {
    struct dpi_addr addr; /* bits behind the first n are 0 */
    unsigned bits;
};

/* "10.0.0.0/8", "fd00::/8", or an address, which stands for itself; false when it is none of these. Bits of the
 * address behind the prefix do not matter. */
bool prefix_parse(struct prefix *p, const char *text);

bool prefix_has(const struct prefix *p, const struct dpi_addr *a);

#endif
