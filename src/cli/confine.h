/* SPDX-License-Identifier: BSD-2-Clause */
/* confine.h - enters the sandbox with what the command line names. */
#ifndef CLI_CONFINE_H
#define CLI_CONFINE_H

#include "cli/opt.h"
#include "sandbox/sandbox.h"

/* From here on only the captures can be read, and only what is at writes and also (or NULL), in their folders and in
 * the folder for temporary files be written. Names of "-" are left out. What is missing of it on this machine is
 * said on standard error: no output tells it, for outputs are the same on every machine. */
void confine(const struct opt_words *captures, const char *const *writes, size_t n, const char *also);

/* Words for a state. */
const char *confine_words(struct sandbox_state state);
const char *confine_root_words(struct sandbox_state state); /* NULL: there is nothing to say */

#endif
