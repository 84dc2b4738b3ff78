/* SPDX-License-Identifier: BSD-2-Clause */
/* checksums.h - a field that is computed from other bytes of its message. */
#ifndef UNKNOWN_CHECKSUMS_H
#define UNKNOWN_CHECKSUMS_H

#include "unknown/field.h"

/* Only what holds for every message is one, and only where chance is no explanation: 24 bits more evidence than
 * attempts explain. */
bool checksum_find(const struct messages *m, struct field *out);

#endif
