/* SPDX-License-Identifier: BSD-2-Clause */
/* docgen.h - what a template may ask for with "@NAME argument". */
#ifndef DOCGEN_H
#define DOCGEN_H

#include "cli/cmd.h"

struct giver {
    const char *name;
    void (*give)(const char *argument);
};

/* The command called name; there must be one. */
const struct cmd *docgen_command(const char *name);

extern const struct giver shell_givers[]; /* of completions; NULL-terminated */

#endif
