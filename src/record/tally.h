/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.h - one ranking by bytes, in bounded memory.
 *
 * Exact until more than cap names were seen; then the space-saving algorithm (Metwally, Agrawal, El Abbadi
 * 2005) gives the place of the lightest name to the new one, which inherits its bytes as its error. What is
 * kept depends on the order of the calls and on nothing else. */
#ifndef RECORD_TALLY_H
#define RECORD_TALLY_H

#include "dpitool/run.h"

/* Names are ranked by their first so many bytes: longer ones are no host names (RFC 1035, 2.3.4). */
#define TALLY_NAME_MAX 256

struct tally;

struct tally *tally_new(uint32_t cap);
void tally_add(struct tally *t, struct dpi_text name, uint64_t packets, uint64_t bytes); /* one flow */

/* Borrowed until the next call. */
struct dpi_tally tally_report(struct tally *t);
void tally_free(struct tally *t); /* NULL is fine */

#endif
