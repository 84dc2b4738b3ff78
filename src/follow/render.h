/* SPDX-License-Identifier: BSD-2-Clause */
/* render.h - a conversation as text or bytes. */
#ifndef FOLLOW_RENDER_H
#define FOLLOW_RENDER_H

#include "follow/follow.h"

#include <stdio.h>

enum render_form { RENDER_ASCII, RENDER_HEX, RENDER_RAW, RENDER_YAML };

enum { RENDER_CLIENT = 1, RENDER_SERVER = 2 }; /* who is to be heard */

/* From the turns as they are rewound to the last one. Errors are those of reading the turns: whether out failed, its
 * owner knows. Nothing but RENDER_RAW writes bytes that are active in a terminal. */
enum dpi_status render(FILE *out, enum render_form form, const struct follow_result *r, struct turns *turns,
                       unsigned who, struct dpi_err *err);

#endif
