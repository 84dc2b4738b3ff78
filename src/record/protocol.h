/* SPDX-License-Identifier: BSD-2-Clause */
/* protocol.h - what signatures say of a flow, put into its record. */
#ifndef RECORD_PROTOCOL_H
#define RECORD_PROTOCOL_H

#include "dpitool/record.h"
#include "flow/flow.h"
#include "rules/rules.h"
#include "util/arena.h"

/* Finds the signature of a flow whose record has what nDPI says of it, and names protocol, category and rule. What
 * nDPI found by payload stays unless the signature overrides it; what it guessed gives way, with the application that
 * it guessed by the port. hits: as in application.h. */
void protocol_set(struct dpi_record *r, const struct rules *rules, const struct flow *f, struct arena *arena,
                  uint64_t *hits);

/* FILE:ID. */
struct dpi_text protocol_rule_text(struct arena *arena, const char *file, const char *id);

#endif
