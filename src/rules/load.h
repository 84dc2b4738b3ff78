/* SPDX-License-Identifier: BSD-2-Clause */
/* load.h - one rule file into a set of rules. Private to src/rules. */
#ifndef RULES_LOAD_H
#define RULES_LOAD_H

#include "io/source.h"
#include "rules/model.h"

/* Reads the whole file, and adds all that is wrong with it to problems. name: of the file, in messages and records. */
void load_file(struct rules *r, struct source *s, const char *name, bool shipped, struct rules_problems *problems);

#endif
