/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_json.h - profiles of unknown groups as JSON. */
#ifndef REPORT_PROFILE_JSON_H
#define REPORT_PROFILE_JSON_H

#include "unknown/profile.h"

#include <stdio.h>

/* One object on one line. Errors stay in the stream. */
void profile_json(FILE *out, const struct samples *s, const struct profile *p);

#endif
