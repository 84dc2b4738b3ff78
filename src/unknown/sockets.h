/* SPDX-License-Identifier: BSD-2-Clause */
/* sockets.h - groups that are two halves of one protocol: answers that come from another port, as in TFTP, data beside
 * commands. Their payloads have nothing in common, but the sockets of their clients. */
#ifndef UNKNOWN_SOCKETS_H
#define UNKNOWN_SOCKETS_H

#include "unknown/grouping.h"

/* Sets `partner` of each group, and how many of its flows have a socket that a flow of the partner has, too, and that
 * is the client's in one of the two. In n log n steps for n flows. */
void sockets_find(const struct samples *s, struct groups *g);

#endif
