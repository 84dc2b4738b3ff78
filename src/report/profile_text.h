/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_text.h - profiles of unknown groups, to be read. */
#ifndef REPORT_PROFILE_TEXT_H
#define REPORT_PROFILE_TEXT_H

#include "unknown/profile.h"

#include <stdio.h>

/* Errors stay in the stream. Only printable ASCII is written. */
void profile_text(FILE *out, const struct profile *p);

/* A line for each group. */
void groups_text(FILE *out, const struct groups *g, struct profile *const *profiles);

#endif
