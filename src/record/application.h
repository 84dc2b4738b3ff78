/* SPDX-License-Identifier: BSD-2-Clause */
/* application.h - what rules say of a flow, put into its record. */
#ifndef RECORD_APPLICATION_H
#define RECORD_APPLICATION_H

#include "dpitool/record.h"
#include "flow/flow.h"
#include "rules/rules.h"
#include "util/arena.h"

/* Finds the application of a record that is whole but for it, and names it and the category; texts that are made go
 * to the arena. What nDPI says stays when no rule holds, or one that is a catch-all or by the client's address alone,
 * and nDPI names something specific. hits, one a rule, counts the rule that named it; NULL: nobody counts. */
void application_set(struct dpi_record *r, const struct rules *rules, const struct flow *f, struct arena *arena,
                     uint64_t *hits);

#endif
