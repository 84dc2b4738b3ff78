/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_state.h - how far a TCP flow has come, from the flags of its packets (RFC 9293). */
#ifndef FLOW_TCP_STATE_H
#define FLOW_TCP_STATE_H

#include "flow/flow.h"

/* Takes in one packet of the flow: its flags, and where it stands in the stream of its sender. */
void tcp_note(struct flow *f, unsigned sender, const struct decoded *d);

/* Whether the packet opens another connection than f: a SYN with another initial number than the one its sender
 * used so far. A SYN that was captured shortly after the data it goes before still belongs to f. */
bool tcp_is_new(const struct flow *f, unsigned sender, const struct decoded *d);

/* END_rst, END_fin when both sides closed, else otherwise. */
enum end_reason tcp_close_reason(const struct flow *f, enum end_reason otherwise);

/* How far the connection came: "syn-sent", "established" ... */
const char *tcp_state_name(const struct flow *f);

/* Bytes that were sent, by the numbers of what came behind them, but not captured. */
uint64_t tcp_gap_bytes(const struct flow *f);

bool tcp_is_attempt(const struct flow *f); /* nothing but SYNs of one side so far */

#endif
