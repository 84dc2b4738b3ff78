/* SPDX-License-Identifier: BSD-2-Clause */
/* readme.h - what is in the folder of a scaffold, and why something is not. */
#ifndef SCAFFOLD_README_H
#define SCAFFOLD_README_H

#include "scaffold/lua.h"

/* trials stand beside drafts; those of drafts that were refused are not looked at. */
void readme_write(FILE *out, const struct drafts *d, const struct lua_trial *trials);

#endif
