/* SPDX-License-Identifier: BSD-2-Clause */
/* load_signatures.h - the part of a rule file that names protocols by bytes. Private to src/rules. */
#ifndef RULES_LOAD_SIGNATURES_H
#define RULES_LOAD_SIGNATURES_H

#include "rules/reading.h"

void load_signatures(struct loader *l, void *unused);

/* Of a test: one message or a list of them; tcp or udp; client, server or both. */
void load_payload(struct loader *l, struct rule_test *t);
uint8_t load_transport(struct loader *l); /* 0: it is wrong, which was told */
uint8_t load_direction(struct loader *l); /* bits: 1 the client's, 2 the server's; 0: it is wrong */

#endif
