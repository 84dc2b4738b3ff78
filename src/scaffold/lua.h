/* SPDX-License-Identifier: BSD-2-Clause */
/* lua.h - a dissector for Wireshark, from what was inferred of a group and from its signature. */
#ifndef SCAFFOLD_LUA_H
#define SCAFFOLD_LUA_H

#include "scaffold/draft.h"

/* How it did in tshark. */
struct lua_trial {
    const char *not_run; /* why it was not tried; NULL: it was */
    uint64_t packets, claimed, malformed, errors; /* packets with new payload of the group */
    uint64_t others, others_claimed;              /* of other flows */
};

/* trial NULL: it is to be tried, and its head says nothing. */
void lua_write(FILE *out, const struct draft *d, const struct lua_trial *trial);

/* In words, without the end of the line. */
void lua_trial_say(FILE *out, const struct lua_trial *trial);

#endif
