/* SPDX-License-Identifier: BSD-2-Clause */
/* import_targets.h - what import.c has found so far: applications and the lines of their rules, to be written as a rule
 * file. */
#ifndef RULES_IMPORT_TARGETS_H
#define RULES_IMPORT_TARGETS_H

#include "util/buf.h"

#include <stdbool.h>

struct import_target {
    char *key; /* what lines of the other program call it */
    char *id, *name;
    const char *category;                      /* borrowed */
    struct buf hosts, addresses, ports, match; /* lines of YAML */
};

struct import_targets {
    struct import_target *v;
    size_t n;
};

/* The one with this key, until the next call; a new one gets an id of its own from the name. */
struct import_target *import_target(struct import_targets *all, const char *key, const char *name,
                                    const char *category);

/* The whole rule file; false when no target has a rule. */
bool import_targets_write(const struct import_targets *all, struct buf *out);
void import_targets_free(struct import_targets *all);

#endif
