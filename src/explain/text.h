/* SPDX-License-Identifier: BSD-2-Clause */
/* text.h - an explanation for people, and the same as JSON. */
#ifndef EXPLAIN_TEXT_H
#define EXPLAIN_TEXT_H

#include "explain/explain.h"

#include <stdio.h>

/* r has a record. Nothing that is written is active in a terminal. */
void explain_text(FILE *out, const struct explain_result *r, const struct labels *l);

/* One object on one line. */
void explain_json(FILE *out, const struct explain_result *r, const struct labels *l);

#endif
