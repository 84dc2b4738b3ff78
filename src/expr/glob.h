/* SPDX-License-Identifier: BSD-2-Clause */
/* glob.h - texts against patterns with * and ?. */
#ifndef EXPR_GLOB_H
#define EXPR_GLOB_H

#include "dpitool/value.h"

/* Whether the whole text matches: * is any characters or none, ? is one (of UTF-8; a byte that is none counts as
 * one), \ takes the next character as it is. ASCII letters match in either case. The time is bounded by the product
 * of both lengths, whatever the pattern. */
bool glob_match(struct dpi_text pattern, struct dpi_text text);

#endif
