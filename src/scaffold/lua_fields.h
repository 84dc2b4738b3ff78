/* SPDX-License-Identifier: BSD-2-Clause */
/* lua_fields.h - what a side sends, as a table of Lua. Private to src/scaffold. */
#ifndef SCAFFOLD_LUA_FIELDS_H
#define SCAFFOLD_LUA_FIELDS_H

#include "scaffold/draft.h"

/* How the code that goes through a stream cuts it. */
enum lua_cut { LUA_WHOLE, LUA_BY_LENGTH, LUA_BEHIND_GREETING, LUA_LINES };

enum lua_cut lua_cut_of(const struct draft *d, unsigned side);

void lua_write_side(FILE *out, const struct draft *d, unsigned side);

#endif
