/* SPDX-License-Identifier: BSD-2-Clause */
/* holes.h - what is missing of the bytes that one side of a TCP connection has sent: ranges of sequence numbers.
 *
 * A bounded number of them: when there are more, the oldest is given up. Its bytes stay counted as missing, but what
 * would fill it later is taken for a retransmission. */
#ifndef FLOW_HOLES_H
#define FLOW_HOLES_H

#include <stddef.h>
#include <stdint.h>

struct holes;

/* The bytes from `from` up to `to` (which is ahead of it) are missing. *h is made when it is NULL. */
void holes_add(struct holes **h, uint32_t from, uint32_t to);

/* The bytes from `from` up to `to` were seen after all; returns how many of them were missing. h NULL: none. */
uint32_t holes_fill(struct holes *h, uint32_t from, uint32_t to);

uint64_t holes_bytes(const struct holes *h); /* missing in all, 0 of NULL */
size_t holes_size(void);                     /* bytes of memory that one takes: LEDGER_holes covers it */

#endif
